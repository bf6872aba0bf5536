using System.Buffers.Binary;
using System.Security.Cryptography;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>
/// Every fixture with pixels gives those on which other decoders agree, or is refused for a reason that is named here.
/// </summary>
public sealed class FixtureDecodingTests
{
    private const string Codestream = "(codestream)";

    // What is refused on purpose: path, and words of the reason.
    private static readonly Dictionary<string, string> s_refused = new(StringComparer.Ordinal)
    {
        ["odd/MR_truncated.dcm"] = "holds",
        ["odd/badVR.dcm"] = "is no integer",
        ["objects/op/sample-op.dcm"] = "encoded bytes",
        ["objects/wsi/multiframe.dcm"] = "the image has 240 x 55 x 3 samples",
        ["syntax/jpeg-lossy/example-mg.dcm"] = "is not of the baseline or extended process",
        ["syntax/jpeg2000/JPEG2000-embedded-sequence-delimiter.dcm"] = "tiles are more than there can be",
        ["codestreams/jpeg2000/oj36.j2k"] = "subsampled",
    };

    [Theory]
    [InlineData("1.2.840.10008.1.2", 14)]
    [InlineData("1.2.840.10008.1.2.1", 60)]
    [InlineData("1.2.840.10008.1.2.2", 13)]
    [InlineData("1.2.840.10008.1.2.1.99", 2)]
    [InlineData("1.2.840.10008.1.2.5", 15)]
    [InlineData("1.2.840.10008.1.2.4.50", 17)]
    [InlineData("1.2.840.10008.1.2.4.51", 6)]
    [InlineData("1.2.840.10008.1.2.4.57", 2)]
    [InlineData("1.2.840.10008.1.2.4.70", 15)]
    [InlineData("1.2.840.10008.1.2.4.80", 11)]
    [InlineData("1.2.840.10008.1.2.4.81", 4)]
    [InlineData("1.2.840.10008.1.2.4.90", 12)]
    [InlineData("1.2.840.10008.1.2.4.91", 10)]
    [InlineData("1.2.840.10008.1.2.4.201", 1)]
    [InlineData(Codestream, 23)]
    public void ReadFrame_Fixture_GivesTheAgreedPixels(string syntax, int atLeast)
    {
        var different = new List<string>();
        var compared = 0;
        foreach (var expected in ExpectedPixels.ReadAll().Where(e => e.TransferSyntax == syntax && e.Sha256.Length > 0))
        {
            if (s_refused.ContainsKey(expected.Path))
            {
                continue;
            }

            compared++;
            if (Difference(expected) is { } difference)
            {
                different.Add($"{expected.Path}: {difference}");
            }
        }

        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.True(compared >= atLeast, $"Only {compared} files were compared.");
    }

    [Fact]
    public void ReadFrame_FixtureThatContradictsItself_IsRefusedForItsReason()
    {
        var all = ExpectedPixels.ReadAll().ToDictionary(e => e.Path, StringComparer.Ordinal);
        foreach (var (path, reason) in s_refused)
        {
            var e = Assert.Throws<DicomFormatException>(() => Pixels(all[path]));
            Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ReadFrame_FixtureThatNoReferenceDecodes_IsRefusedOrDecoded()
    {
        foreach (var expected in ExpectedPixels.ReadAll().Where(e => e.Sha256.Length == 0))
        {
            try
            {
                Pixels(expected);
            }
            catch (DicomFormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    // Null: as expected.
    private static string? Difference(ExpectedPixels expected)
    {
        byte[] actual;
        try
        {
            actual = Pixels(expected);
        }
        catch (DicomFormatException e)
        {
            return e.Message;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(actual));
        if (hash == expected.Sha256)
        {
            return null;
        }

        if (expected.Tolerance == 0)
        {
            return hash;
        }

        return expected.Reference() is { } reference
            ? FarFrom(actual, reference, expected)
            : FarFrom(Statistics(actual, expected), expected);
    }

    private static string? FarFrom(byte[] actual, byte[] reference, ExpectedPixels expected)
    {
        var step = expected.BitsAllocated / 8;
        var worst = 0;
        for (var i = 0; i < actual.Length; i += step)
        {
            worst = Math.Max(worst, Math.Abs(Sample(actual, i, step) - Sample(reference, i, step)));
        }

        return actual.Length == reference.Length && worst <= expected.Tolerance ? null : $"differs by up to {worst}";
    }

    // Where only figures are kept: the ends within the tolerance, the mean within a tenth.
    private static string? FarFrom((double Min, double Max, double Mean) actual, ExpectedPixels expected)
    {
        var (min, max, mean) = expected.Range;
        var isNear = Math.Abs(actual.Min - min) <= expected.Tolerance && Math.Abs(actual.Max - max) <= expected.Tolerance
            && Math.Abs(actual.Mean - mean) <= 0.1;
        return isNear ? null : $"{actual} where {expected.Range} is expected";
    }

    private static (double Min, double Max, double Mean) Statistics(byte[] pixels, ExpectedPixels expected)
    {
        var step = expected.BitsAllocated / 8;
        var isSigned = step == 2 && expected.Range.Min < 0;
        var (min, max, sum) = (int.MaxValue, int.MinValue, 0L);
        for (var i = 0; i < pixels.Length; i += step)
        {
            var sample = Sample(pixels, i, step);
            sample = isSigned ? (short)sample : sample;
            (min, max, sum) = (Math.Min(min, sample), Math.Max(max, sample), sum + sample);
        }

        return (min, max, (double)sum / (pixels.Length / step));
    }

    private static int Sample(byte[] pixels, int at, int step) =>
        step == 1 ? pixels[at] : BinaryPrimitives.ReadUInt16LittleEndian(pixels.AsSpan(at));

    private static byte[] Pixels(ExpectedPixels expected)
    {
        var path = SharedData.Require("fixtures", expected.Path);
        return expected.TransferSyntax == Codestream ? DecodeStream(path, expected) : Decode(path);
    }

    private static byte[] DecodeStream(string path, ExpectedPixels expected)
    {
        var syntax = expected.Path.Split('/')[1] switch
        {
            "jpeg-ls" => DicomTransferSyntax.JPEGLSNearLossless,
            "jpeg" => DicomTransferSyntax.JPEGExtended12Bit,
            _ => DicomTransferSyntax.JPEG2000,
        };
        var shape = expected.Shape() ?? throw new DicomFormatException("No image.");
        return new EncapsulatedImage
        {
            Rows = shape.Rows,
            Columns = shape.Columns,
            Samples = shape.Samples,
            Bits = expected.BitsAllocated == 0 ? 8 : expected.BitsAllocated,
            Syntax = syntax,
            Fragments = [File.ReadAllBytes(path)],
        }.Read();
    }

    // The native element built from the frames, so that reading and building are both compared.
    private static byte[] Decode(string path)
    {
        var file = DicomFile.Open(path);
        var reader = new PixelDataReader(file.Dataset, file.TransferSyntax);
        var description = reader.Description;
        var frames = new byte[description.FrameBytes * description.NumberOfFrames];
        for (var frame = 0; frame < description.NumberOfFrames; frame++)
        {
            var at = (int)(frame * description.FrameBytes);
            reader.ReadFrame(frame, frames.AsSpan(at, (int)description.FrameBytes), CancellationToken.None);
        }

        var element = NativePixelData.Build(description, frames, DicomTransferSyntax.ExplicitVRLittleEndian);
        Assert.Equal(0, element.Length % 2);
        return element.Value.Span[..(int)description.NativeBytes].ToArray();
    }
}
