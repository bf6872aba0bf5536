using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>
/// Writes a data set in explicit or implicit little endian (PS3.5 §7, Annex A); what was read and not changed comes
/// out byte for byte.
/// </summary>
public sealed class DicomWriter
{
    private DicomWriter()
    {
    }

    /// <summary>
    /// Writes the data set; the stream should be buffered. Deflated and big endian are not written here.
    /// </summary>
    /// <exception cref="NotSupportedException">The syntax is big endian or deflated.</exception>
    /// <exception cref="DicomFormatException">A value is longer than its length field can say.</exception>
    public static void Write(Stream stream, DicomDataset dataset, DicomTransferSyntax syntax)
    {
        if (syntax.IsBigEndian || syntax.IsDeflated)
        {
            throw new NotSupportedException(
                $"Data sets are not written in {syntax.UID}; write explicit little endian.");
        }

        new Writing(stream, new LengthTable(dataset, syntax.IsExplicitVR)).Run(dataset, syntax.IsExplicitVR);
    }

    /// <summary>The length in bytes that <see cref="Write"/> will give.</summary>
    public static long MeasureLength(DicomDataset dataset, DicomTransferSyntax syntax) =>
        new LengthTable(dataset, syntax.IsExplicitVR).Total;

    private sealed class Writing(Stream stream, LengthTable lengths) : DataSetWalk
    {
        private readonly byte[] _head = new byte[ElementHeader.MaxBytes];

        internal void Run(DicomDataset dataset, bool isExplicit) => Walk(dataset, isExplicit);

        protected override void OnElement(DicomElement element, bool isExplicit)
        {
            WriteHeader(element, isExplicit, Checked(element, element.Length));
            WriteBytes(element);
        }

        protected override void OnFragments(DicomFragmentSequence fragments, bool isExplicit)
        {
            WriteHeader(fragments, isExplicit, ElementHeader.UndefinedLength);
            if (fragments.HasOffsetTable)
            {
                WriteFragment(fragments.OffsetTable);
            }

            foreach (var fragment in fragments.Fragments)
            {
                WriteFragment(fragment);
            }

            WriteItem(DicomTag.SequenceDelimitationItem, fragments.DelimiterLength);
        }

        protected override void OnSequenceBegin(DicomSequence sequence, bool isExplicit)
        {
            var length = lengths.Next();
            WriteHeader(sequence, isExplicit,
                sequence.IsUndefinedLength ? ElementHeader.UndefinedLength : Checked(sequence, length));
        }

        protected override void OnSequenceEnd(DicomSequence sequence)
        {
            if (sequence.IsUndefinedLength)
            {
                WriteItem(DicomTag.SequenceDelimitationItem, sequence.DelimiterLength);
            }
        }

        protected override void OnItemBegin(DicomDataset item)
        {
            var length = lengths.Next();
            WriteItem(DicomTag.Item, item.IsUndefinedLength ? ElementHeader.UndefinedLength : Checked(null, length));
        }

        protected override void OnItemEnd(DicomDataset item)
        {
            if (item.IsUndefinedLength)
            {
                WriteItem(DicomTag.ItemDelimitationItem, item.DelimiterLength);
            }
        }

        private void WriteFragment(DicomElement fragment)
        {
            WriteItem(DicomTag.Item, Checked(fragment, fragment.Length));
            WriteBytes(fragment);
        }

        private void WriteHeader(DicomItem item, bool isExplicit, uint length) =>
            stream.Write(_head, 0, ElementHeader.Write(_head, item, isExplicit, length));

        private void WriteItem(DicomTag tag, uint length) =>
            stream.Write(_head, 0, ElementHeader.WriteItem(_head, tag, length));

        private void WriteBytes(DicomElement element)
        {
            if (element.Bulk is null)
            {
                stream.Write(element.Value.Span);
                return;
            }

            if (stream is PieceStream pieces)
            {
                pieces.Add(element.Bulk);
                return;
            }

            element.Bulk.CopyTo(stream);
        }

        // FFFFFFFF says "undefined"; a defined length ends below it.
        private static uint Checked(DicomItem? item, long length) => length < ElementHeader.UndefinedLength
            ? (uint)length
            : throw new DicomFormatException(
                $"{item?.Tag ?? DicomTag.Item} has {length} bytes, more than a length field can say.");
    }
}
