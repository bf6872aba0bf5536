using Defacer.Dicom.Data;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>
/// Fragments are divided among frames by offset tables that fit, by their number, or by their content.
/// </summary>
public sealed class EncapsulatedFramesTests
{
    private const int Size = 6;

    [Fact]
    public void ReadFrame_OneFragmentAFrame_NeedsNoTable() =>
        AssertFrames(Image(Frame(1), Frame(2), Frame(3)) with { Frames = 3 });

    [Fact]
    public void ReadFrame_OneFragmentAFrame_BelievesNoTable() =>
        AssertFrames(Image(Frame(1), Frame(2), Frame(3)) with { Frames = 3, Offsets = [0, 8, 4_000_000_000] });

    [Fact]
    public void ReadFrame_SeveralFragmentsAFrame_AreFoundByTheirContent() =>
        AssertFrames(Image([.. Halves(1), Frame(2), .. Halves(3)]) with { Frames = 3 });

    [Fact]
    public void ReadFrame_SeveralFragmentsAFrame_AreFoundByTheBasicTable()
    {
        byte[][] fragments = [.. Halves(1), Frame(2), .. Halves(3)];
        var second = Item(fragments[0]) + Item(fragments[1]);
        AssertFrames(Image(fragments) with { Frames = 3, Offsets = [0, second, second + Item(fragments[2])] });
    }

    [Fact]
    public void ReadFrame_SeveralFragmentsAFrame_AreFoundByTheExtendedTable()
    {
        byte[][] fragments = [Rle(1)[..70], Rle(1)[70..], Rle(2)];
        var image = new EncapsulatedImage
        {
            Rows = Size,
            Columns = Size,
            Bits = 8,
            Frames = 2,
            Syntax = DicomTransferSyntax.RLELossless,
            Fragments = fragments,
            ExtendedOffsets = [0, Item(fragments[0]) + Item(fragments[1])],
        };

        Assert.All(image.Read(0), b => Assert.Equal(1, b));
        Assert.All(image.Read(1), b => Assert.Equal(2, b));
        Assert.Throws<DicomFormatException>(() => (image with { ExtendedOffsets = [0, 12] }).Open());
        Assert.Throws<DicomFormatException>(() => (image with { ExtendedOffsets = [] }).Open());
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 4)]
    public void Open_FewerFragmentsThanFrames_IsRefused(int framesBeyond, int fragments)
    {
        var image = Image([.. Enumerable.Repeat(Frame(1), fragments)]) with { Frames = fragments + framesBeyond };
        Assert.Throws<DicomFormatException>(image.Open);
    }

    [Fact]
    public void Open_FragmentTooShortForItsFrame_IsRefusedBeforeAnythingIsAllocated()
    {
        var image = new EncapsulatedImage { Rows = 30000, Columns = 30000, Fragments = [Frame(1)] };
        Assert.Throws<DicomFormatException>(image.Open);
    }

    private static EncapsulatedImage Image(params byte[][] fragments) =>
        new() { Rows = Size, Columns = Size, Fragments = fragments };

    private static void AssertFrames(EncapsulatedImage image)
    {
        for (var frame = 0; frame < image.Frames; frame++)
        {
            byte[] pixel = [(byte)(frame + 1), 0];
            Assert.Equal(Enumerable.Repeat(pixel, Size * Size).SelectMany(b => b), image.Read(frame));
        }
    }

    private static byte[] Frame(int value) =>
        new JpegLosslessEncoder { Rows = Size, Columns = Size, Precision = 16, Predictor = 1 }
            .Encode([.. Enumerable.Repeat(value, Size * Size)]);

    private static byte[][] Halves(int value) => [Frame(value)[..40], Frame(value)[40..]];

    private static byte[] Rle(byte value) => EncapsulatedImage.Rle([35, .. Enumerable.Repeat(value, Size * Size)]);

    private static uint Item(byte[] fragment) => (uint)fragment.Length + 8;
}
