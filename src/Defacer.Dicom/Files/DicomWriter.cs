using System.Buffers;
using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>Writes a data set in explicit or implicit little endian (PS3.5 §7, Annex A); what was read and not changed comes out byte for byte.</summary>
public sealed class DicomWriter
{
    private const uint UndefinedLength = 0xFFFFFFFF;
    private const int MaxDepth = 1024;
    private const int CopyBytes = 256 * 1024;
    private readonly Stream _stream;
    private readonly bool _explicit;
    private readonly byte[] _head = new byte[12];

    private DicomWriter(Stream stream, bool isExplicit)
    {
        _stream = stream;
        _explicit = isExplicit;
    }

    /// <summary>Writes the data set; the stream should be buffered. Deflated and big endian are not written here.</summary>
    /// <exception cref="NotSupportedException">The syntax is big endian or deflated.</exception>
    public static void Write(Stream stream, DicomDataset dataset, DicomTransferSyntax syntax)
    {
        if (syntax.IsBigEndian || syntax.IsDeflated)
        {
            throw new NotSupportedException($"Data sets are not written in {syntax.UID}; write explicit little endian.");
        }

        new DicomWriter(stream, syntax.IsExplicitVR).WriteDataset(dataset, syntax.IsExplicitVR, 0);
    }

    /// <summary>The length in bytes that <see cref="Write"/> will give.</summary>
    public static long MeasureLength(DicomDataset dataset, DicomTransferSyntax syntax) => Measure(dataset, syntax.IsExplicitVR);

    private void WriteDataset(DicomDataset dataset, bool isExplicit, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new DicomFormatException($"Sequences are nested deeper than {MaxDepth} levels.");
        }

        foreach (var item in dataset)
        {
            switch (item)
            {
                case DicomElement element:
                    WriteHeader(element, isExplicit, (uint)element.Length);
                    WriteBytes(element);
                    break;
                case DicomSequence sequence:
                    WriteSequence(sequence, isExplicit, depth);
                    break;
                case DicomFragmentSequence fragments:
                    WriteFragments(fragments, isExplicit);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private void WriteSequence(DicomSequence sequence, bool isExplicit, int depth)
    {
        var inner = InnerExplicit(sequence, isExplicit);
        var length = sequence.IsUndefinedLength ? UndefinedLength : checked((uint)MeasureItems(sequence, inner));
        WriteHeader(sequence, isExplicit, length);
        foreach (var child in sequence.Items)
        {
            WriteItemHeader(DicomTag.Item, child.IsUndefinedLength ? UndefinedLength : checked((uint)Measure(child, inner)));
            WriteDataset(child, inner, depth + 1);
            if (child.IsUndefinedLength)
            {
                WriteItemHeader(DicomTag.ItemDelimitationItem, 0);
            }
        }

        if (sequence.IsUndefinedLength)
        {
            WriteItemHeader(DicomTag.SequenceDelimitationItem, 0);
        }
    }

    private void WriteFragments(DicomFragmentSequence item, bool isExplicit)
    {
        WriteHeader(item, isExplicit, UndefinedLength);
        WriteItemHeader(DicomTag.Item, (uint)item.OffsetTable.Length);
        WriteBytes(item.OffsetTable);
        foreach (var fragment in item.Fragments)
        {
            WriteItemHeader(DicomTag.Item, (uint)fragment.Length);
            WriteBytes(fragment);
        }

        WriteItemHeader(DicomTag.SequenceDelimitationItem, 0);
    }

    private void WriteHeader(DicomItem item, bool isExplicit, uint length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_head, item.Tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(2), item.Tag.Element);
        if (!isExplicit)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_head.AsSpan(4), length);
            _stream.Write(_head, 0, 8);
            return;
        }

        var vr = VRToWrite(item, length);
        BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(4), vr.Bytes);
        if (vr.HasLongLength)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(6), item.Reserved);
            BinaryPrimitives.WriteUInt32LittleEndian(_head.AsSpan(8), length);
            _stream.Write(_head, 0, 12);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(6), (ushort)length);
            _stream.Write(_head, 0, 8);
        }
    }

    private void WriteItemHeader(DicomTag tag, uint length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_head, tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(2), tag.Element);
        BinaryPrimitives.WriteUInt32LittleEndian(_head.AsSpan(4), length);
        _stream.Write(_head, 0, 8);
    }

    private void WriteBytes(DicomElement element)
    {
        if (element.Bulk is null)
        {
            _stream.Write(element.Value.Span);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            for (long at = 0; at < element.Length; at += CopyBytes)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(CopyBytes, element.Length - at));
                element.Bulk.Read(at, part);
                _stream.Write(part);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long Measure(DicomDataset dataset, bool isExplicit)
    {
        long total = 0;
        foreach (var item in dataset)
        {
            switch (item)
            {
                case DicomElement element:
                    total += HeaderLength(item, isExplicit, (uint)element.Length) + element.Length;
                    break;
                case DicomSequence sequence:
                    var length = MeasureItems(sequence, InnerExplicit(sequence, isExplicit));
                    total += HeaderLength(item, isExplicit, UndefinedLength) + length + (sequence.IsUndefinedLength ? 8 : 0);
                    break;
                case DicomFragmentSequence fragments:
                    total += HeaderLength(item, isExplicit, UndefinedLength) + 16 + fragments.OffsetTable.Length
                        + fragments.Fragments.Sum(f => f.Length + 8);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }

        return total;
    }

    private static long MeasureItems(DicomSequence sequence, bool isExplicit) =>
        sequence.Items.Sum(child => 8 + Measure(child, isExplicit) + (child.IsUndefinedLength ? 8 : 0));

    private static int HeaderLength(DicomItem item, bool isExplicit, uint length) =>
        isExplicit && VRToWrite(item, length).HasLongLength ? 12 : 8;

    // PS3.5 §6.2.2 note: a value too long for a 16-bit length is written as UN.
    private static DicomVR VRToWrite(DicomItem item, uint length) =>
        !item.VR.HasLongLength && length > ushort.MaxValue ? DicomVR.UN : item.VR;

    // What was read from UN is implicit inside, whatever holds it.
    private static bool InnerExplicit(DicomSequence sequence, bool isExplicit) => isExplicit && sequence.VR != DicomVR.UN;
}
