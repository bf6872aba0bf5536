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

    /// <summary>The item with its real VR; the same item when that is not known or the bytes are not what they should be.</summary>
    internal static DicomItem Resolve(DicomItem item, DicomVR? known)
    {
        if (known is null || item is not DicomElement element || (element.VR != DicomVR.UN && !element.VR.IsUnknownCode))
        {
            return item;
        }

        if (known != DicomVR.SQ)
        {
            return element.Bulk is null ? new DicomElement(item.Tag, known, element.Value) : new DicomElement(item.Tag, known, element.Bulk);
        }

        if (element.Length == 0)
        {
            return new DicomSequence(item.Tag, DicomVR.SQ, undefinedLength: false);
        }

        return element.Length > MaxSequenceBytes ? item : Parse(element) ?? item;
    }

    // The reader takes files: a file that holds the one element.
    private static DicomItem? Parse(DicomElement element)
    {
        var meta = new DicomDataset(DummyValues.Element(DicomTag.TransferSyntaxUID, DicomVR.UI, DicomTransferSyntax.ImplicitVRLittleEndian.UID));
        using var stream = new MemoryStream();
        new DicomFile(meta, new DicomDataset()).Save(stream);
        var head = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(head, element.Tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(2), element.Tag.Element);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), (uint)element.Length);
        stream.Write(head);
        stream.Write(element.Value.Span);
        stream.Position = 0;
        try
        {
            return DicomFile.Open(stream).Dataset.TryGet(element.Tag, out var item) ? item as DicomSequence : null;
        }
        catch (DicomFormatException)
        {
            // No sequence after all: the caller treats it as bytes of unknown meaning and removes them.
            return null;
        }
    }
}
