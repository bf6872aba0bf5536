using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>Every lossless syntax holds what it can hold, gives it back as it was, and refuses the rest in words.</summary>
public sealed class TranscoderTests
{
    private static readonly DicomTransferSyntax[] s_encapsulated =
    [
        DicomTransferSyntax.RLELossless, DicomTransferSyntax.JPEGLosslessSV1, DicomTransferSyntax.JPEGLSLossless,
        DicomTransferSyntax.JPEG2000Lossless, DicomTransferSyntax.HTJ2KLossless,
    ];

    private static readonly string[] s_byBytes = [DicomTransferSyntax.RLELossless.UID];

    private static readonly string[] s_bySamples =
    [
        .. s_byBytes, DicomTransferSyntax.JPEGLosslessSV1.UID, DicomTransferSyntax.JPEGLSLossless.UID,
    ];

    private static readonly string[] s_all = [.. s_encapsulated.Select(s => s.UID)];

    public static TheoryData<string> Images => [.. s_images.Keys];

    // An image, and the syntaxes that hold it.
    private static readonly Dictionary<string, (TestImage Image, string[] Syntaxes)> s_images = new()
    {
        ["12 of 16 bits"] = (new TestImage(), s_all),
        ["noise of 16 bits"] = (new TestImage { Stored = 16, IsNoise = true }, s_all),
        ["3 x 3"] = (new TestImage { Rows = 3, Columns = 3 }, s_all),
        ["16 bits"] = (new TestImage { Stored = 16 }, s_all),
        ["10 of 16 bits"] = (new TestImage { Stored = 10, Rows = 33, Columns = 64 }, s_all),
        ["8 of 16 bits"] = (new TestImage { Stored = 8 }, s_all),
        ["signed 16 bits"] = (new TestImage { Stored = 16, Signed = true }, s_all),
        ["signed 12 of 16 bits"] = (new TestImage { Signed = true }, s_all),
        ["12 of 16 bits, others used"] = (new TestImage { UsesUnusedBits = true }, s_all),
        ["signed 12 of 16 bits, others used"] = (new TestImage { Signed = true, UsesUnusedBits = true }, s_all),
        ["8 bits"] = (new TestImage { Allocated = 8, Stored = 8 }, s_all),
        ["7 of 8 bits"] = (new TestImage { Allocated = 8, Stored = 7 }, s_all),
        ["signed 8 bits"] = (new TestImage { Allocated = 8, Stored = 8, Signed = true }, s_all),
        ["signed 6 of 8 bits"] = (new TestImage { Allocated = 8, Stored = 6, Signed = true }, s_all),
        ["palette"] = (new TestImage { Allocated = 8, Stored = 8, Photometric = "PALETTE COLOR" }, s_all),
        ["RGB"] = (new TestImage { Allocated = 8, Stored = 8, Samples = 3, Photometric = "RGB" }, s_all),
        ["YBR_FULL"] = (new TestImage { Allocated = 8, Stored = 8, Samples = 3, Photometric = "YBR_FULL" }, s_bySamples),
        ["RGB of 16 bits"] = (new TestImage { Stored = 16, Samples = 3, Photometric = "RGB" }, s_bySamples),
        ["32 bits"] = (new TestImage { Allocated = 32, Stored = 32 }, s_byBytes),
        ["20 of 32 bits"] = (new TestImage { Allocated = 32, Stored = 20, Signed = true }, s_byBytes),
        ["1 bit"] = (new TestImage { Allocated = 1, Stored = 1 }, s_byBytes),
        ["three odd frames"] = (new TestImage { Allocated = 8, Stored = 8, Rows = 37, Columns = 35, Frames = 3 }, s_all),
        ["one row"] = (new TestImage { Rows = 1, Columns = 301 }, s_all),
        ["one column"] = (new TestImage { Rows = 301, Columns = 1 }, s_all),
    };

    [Theory]
    [MemberData(nameof(Images))]
    public void Transcode_ThereAndBack_KeepsEveryPixel(string name)
    {
        var (image, holds) = s_images[name];
        var file = image.ToFile();
        var pixels = image.Pixels();
        foreach (var syntax in s_encapsulated)
        {
            if (!holds.Contains(syntax.UID))
            {
                var e = Assert.Throws<DicomFormatException>(() => To(file, syntax));
                Assert.Contains("bits", e.Message, StringComparison.Ordinal);
                continue;
            }

            var encoded = Reread(To(file, syntax));
            var back = To(encoded, DicomTransferSyntax.ExplicitVRLittleEndian);

            var fragments = Assert.IsType<DicomFragmentSequence>(encoded.Dataset.First(i => i.Tag == DicomTag.PixelData));
            Assert.All(fragments.Fragments, f => Assert.Equal(0, f.Length % 2));
            Assert.Equal(image.Frames, fragments.Fragments.Count);
            var value = back.Dataset.GetElement(DicomTag.PixelData)!.Value;
            Assert.Equal(pixels, value[..pixels.Length].ToArray());
            Assert.Equal(pixels.Length + (pixels.Length & 1), value.Length);
            Assert.Equal(image.Photometric, back.Dataset.GetString(DicomTag.PhotometricInterpretation));
        }
    }

