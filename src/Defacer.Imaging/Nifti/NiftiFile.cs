using System.Buffers.Binary;
using System.IO.Compression;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Imaging.Nifti;

/// <summary>
/// A single-file NIfTI-1 (.nii, .nii.gz) in memory. The header is kept byte for byte, the voxels as they are stored:
/// what is not changed is written back unchanged.
/// </summary>
public sealed class NiftiFile
{
    private readonly NiftiHeader _header;
    private readonly int _voxelsPerVolume;

    private NiftiFile(NiftiHeader header, byte[] data)
    {
        _header = header;
        (_voxelsPerVolume, Volumes) = header.CheckDimensions();
        Geometry = NiftiGeometry.Read(header);
        Data = data;
    }

    /// <summary>Where the voxels lie, in LPS.</summary>
    public VolumeGeometry Geometry { get; }

    /// <summary>Number of volumes (dimensions 4 to 7).</summary>
    public int Volumes { get; }

    /// <summary>How a voxel is stored.</summary>
    public NiftiDataType DataType => _header.DataType;

    /// <summary>The stored voxels, [volume, slice, row, column], in the byte order of the file.</summary>
    public byte[] Data { get; }

    // nifti1.h: a slope of 0 means that the stored values are the values.
    private bool IsScaled => _header.Slope != 0 && float.IsFinite(_header.Slope) && float.IsFinite(_header.Intercept);

    /// <summary>Whether a path ends as a NIfTI file does.</summary>
    public static bool IsNiftiPath(string path) =>
        path.EndsWith(".nii", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".nii.gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a file, compressed or not, whatever its name.</summary>
    /// <exception cref="InvalidDataException">Not readable as NIfTI-1; says why.</exception>
    public static NiftiFile Read(string path)
    {
        using var file = File.OpenRead(path);
        var isCompressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        if (!isCompressed)
        {
            return Read(file);
        }

        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        return Read(gzip);
    }

    /// <summary>Reads from a stream that is not compressed.</summary>
    /// <exception cref="InvalidDataException">Not readable as NIfTI-1; says why.</exception>
    public static NiftiFile Read(Stream stream)
    {
        var header = NiftiHeader.Read(stream);
        var (voxels, volumes) = header.CheckDimensions();
        var data = new byte[voxels * volumes * NiftiHeader.BytesPerVoxel(header.DataType)];
        if (stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false) < data.Length)
        {
            throw new InvalidDataException($"The file ends before its {data.Length} bytes of voxels do.");
        }

        return new NiftiFile(header, data);
    }

    /// <summary>A new file of a volume.</summary>
    /// <param name="volume">Uneven slices get their mean distance: NIfTI knows no other.</param>
    /// <param name="type">How to store; integers are rounded and clipped.</param>
    public static NiftiFile FromVolume(Volume volume, NiftiDataType type)
    {
        var file = Create(volume.Geometry, type);
        for (var i = 0; i < volume.Voxels.Length; i++)
        {
            file.Store(0, i, volume.Voxels[i]);
        }

        return file;
    }

    /// <summary>A new file of labels, one byte a voxel.</summary>
    public static NiftiFile FromMask(MaskVolume mask)
    {
        var file = Create(mask.Geometry, NiftiDataType.UInt8);
        mask.Labels.CopyTo(file.Data, 0);
        return file;
    }

    /// <summary>Labels on the grid of this file, with its header: sform, qform and codes stay.</summary>
    public NiftiFile WithLabels(MaskVolume mask)
    {
        var g = mask.Geometry;
        if ((g.Columns, g.Rows, g.Slices) != (Geometry.Columns, Geometry.Rows, Geometry.Slices))
        {
            throw new ArgumentException("The mask is on another grid.", nameof(mask));
        }

        var header = _header.Copy();
        header.DataType = NiftiDataType.UInt8;
        header.DropHigherDimensions();
        (header.Slope, header.Intercept) = (1, 0);
        header.SetSingle(124, 0); // cal_max
        header.SetSingle(128, 0); // cal_min
        return new NiftiFile(header, [.. mask.Labels]);
    }

