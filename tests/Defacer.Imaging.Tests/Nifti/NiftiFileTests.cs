using System.Buffers.Binary;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Volumes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Imaging.Tests.Nifti;

public class NiftiFileTests
{
    [Theory]
    [InlineData("axial", NiftiDataType.Int16, ".nii")]
    [InlineData("sagittal", NiftiDataType.UInt8, ".nii.gz")]
    [InlineData("coronal", NiftiDataType.UInt16, ".nii.gz")]
    [InlineData("oblique", NiftiDataType.Float32, ".nii")]
    [InlineData("tilted", NiftiDataType.Int16, ".nii")]
    [InlineData("falling", NiftiDataType.Int32, ".nii")]
    [InlineData("axial", NiftiDataType.Float64, ".nii")]
    public void WriteAndRead_EveryGeometryAndType_GiveTheSameVolume(string name, NiftiDataType type, string extension)
    {
        using var folder = new TemporaryFolder();
        var geometry = Geometries.Named(name);
        var values = Enumerable.Range(0, geometry.VoxelCount).Select(i => (float)(i % 251)).ToArray();
        NiftiFile.FromVolume(new Volume(geometry, values, "MR"), type).Write(folder["v" + extension]);
        var read = NiftiFile.Read(folder["v" + extension]);
        Assert.Equal(type, read.DataType);
        Assert.Equal(values, read.ToVolume(0, "MR").Voxels);
        AssertSame(geometry, read.Geometry);
    }

