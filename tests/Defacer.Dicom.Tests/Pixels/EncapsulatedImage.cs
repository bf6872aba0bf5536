using System.Buffers.Binary;
using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>A data set with encapsulated pixel data, made for one test.</summary>
internal sealed record EncapsulatedImage
{
    internal required int Rows { get; init; }

    internal required int Columns { get; init; }

    internal int Samples { get; init; } = 1;

    internal int Frames { get; init; } = 1;

    internal int Bits { get; init; } = 16;

    internal DicomTransferSyntax Syntax { get; init; } = DicomTransferSyntax.JPEGLossless;

    internal required IReadOnlyList<byte[]> Fragments { get; init; }

    /// <summary>Entries of the Basic Offset Table; empty: none.</summary>
    internal IReadOnlyList<uint> Offsets { get; init; } = [];

    /// <summary>Entries of the Extended Offset Table; empty: none.</summary>
    internal IReadOnlyList<ulong> ExtendedOffsets { get; init; } = [];

    internal PixelDataReader Open() => new(ToDataset(), Syntax);

    internal byte[] Read(int frame = 0)
    {
        var reader = Open();
        var bytes = new byte[reader.Description.FrameBytes];
        reader.ReadFrame(frame, bytes, CancellationToken.None);
        return bytes;
    }

    internal DicomDataset ToDataset()
    {
        var d = new DicomDataset();
        d.AddOrUpdateUS(DicomTag.SamplesPerPixel, (ushort)Samples);
        d.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, Samples == 3 ? "RGB" : "MONOCHROME2");
        d.AddOrUpdate(DicomTag.NumberOfFrames, DicomVR.IS, Frames.ToString(CultureInfo.InvariantCulture));
        d.AddOrUpdateUS(DicomTag.Rows, (ushort)Rows);
        d.AddOrUpdateUS(DicomTag.Columns, (ushort)Columns);
        d.AddOrUpdateUS(DicomTag.BitsAllocated, (ushort)Bits);
        d.AddOrUpdateUS(DicomTag.BitsStored, (ushort)Bits);
        d.AddOrUpdateUS(DicomTag.HighBit, (ushort)(Bits - 1));
        d.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
        if (ExtendedOffsets.Count > 0)
        {
            var table = ExtendedOffsets.SelectMany(BitConverter.GetBytes).ToArray();
            d.AddOrUpdate(new DicomElement(DicomTag.ExtendedOffsetTable, DicomVR.OV, table));
        }

        d.AddOrUpdate(new DicomFragmentSequence(
            DicomTag.PixelData,
            DicomVR.OB,
            Item([.. Offsets.SelectMany(BitConverter.GetBytes)]),
            [.. Fragments.Select(Item)]));
        return d;
    }

    /// <summary>An RLE frame of literal runs, one segment a plane.</summary>
    internal static byte[] Rle(params byte[][] segments)
    {
        var frame = new List<byte>(new byte[64]);
        var header = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)segments.Length);
        for (var i = 0; i < segments.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan((i + 1) * 4), (uint)frame.Count);
            frame.AddRange(segments[i]);
        }

        return [.. header, .. frame.Skip(64)];
    }

    private static DicomElement Item(byte[] bytes) => new(DicomTag.Item, DicomVR.OB, bytes);
}