    /// <summary>One volume in real values.</summary>
    /// <param name="volume">From 0.</param>
    /// <param name="modality">MR, CT, PT: NIfTI does not say.</param>
    public Volume ToVolume(int volume, string modality)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)volume, (uint)Volumes, nameof(volume));
        var values = new float[_voxelsPerVolume];
        var (slope, intercept) = IsScaled ? (_header.Slope, _header.Intercept) : (1, 0);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)((StoredAt((volume * _voxelsPerVolume) + i) * slope) + intercept);
        }

        return new Volume(Geometry, values, modality);
    }

    /// <summary>Stores a real value in one voxel, rounded and clipped to what the type holds.</summary>
    public void Store(int volume, int voxel, double value) =>
        StoreAt((volume * _voxelsPerVolume) + voxel, IsScaled ? (value - _header.Intercept) / _header.Slope : value);

    /// <summary>Whether the other file begins with the same bytes, up to the first voxel.</summary>
    public bool HasSameHeader(NiftiFile other) => _header.Bytes.SequenceEqual(other._header.Bytes);

    /// <summary>A copy whose voxels may be changed without changing this one.</summary>
    public NiftiFile Copy() => new(_header.Copy(), [.. Data]);

    /// <summary>Writes the file, compressed when the name ends in .gz.</summary>
    public void Write(string path)
    {
        using var file = File.Create(path);
        if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            Write(file);
            return;
        }

        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        Write(gzip);
    }

    /// <summary>Writes to a stream, not compressed.</summary>
    public void Write(Stream stream)
    {
        stream.Write(_header.Bytes);
        stream.Write(Data);
    }

    private static NiftiFile Create(VolumeGeometry geometry, NiftiDataType type)
    {
        var header = NiftiHeader.Create(geometry.Columns, geometry.Rows, geometry.Slices);
        header.DataType = type;
        NiftiGeometry.Write(header, geometry);
        return new NiftiFile(header, new byte[geometry.VoxelCount * NiftiHeader.BytesPerVoxel(type)]);
    }

    private double StoredAt(int index)
    {
        var size = NiftiHeader.BytesPerVoxel(DataType);
        Span<byte> little = stackalloc byte[8];
        Data.AsSpan(index * size, size).CopyTo(little);
        if (_header.IsBigEndian)
        {
            little[..size].Reverse();
        }

        return DataType switch
        {
            NiftiDataType.UInt8 => little[0],
            NiftiDataType.Int8 => (sbyte)little[0],
            NiftiDataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(little),
            NiftiDataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(little),
            NiftiDataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(little),
            NiftiDataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(little),
            NiftiDataType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(little),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(little),
        };
    }

    private void StoreAt(int index, double value)
    {
        var size = NiftiHeader.BytesPerVoxel(DataType);
        Span<byte> little = stackalloc byte[8];
        var rounded = Math.Round(double.IsNaN(value) ? 0 : value);
        switch (DataType)
        {
            case NiftiDataType.UInt8:
                little[0] = (byte)Math.Clamp(rounded, byte.MinValue, byte.MaxValue);
                break;
            case NiftiDataType.Int8:
                little[0] = (byte)(sbyte)Math.Clamp(rounded, sbyte.MinValue, sbyte.MaxValue);
                break;
            case NiftiDataType.Int16:
                BinaryPrimitives.WriteInt16LittleEndian(
                    little, (short)Math.Clamp(rounded, short.MinValue, short.MaxValue));
                break;
            case NiftiDataType.UInt16:
                BinaryPrimitives.WriteUInt16LittleEndian(
                    little, (ushort)Math.Clamp(rounded, ushort.MinValue, ushort.MaxValue));
                break;
            case NiftiDataType.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(little, (int)Math.Clamp(rounded, int.MinValue, int.MaxValue));
                break;
            case NiftiDataType.UInt32:
                BinaryPrimitives.WriteUInt32LittleEndian(
                    little, (uint)Math.Clamp(rounded, uint.MinValue, uint.MaxValue));
                break;
            case NiftiDataType.Float32:
                BinaryPrimitives.WriteSingleLittleEndian(little, (float)value);
                break;
            default:
                BinaryPrimitives.WriteDoubleLittleEndian(little, value);
                break;
        }

        if (_header.IsBigEndian)
        {
            little[..size].Reverse();
        }

        little[..size].CopyTo(Data.AsSpan(index * size));
    }
}
