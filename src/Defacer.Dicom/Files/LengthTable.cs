using System.Runtime.InteropServices;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>
/// The lengths of all sequences and items of a data set, in the order in which they begin: measured once, so that
/// writing defined lengths costs the same at any depth.
/// </summary>
internal sealed class LengthTable : DataSetWalk
{
    private readonly List<long> _lengths = [];
    private readonly List<(int Index, long Length)> _open = [];
    private int _next;

    /// <summary>Measures a data set.</summary>
    internal LengthTable(DicomDataset dataset, bool isExplicit)
    {
        _open.Add((-1, 0));
        Walk(dataset, isExplicit);
        Total = _open[0].Length;
    }

    /// <summary>The length of the data set in bytes.</summary>
    internal long Total { get; }

    /// <summary>The length of the value of the next sequence or item, without its header and its delimiter.</summary>
    internal long Next() => _lengths[_next++];

    protected override void OnElement(DicomElement element, bool isExplicit) =>
        Add(ElementHeader.Length(element, isExplicit, element.Length) + element.Length);

    protected override void OnFragments(DicomFragmentSequence fragments, bool isExplicit)
    {
        var total = ElementHeader.Length(fragments, isExplicit, ElementHeader.UndefinedLength)
            + ElementHeader.ItemBytes
            + (fragments.HasOffsetTable ? ElementHeader.ItemBytes + fragments.OffsetTable.Length : 0);
        foreach (var fragment in fragments.Fragments)
        {
            total += ElementHeader.ItemBytes + fragment.Length;
        }

        Add(total);
    }

    protected override void OnSequenceBegin(DicomSequence sequence, bool isExplicit)
    {
        Add(ElementHeader.Length(sequence, isExplicit, ElementHeader.UndefinedLength));
        Open();
    }

    protected override void OnSequenceEnd(DicomSequence sequence) => Close(sequence.IsUndefinedLength);

    protected override void OnItemBegin(DicomDataset item)
    {
        Add(ElementHeader.ItemBytes);
        Open();
    }

    protected override void OnItemEnd(DicomDataset item) => Close(item.IsUndefinedLength);

    private void Add(long bytes) => CollectionsMarshal.AsSpan(_open)[^1].Length += bytes;

    private void Open()
    {
        _open.Add((_lengths.Count, 0));
        _lengths.Add(0);
    }

    private void Close(bool hasDelimiter)
    {
        var (index, length) = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        _lengths[index] = length;
        Add(length + (hasDelimiter ? ElementHeader.ItemBytes : 0));
    }
}
