using Defacer.Dicom.Data;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

public sealed class RleLosslessTests
{
    [Fact]
    public void ReadFrame_SixteenBits_PutsTheFirstSegmentOnTop()
    {
        // 2 x 3 pixels: high bytes as a run (257 - 5 = 252: six times), low bytes as a no-operation and two literals.
        var frame = EncapsulatedImage.Rle([251, 0x12], [128, 3, 1, 2, 3, 4, 1, 5, 6]);

        var image = new EncapsulatedImage
        {
            Rows = 2,
            Columns = 3,
            Syntax = DicomTransferSyntax.RLELossless,
            Fragments = [frame],
        };
        Assert.Equal([1, 0x12, 2, 0x12, 3, 0x12, 4, 0x12, 5, 0x12, 6, 0x12], image.Read());
    }

    [Theory]
    [InlineData("a run beyond the end", new byte[] { 250, 9 })]
    [InlineData("a literal beyond the end", new byte[] { 6, 1, 2, 3, 4, 5, 6, 7 })]
    [InlineData("a literal cut", new byte[] { 5, 1, 2, 3 })]
    [InlineData("a run without its byte", new byte[] { 251 })]
    [InlineData("too few bytes", new byte[] { 252, 9 })]
    [InlineData("nothing but no-operations", new byte[] { 128, 128, 128, 128 })]
    public void ReadFrame_MalformedSegment_IsRefused(string what, byte[] segment)
    {
        var image = new EncapsulatedImage
        {
            Rows = 2,
            Columns = 3,
            Bits = 8,
            Syntax = DicomTransferSyntax.RLELossless,
            Fragments = [EncapsulatedImage.Rle(segment)],
        };

        Assert.True(Record.Exception(() => image.Read()) is DicomFormatException, what);
    }
}
