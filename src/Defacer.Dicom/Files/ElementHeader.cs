using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>The bytes before a value, as written: little endian (PS3.5 §7.1.2, §7.1.3, §7.5).</summary>
internal static class ElementHeader
{
    internal const uint UndefinedLength = 0xFFFFFFFF;

    /// <summary>Tag and length of an item or delimiter.</summary>
    internal const int ItemBytes = 8;

    /// <summary>The most bytes a header has.</summary>
    internal const int MaxBytes = 12;

    internal static int Length(DicomItem item, bool isExplicit, long valueLength) =>
        isExplicit && item.Tag.Group != 0xFFFE && VRToWrite(item, valueLength).HasLongLength ? 12 : 8;

    internal static int Write(Span<byte> head, DicomItem item, bool isExplicit, uint valueLength)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(head, item.Tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], item.Tag.Element);
        if (!isExplicit || item.Tag.Group == 0xFFFE)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(head[4..], valueLength);
            return 8;
        }

        var vr = VRToWrite(item, valueLength);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], vr.Bytes);
        if (!vr.HasLongLength)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(head[6..], (ushort)valueLength);
            return 8;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], item.Reserved);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], valueLength);
        return 12;
    }

    internal static int WriteItem(Span<byte> head, DicomTag tag, uint length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(head, tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], tag.Element);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], length);
        return ItemBytes;
    }

    // PS3.5 §6.2.2 note: a value too long for a 16-bit length is written as UN.
    private static DicomVR VRToWrite(DicomItem item, long length) =>
        !item.VR.HasLongLength && length > ushort.MaxValue ? DicomVR.UN : item.VR;
}
