using System.Buffers.Binary;

namespace Defacer.Imaging.Nifti;

/// <summary>
/// The 348 bytes at the start of a NIfTI-1 file and what stands between them and the voxels, kept as read.
/// </summary>
internal sealed class NiftiHeader
{
    public const int Length = 348;
    public const int FirstVoxel = 352;

    // Extensions are small notes; a file that claims more is broken or hostile.
    private const int LongestBytes = 16 * 1024 * 1024;

    private readonly byte[] _bytes;

    /// <param name="bytes">Up to the first voxel.</param>
    /// <param name="isBigEndian">Byte order of header and voxels.</param>
    public NiftiHeader(byte[] bytes, bool isBigEndian)
    {
        _bytes = bytes;
        IsBigEndian = isBigEndian;
    }

    public bool IsBigEndian { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public NiftiDataType DataType
    {
        get => (NiftiDataType)GetInt16(70);
        set
        {
            SetInt16(70, (short)value);
            SetInt16(72, (short)(8 * BytesPerVoxel(value)));
        }
    }

    public float Slope { get => GetSingle(112); set => SetSingle(112, value); }

    public float Intercept { get => GetSingle(116); set => SetSingle(116, value); }

    public short QFormCode { get => GetInt16(252); set => SetInt16(252, value); }

    public short SFormCode { get => GetInt16(254); set => SetInt16(254, value); }

    /// <summary>Reads up to the first voxel.</summary>
    /// <exception cref="InvalidDataException">Not a single-file NIfTI-1.</exception>
    public static NiftiHeader Read(Stream stream)
    {
        var start = new byte[FirstVoxel];
        if (stream.ReadAtLeast(start, FirstVoxel, throwOnEndOfStream: false) < FirstVoxel)
        {
            throw new InvalidDataException("No NIfTI file: it ends within the header.");
        }

        var isBig = BinaryPrimitives.ReadInt32LittleEndian(start) != Length;
        if (isBig && BinaryPrimitives.ReadInt32BigEndian(start) != Length)
        {
            var second = BinaryPrimitives.ReadInt32LittleEndian(start) == 540
                || BinaryPrimitives.ReadInt32BigEndian(start) == 540;
            throw new InvalidDataException(second
                ? "NIfTI-2 is not read; convert to NIfTI-1."
                : "No NIfTI file: the header does not begin with its length, 348.");
        }

        if (!start.AsSpan(344, 3).SequenceEqual("n+1"u8))
        {
            throw new InvalidDataException("Not a single-file NIfTI-1 (magic n+1); convert a pair .hdr/.img to .nii.");
        }

        var offset = new NiftiHeader(start, isBig).GetSingle(108);
        if (!(offset >= FirstVoxel && offset <= LongestBytes))
        {
            throw new InvalidDataException(
                $"The first voxel cannot be at byte {offset} (vox_offset); 352 to {LongestBytes} is read.");
        }

        var all = new byte[(int)offset];
        start.CopyTo(all, 0);
        stream.ReadExactly(all.AsSpan(FirstVoxel));
        return new NiftiHeader(all, isBig);
    }

    /// <summary>An empty little-endian header of three dimensions in mm.</summary>
    public static NiftiHeader Create(int columns, int rows, int slices)
    {
        var header = new NiftiHeader(new byte[FirstVoxel], isBigEndian: false);
        BinaryPrimitives.WriteInt32LittleEndian(header._bytes, Length);
        header.SetInt16(40, 3);
        short[] dimensions = [checked((short)columns), checked((short)rows), checked((short)slices), 1, 1, 1, 1];
        for (var i = 0; i < 7; i++)
        {
            header.SetInt16(42 + (2 * i), dimensions[i]);
            header.SetSingle(80 + (4 * i), 1);
        }

        header.SetSingle(108, FirstVoxel);
        header.Slope = 1;
        header._bytes[123] = 2; // xyzt_units: mm
        "n+1"u8.CopyTo(header._bytes.AsSpan(344));
        return header;
    }

    public NiftiHeader Copy() => new([.. _bytes], IsBigEndian);

    /// <summary>
    /// Size of dimension 1 (columns), 2 (rows), 3 (slices) or 4 to 7; 1 beyond the number of dimensions.
    /// </summary>
    public int Dimension(int number) => number <= GetInt16(40) ? GetInt16(40 + (2 * number)) : 1;

    /// <summary>Leaves the first three dimensions only.</summary>
    public void DropHigherDimensions()
    {
        SetInt16(40, 3);
        for (var number = 4; number <= 7; number++)
        {
            SetInt16(40 + (2 * number), 1);
        }
    }

    /// <summary>
    /// Checks what the voxels are read by; gives the number of voxels of one volume and the number of volumes.
    /// </summary>
    public (int Voxels, int Volumes) CheckDimensions()
    {
        if (GetInt16(40) is < 1 or > 7)
        {
            throw new InvalidDataException($"{GetInt16(40)} dimensions (dim[0]); 1 to 7 are possible.");
        }

        long voxels = 1, volumes = 1;
        for (var number = 1; number <= 7; number++)
        {
            var size = Dimension(number);
            if (size < 1)
            {
                throw new InvalidDataException($"Dimension {number} has the size {size} (dim[{number}]).");
            }

            (voxels, volumes) = number <= 3 ? (voxels * size, volumes) : (voxels, volumes * size);
        }

        if (voxels * volumes * BytesPerVoxel(DataType) > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{voxels} voxels in {volumes} volumes are more than 2 GB, the largest file read.");
        }

        return ((int)voxels, (int)volumes);
    }

    public static int BytesPerVoxel(NiftiDataType type) => type switch
    {
        NiftiDataType.UInt8 or NiftiDataType.Int8 => 1,
        NiftiDataType.Int16 or NiftiDataType.UInt16 => 2,
        NiftiDataType.Int32 or NiftiDataType.UInt32 or NiftiDataType.Float32 => 4,
        NiftiDataType.Float64 => 8,
        _ => throw new InvalidDataException($"Voxels of data type {(short)type} are not read; real numbers are."),
    };

    public float GetPixDim(int number) => GetSingle(76 + (4 * number));

    public void SetPixDim(int number, float value) => SetSingle(76 + (4 * number), value);

    public float GetSingle(int at) => IsBigEndian
        ? BinaryPrimitives.ReadSingleBigEndian(_bytes.AsSpan(at))
        : BinaryPrimitives.ReadSingleLittleEndian(_bytes.AsSpan(at));

    public void SetSingle(int at, float value)
    {
        if (IsBigEndian)
        {
            BinaryPrimitives.WriteSingleBigEndian(_bytes.AsSpan(at), value);
        }
        else
        {
            BinaryPrimitives.WriteSingleLittleEndian(_bytes.AsSpan(at), value);
        }
    }

    /// <summary>A row of the sform, in RAS mm.</summary>
    public (float X, float Y, float Z, float W) SFormRow(int row)
    {
        var at = 280 + (16 * row);
        return (GetSingle(at), GetSingle(at + 4), GetSingle(at + 8), GetSingle(at + 12));
    }

    private short GetInt16(int at) => IsBigEndian
        ? BinaryPrimitives.ReadInt16BigEndian(_bytes.AsSpan(at))
        : BinaryPrimitives.ReadInt16LittleEndian(_bytes.AsSpan(at));

    private void SetInt16(int at, short value)
    {
        if (IsBigEndian)
        {
            BinaryPrimitives.WriteInt16BigEndian(_bytes.AsSpan(at), value);
        }
        else
        {
            BinaryPrimitives.WriteInt16LittleEndian(_bytes.AsSpan(at), value);
        }
    }
}