    [Theory]
    [InlineData("axial")]
    [InlineData("sagittal")]
    [InlineData("coronal")]
    [InlineData("oblique")]
    [InlineData("falling")]
    public void Read_WithoutSForm_UsesTheQForm(string name)
    {
        var geometry = Geometries.Named(name);
        var bytes = Bytes(NiftiFile.FromMask(new MaskVolume(geometry)));
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(254), 0);
        bytes.AsSpan(280, 48).Clear();
        AssertSame(geometry, NiftiFile.Read(new MemoryStream(bytes)).Geometry);
    }

    [Fact]
    public void FromVolume_AxialLps_HasTheRasTransformOfTheStandard()
    {
        var bytes = Bytes(NiftiFile.FromMask(new MaskVolume(Geometries.Named("axial"))));
        Assert.Equal(-1.5f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(280)));
        Assert.Equal(17f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(292)));
        Assert.Equal(-1.5f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(300)));
        Assert.Equal(-12f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(308)));
        Assert.Equal(4f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(320)));
        Assert.Equal(30f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(324)));
    }

    [Fact]
    public void ReadAndWrite_ForeignHeader_KeepsEveryByte()
    {
        var bytes = WithExtension(Bytes(NiftiFile.FromMask(new MaskVolume(Geometries.Named("axial")))));
        "any text"u8.CopyTo(bytes.AsSpan(148));
        Assert.Equal(bytes, Bytes(NiftiFile.Read(new MemoryStream(bytes))));
    }

    [Fact]
    public void ToVolumeAndStore_WithSlope_WorkInRealValues()
    {
        var bytes = Bytes(Empty(Geometries.Named("axial")));
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(112), 2);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(116), -1024);
        var file = NiftiFile.Read(new MemoryStream(bytes));
        file.Store(0, 5, -1000);
        file.Store(0, 6, 1e9);
        Assert.Equal(-1024, file.ToVolume(0, "CT").Voxels[0]);
        Assert.Equal(-1000, file.ToVolume(0, "CT").Voxels[5]);
        Assert.Equal((short.MaxValue * 2) - 1024, file.ToVolume(0, "CT").Voxels[6]);
        Assert.Equal(12, BinaryPrimitives.ReadInt16LittleEndian(file.Data.AsSpan(10)));
    }

    [Fact]
    public void Read_BigEndian_GivesTheSameAsLittleEndian()
    {
        var geometry = Geometries.Named("oblique");
        var values = Enumerable.Range(0, geometry.VoxelCount).Select(i => (float)((i % 2000) - 1000)).ToArray();
        var little = Bytes(NiftiFile.FromVolume(new Volume(geometry, values, "CT"), NiftiDataType.Int16));
        var read = NiftiFile.Read(new MemoryStream(Swapped(little)));
        Assert.Equal(values, read.ToVolume(0, "CT").Voxels);
        AssertSame(geometry, read.Geometry);
    }

    [Fact]
    public void WithLabels_ScaledInput_KeepsTheGridAndNoSlope()
    {
        var geometry = Geometries.Named("oblique");
        var input = Empty(geometry);
        var mask = new MaskVolume(geometry);
        mask.Labels[17] = MaskVolume.Ears;
        var labels = NiftiFile.Read(new MemoryStream(Bytes(input.WithLabels(mask))));
        Assert.Equal(NiftiDataType.UInt8, labels.DataType);
        Assert.Equal(2, labels.ToVolume(0, "MR").Voxels[17]);
        AssertSame(geometry, labels.Geometry);
    }

    [Theory]
    [InlineData(42, -5)]
    [InlineData(40, 9)]
    [InlineData(70, 32)]
    public void Read_BrokenHeader_SaysWhat(int at, short value)
    {
        var bytes = Bytes(NiftiFile.FromMask(new MaskVolume(Geometries.Named("axial"))));
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(at), value);
        Assert.NotEmpty(Assert.Throws<InvalidDataException>(() => NiftiFile.Read(new MemoryStream(bytes))).Message);
    }

    [Fact]
    public void Read_HugeDimensionsInASmallFile_IsRefusedBeforeAllocating()
    {
        var bytes = Bytes(NiftiFile.FromMask(new MaskVolume(Geometries.Named("axial"))));
        for (var i = 0; i < 3; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(42 + (2 * i)), short.MaxValue);
        }

        var refusal = Assert.Throws<InvalidDataException>(() => NiftiFile.Read(new MemoryStream(bytes)));
        Assert.Contains("2 GB", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutFile_SaysSo()
    {
        var bytes = Bytes(NiftiFile.FromMask(new MaskVolume(Geometries.Named("axial"))));
        Assert.Throws<InvalidDataException>(() => NiftiFile.Read(new MemoryStream(bytes[..^1])));
        Assert.Throws<InvalidDataException>(() => NiftiFile.Read(new MemoryStream(bytes[..200])));
    }

    private static NiftiFile Empty(VolumeGeometry geometry) =>
        NiftiFile.FromVolume(new Volume(geometry, new float[geometry.VoxelCount], "MR"), NiftiDataType.Int16);

    private static byte[] Bytes(NiftiFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    private static byte[] WithExtension(byte[] bytes)
    {
        byte[] longer = [.. bytes[..348], 1, 0, 0, 0, 16, 0, 0, 0, 6, 0, 0, 0, .. "abcdefgh"u8, .. bytes[352..]];
        BinaryPrimitives.WriteSingleLittleEndian(longer.AsSpan(108), 368);
        return longer;
    }

    private static byte[] Swapped(byte[] little)
    {
        byte[] big = [.. little];
        Swap(0, 4, 1);
        Swap(40, 2, 8);
        Swap(68, 2, 4);
        Swap(76, 4, 11);
        Swap(252, 2, 2);
        Swap(256, 4, 18);
        Swap(352, 2, (little.Length - 352) / 2);
        return big;

        void Swap(int at, int size, int count)
        {
            for (var i = 0; i < count; i++)
            {
                big.AsSpan(at + (i * size), size).Reverse();
            }
        }
    }

    private static void AssertSame(VolumeGeometry expected, VolumeGeometry found)
    {
        Assert.Equal((expected.Columns, expected.Rows, expected.Slices), (found.Columns, found.Rows, found.Slices));
        foreach (var (c, r, s) in ((int, int, int)[])[(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (20, 15, 8)])
        {
            Assert.InRange((expected.ToPatient(c, r, s) - found.ToPatient(c, r, s)).Length, 0, 1e-3);
        }
    }
}
