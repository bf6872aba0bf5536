using System.Buffers.Binary;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// Gives an element that was written as UN the VR that the dictionary knows, so that its rule can look into it. A
/// sequence inside UN is implicit little endian (PS3.5 §6.2.2).
/// </summary>
internal static class UnknownVR
{
    private const int MaxSequenceBytes = 64 * 1024 * 1024;

    /// <summary>The item with its real VR; the same item when that is not known or the bytes are not what they should
    /// be.</summary>
    internal static DicomItem Resolve(DicomItem item, DicomVR? known)
    {
        if (known is null || item is not DicomElement element
            || (element.VR != DicomVR.UN && !element.VR.IsUnknownCode))
        {
            return item;
        }

        if (known != DicomVR.SQ)
        {
            return element.Bulk is null ? new DicomElement(item.Tag, known, element.Value)
                : new DicomElement(item.Tag, known, element.Bulk);
        }

        if (element.Length == 0)
        {
            return new DicomSequence(item.Tag, DicomVR.SQ, undefinedLength: false);
        }

        return element.Length > MaxSequenceBytes ? item : Parse(element) ?? item;
    }

    private static DicomSequence? Parse(DicomElement element)
    {
        // A data set that holds the one element.
        var bytes = new byte[8 + element.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, element.Tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), element.Tag.Element);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)element.Length);
        element.Value.Span.CopyTo(bytes.AsSpan(8));
        try
        {
            var dataset = DicomReader.Read(new MemoryStream(bytes), DicomTransferSyntax.ImplicitVRLittleEndian);
            return dataset.TryGet(element.Tag, out var item) ? item as DicomSequence : null;
        }
        catch (DicomFormatException)
        {
            // No sequence after all: the caller treats it as bytes of unknown meaning and removes them.
            return null;
        }
    }
}
