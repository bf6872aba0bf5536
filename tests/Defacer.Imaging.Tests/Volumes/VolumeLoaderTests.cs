using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Volumes;
using Xunit;
using static Defacer.Imaging.Tests.Volumes.SyntheticSlices;

namespace Defacer.Imaging.Tests.Volumes;

public sealed class VolumeLoaderTests
{
    // Container F123 hexadecimal: 12 bits stored below an overlay; the same with the value in the upper bits.
    [Theory]
    [InlineData(0xF123, 12, 11, 0, 0x123)]
    [InlineData(0xF923, 12, 11, 1, 0x923 - 0x1000)]
    [InlineData(0x923F, 12, 15, 1, 0x923 - 0x1000)]
    [InlineData(0x123F, 12, 15, 0, 0x123)]
    [InlineData(0x8000, 16, 15, 1, -32768)]
    [InlineData(0x8000, 16, 15, 0, 32768)]
    public void Load_BitsOutsideTheStoredOnes_AreNotPartOfTheValue(
        int container, int stored, int high, int signed, float expected)
    {
        var volume = Load([Slice(0, 1, (ushort)container, d =>
        {
            d.AddOrUpdateUS(DicomTag.BitsStored, (ushort)stored);
            d.AddOrUpdateUS(DicomTag.HighBit, (ushort)high);
            d.AddOrUpdateUS(DicomTag.PixelRepresentation, (ushort)signed);
        })]);

        Assert.All(volume.Voxels, v => Assert.Equal(expected, v));
    }

    [Theory]
    [InlineData(8, 0, 200)]
    [InlineData(8, 1, -56)]
    [InlineData(32, 0, 0xC8C8C8C8L)]
    [InlineData(32, 1, 0xC8C8C8C8L - 0x100000000L)]
    public void Load_OtherContainers_GiveTheirValues(int bits, int signed, long expected)
    {
        var volume = Load([Slice(0, 1, 0, d =>
        {
            d.AddOrUpdateUS(DicomTag.BitsAllocated, (ushort)bits);
            d.AddOrUpdateUS(DicomTag.BitsStored, (ushort)bits);
            d.AddOrUpdateUS(DicomTag.HighBit, (ushort)(bits - 1));
            d.AddOrUpdateUS(DicomTag.PixelRepresentation, (ushort)signed);
            var bytes = Enumerable.Repeat((byte)200, Rows * Columns * bits / 8).ToArray();
            d.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, bytes));
        })]);

        Assert.All(volume.Voxels, v => Assert.Equal((float)expected, v));
    }

    [Fact]
    public void Load_SlopeOfEachSlice_IsItsOwn()
    {
        Action<DicomDataset> Slope(string slope) => d =>
        {
            Set(DicomTag.Modality, DicomVR.CS, "PT")(d);
            Set(DicomTag.RescaleSlope, DicomVR.DS, slope)(d);
            Set(DicomTag.RescaleIntercept, DicomVR.DS, "-1")(d);
        };
        var volume = Load([Slice(3, 1, 10, Slope("0.5")), Slice(0, 2, 10, Slope("2"))]);

        Assert.Equal("PT", volume.Modality);
        Assert.Equal(19, volume.Voxels[volume.Geometry.Index(2, 1, 0)]);
        Assert.Equal(4, volume.Voxels[volume.Geometry.Index(2, 1, 1)]);
    }

    [Theory]
    [InlineData("MR", 4095 - 7)]
    [InlineData("CT", 7)]
    public void Load_Monochrome1_IsTurnedRoundUnlessTheUnitIsFixed(string modality, float expected)
    {
        var volume = Load([Slice(0, 1, 7, d =>
        {
            Set(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME1")(d);
            Set(DicomTag.Modality, DicomVR.CS, modality)(d);
        })]);

        Assert.Equal(expected, volume.Voxels[0]);
    }

    [Fact]
    public void Load_Voxels_AreOrderedBySliceRowColumn()
    {
        var pixels = Enumerable.Range(0, Rows * Columns).Select(i => (ushort)i).ToList();
        var volume = Load([Slice(1, 1, 99), Slice(0, 2, change: d => d.AddOrUpdate(Pixels(pixels)))]);

        Assert.Equal(pixels.Select(p => (float)p), volume.Voxels.Take(Rows * Columns));
        Assert.Equal(6, volume.Voxels[volume.Geometry.Index(2, 1, 0)]);
        Assert.Equal(99, volume.Voxels[volume.Geometry.Index(0, 0, 1)]);
    }

    [Fact]
    public void Load_MalformedFrame_IsAFormatError()
    {
        // An image header that claims the right shape, and no coded data.
        byte[] encoded = [0xFF, 0xD8, 0xFF, 0xC3, 0, 11, 16, 0, Rows, 0, Columns, 1, 1, 0x11, 0, 0xFF, 0xD9, 0];
        var file = Slice(0, 1, change: d => d.AddOrUpdate(new DicomFragmentSequence(
            DicomTag.PixelData,
            DicomVR.OB,
            new DicomElement(DicomTag.Item, DicomVR.OB, ReadOnlyMemory<byte>.Empty),
            [new DicomElement(DicomTag.Item, DicomVR.OB, encoded)])));
        file.FileMetaInfo.AddOrUpdate(DicomTag.TransferSyntaxUID, DicomVR.UI, DicomTransferSyntax.JPEGLosslessSV1.UID);

        Assert.Throws<DicomFormatException>(() => Load([file]));
    }

    [Fact]
    public void Load_Cancelled_Stops()
    {
        IReadOnlyList<DicomFile> files = [Slice(0, 1), Slice(1, 2)];
        var stack = Assert.Single(SeriesVolumes.Build(files).Stacks);

        var cancelled = new CancellationToken(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => VolumeLoader.Load(stack, files, cancelled));
    }

    private static Volume Load(IReadOnlyList<DicomFile> files) =>
        VolumeLoader.Load(Assert.Single(SeriesVolumes.Build(files).Stacks), files, CancellationToken.None);
}
