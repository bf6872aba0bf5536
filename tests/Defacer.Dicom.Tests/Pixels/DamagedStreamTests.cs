using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>Damaged streams of every codec give pixels or a format error, and do not disturb the next image.</summary>
public sealed class DamagedStreamTests
{
    private const int Mutants = 40;

    public static TheoryData<string> Syntaxes =>
    [
        DicomTransferSyntax.RLELossless.UID, DicomTransferSyntax.JPEGLosslessSV1.UID,
        DicomTransferSyntax.JPEGLSLossless.UID, DicomTransferSyntax.JPEG2000Lossless.UID,
        DicomTransferSyntax.HTJ2KLossless.UID,
    ];

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void ReadFrame_Damaged_GivesPixelsOrFormatError(string uid)
    {
        var (image, encoded) = Encode(uid);
        var random = new Random(3);
        var refused = 0;
        for (var i = 0; i < Mutants; i++)
        {
            var bad = encoded.ToArray();
            for (var k = 0; k < 1 + (i % 9); k++)
            {
                bad[random.Next(i % 2 == 0 ? Math.Min(160, bad.Length) : bad.Length)] = (byte)random.Next(256);
            }

            try
            {
                Read(image, uid, bad);
            }
            catch (DicomFormatException)
            {
                refused++;
            }
        }

        Assert.True(refused > 0, "No damage was found.");
        Assert.Equal(image.Pixels(), Read(image, uid, encoded));
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void ReadFrame_CutAnywhere_IsRefused(string uid)
    {
        var (image, encoded) = Encode(uid);
        var taken = new List<int>();

        // The pad byte and the end marker carry no pixel.
        for (var length = 1; length < encoded.Length - 6; length += 1 + (encoded.Length / 40))
        {
            try
            {
                Read(image, uid, encoded[..length]);
                taken.Add(length);
            }
            catch (DicomFormatException)
            {
                // As it should be.
            }
        }

        Assert.True(taken.Count == 0, $"{encoded.Length} bytes cut to {string.Join(", ", taken)} were taken for whole.");
    }

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public void ReadFrame_ShapeOtherThanTheDataSet_IsRefused(string uid)
    {
        var (image, encoded) = Encode(uid);
        if (uid == DicomTransferSyntax.RLELossless.UID)
        {
            // RLE says nothing of its shape but the number of bytes.
            Assert.Throws<DicomFormatException>(() => Read(image with { Rows = image.Rows + 1 }, uid, encoded));
            return;
        }

        foreach (var other in (TestImage[])
            [image with { Rows = image.Rows + 1 }, image with { Columns = 7 }, image with { Allocated = 8, Stored = 8 }])
        {
            Assert.Throws<DicomFormatException>(() => Read(other, uid, encoded));
        }
    }

    private static (TestImage Image, byte[] Encoded) Encode(string uid)
    {
        var image = new TestImage();
        var file = Transcoder.Transcode(image.ToFile(), DicomTransferSyntax.FromUid(uid), CancellationToken.None);
        var sequence = (DicomFragmentSequence)file.Dataset.First(i => i.Tag == DicomTag.PixelData);
        return (image, sequence.Fragments[0].Value.ToArray());
    }

    private static byte[] Read(TestImage image, string uid, byte[] encoded) => new EncapsulatedImage
    {
        Rows = image.Rows,
        Columns = image.Columns,
        Bits = image.Allocated,
        Syntax = DicomTransferSyntax.FromUid(uid),
        Fragments = [encoded],
    }.Read();
}