    [Fact]
    public void Transcode_SmallOddImage_IsEvenWithAZeroAtItsEnd()
    {
        var file = DicomFile.Open(SharedData.Require("bugs", "10-odd-pixel-length-transcode", "in.dcm"));
        var pixels = file.Dataset.GetElement(DicomTag.PixelData)!.Value[..27].ToArray();
        foreach (var syntax in s_encapsulated)
        {
            var encoded = Reread(To(file, syntax));
            var fragments = Assert.IsType<DicomFragmentSequence>(encoded.Dataset.First(i => i.Tag == DicomTag.PixelData));
            Assert.All(fragments.Fragments, f => Assert.Equal(0, f.Length % 2));
            foreach (var native in (DicomTransferSyntax[])
                [DicomTransferSyntax.ImplicitVRLittleEndian, DicomTransferSyntax.ExplicitVRLittleEndian])
            {
                var value = Reread(To(encoded, native)).Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray();
                Assert.Equal([.. pixels, 0], value);
            }
        }
    }

    [Fact]
    public void Transcode_ThreeFramesOf35Bytes_AreContiguousAndPaddedOnce()
    {
        var image = new TestImage { Allocated = 8, Stored = 8, Rows = 5, Columns = 7, Frames = 3 };
        foreach (var syntax in s_encapsulated)
        {
            var value = Reread(To(Reread(To(image.ToFile(), syntax)), DicomTransferSyntax.ImplicitVRLittleEndian))
                .Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray();

            Assert.Equal([.. image.Pixels(), 0], value);
        }
    }

    [Theory]
    [InlineData("1.2.840.10008.1.2.4.50")]
    [InlineData("1.2.840.10008.1.2.4.81")]
    [InlineData("1.2.840.10008.1.2.4.91")]
    [InlineData("1.2.840.10008.1.2.4.203")]
    [InlineData("1.2.840.10008.1.2.2")]
    [InlineData("1.2.840.10008.1.2.4.100")]
    public void Transcode_ToWhatIsLossyOrUnknown_IsRefused(string uid)
    {
        Assert.False(Transcoder.CanTranscode(DicomTransferSyntax.ExplicitVRLittleEndian.UID, uid));
        Assert.Throws<DicomFormatException>(() => To(new TestImage().ToFile(), DicomTransferSyntax.FromUid(uid)));
    }

    [Fact]
    public void Transcode_FromLossy_StaysMarked()
    {
        var file = DicomFile.Open(SharedData.Require(
            "fixtures", "syntax", "jpeg-lossy", "PM5644-960x540_JPEG-Baseline_YBR422.dcm"));
        file.Dataset.Remove(DicomTag.LossyImageCompression);
        var native = To(file, DicomTransferSyntax.ExplicitVRLittleEndian).Dataset;

        Assert.Equal("01", native.GetString(DicomTag.LossyImageCompression));
        Assert.Equal("ISO_10918_1", native.GetString(DicomTag.LossyImageCompressionMethod));
        Assert.True(native.GetDouble(DicomTag.LossyImageCompressionRatio) > 1);
        Assert.Equal("YBR_FULL", native.GetString(DicomTag.PhotometricInterpretation));
        Assert.Equal(960 * 540 * 3, native.GetElement(DicomTag.PixelData)!.Length);
    }

    [Fact]
    public void Transcode_IconInFragments_BecomesNative()
    {
        var file = To(new TestImage().ToFile(), DicomTransferSyntax.RLELossless);
        var icon = To(new TestImage { Rows = 8, Columns = 8, Allocated = 8, Stored = 8 }.ToFile(), DicomTransferSyntax.RLELossless);
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.IconImageSequence, icon.Dataset));
        var items = To(file, DicomTransferSyntax.ExplicitVRLittleEndian).Dataset.GetItems(DicomTag.IconImageSequence);

        Assert.Equal(64, Assert.Single(items).GetElement(DicomTag.PixelData)!.Length);
    }

    [Fact]
    public void Transcode_WithoutPixels_KeepsTheDataSet()
    {
        var file = DicomFile.Open(Path.Combine(
            SharedData.RepositoryRoot, "tests", "Defacer.Dicom.Tests", "Samples", "test-SR.dcm"));
        var other = Reread(To(file, DicomTransferSyntax.ImplicitVRLittleEndian));

        Assert.Equal(file.Dataset.Count, other.Dataset.Count);
        Assert.Equal(DicomTransferSyntax.ImplicitVRLittleEndian, other.TransferSyntax);
    }

    private static DicomFile To(DicomFile file, DicomTransferSyntax syntax) =>
        Transcoder.Transcode(file, syntax, CancellationToken.None);

    private static DicomFile Reread(DicomFile file)
    {
        using var stream = new MemoryStream();
        file.Save(stream);
        stream.Position = 0;
        return DicomFile.Open(stream);
    }
}
