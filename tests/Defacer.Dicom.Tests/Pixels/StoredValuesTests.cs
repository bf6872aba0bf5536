using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

public sealed class StoredValuesTests
{
    [Theory]
    [InlineData(8, 8, 7, false)]
    [InlineData(8, 5, 6, true)]
    [InlineData(16, 12, 11, false)]
    [InlineData(16, 12, 11, true)]
    [InlineData(16, 12, 15, true)]
    [InlineData(16, 16, 15, true)]
    [InlineData(16, 1, 0, false)]
    [InlineData(32, 32, 31, false)]
    [InlineData(32, 32, 31, true)]
    [InlineData(32, 20, 23, true)]
    public void Set_AnyValueInRange_IsReadBack(int allocated, int stored, int high, bool signed)
    {
        var values = new StoredValues(Describe(allocated, stored, high, signed));
        var frame = new byte[2 * allocated / 8];
        foreach (var value in new[] { values.Minimum, values.Maximum, 0, values.Maximum / 3, values.Minimum / 3 })
        {
            values.Set(frame, 1, value);

            Assert.Equal(value, values.Get(frame, 1));
            var scaled = new float[2];
            values.Scale(frame, scaled, 2, 1);
            Assert.Equal((float)((2.0 * value) + 1), scaled[1]);
            Assert.Equal(1, scaled[0]);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => values.Set(frame, 0, values.Maximum + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => values.Set(frame, 0, values.Minimum - 1));
    }

    [Fact]
    public void Build_OddNumberOfBytes_IsPaddedAndKeepsVR()
    {
        var description = Describe(8, 8, 7, false) with { Rows = 3, Columns = 3 };
        var element = NativePixelData.Build(description, new byte[9], DicomTransferSyntax.ExplicitVRLittleEndian);

        Assert.Equal(10, element.Length);
        Assert.Equal(DicomVR.OB, element.VR);
        element = NativePixelData.Build(description, new byte[9], DicomTransferSyntax.ImplicitVRLittleEndian);
        Assert.Equal(DicomVR.OW, element.VR);
    }

    [Fact]
    public void Build_OneBitFrames_FollowWithoutPadding()
    {
        // Two frames of 3 x 3 bits, all set, then none: bits 0 to 8, then 9 to 17.
        var description = Describe(1, 1, 0, false) with { Rows = 3, Columns = 3, NumberOfFrames = 2 };
        Assert.Equal(new byte[] { 0xFF, 1, 0, 0 }, Build([0xFF, 1, 0, 0]));
        Assert.Equal(new byte[] { 0, 0xFE, 3, 0 }, Build([0, 0, 0xFF, 1]));

        byte[] Build(byte[] frames) =>
            NativePixelData.Build(description, frames, DicomTransferSyntax.ExplicitVRLittleEndian).Value.ToArray();
    }

    private static PixelDescription Describe(int allocated, int stored, int high, bool signed) => new()
    {
        Rows = 1,
        Columns = 2,
        BitsAllocated = allocated,
        BitsStored = stored,
        HighBit = high,
        IsSigned = signed,
    };
}
