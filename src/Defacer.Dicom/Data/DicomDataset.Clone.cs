namespace Defacer.Dicom.Data;

// Copies share the values: elements and fragments never change, data sets and sequences do.
public sealed partial class DicomDataset
{
    /// <summary>
    /// A copy whose data sets and sequences are its own at every depth; values in memory or in files are shared. The
    /// copy of
    /// an item keeps the character set of the one that holds the original.
    /// </summary>
    public DicomDataset Clone()
    {
        var copy = CopyLevel();
        copy.Parent = Parent;
        var open = new Stack<(DicomDataset Source, DicomDataset Target)>();
        open.Push((this, copy));
        while (open.TryPop(out var pair))
        {
            foreach (var item in pair.Source.Items)
            {
                if (item is not DicomSequence sequence)
                {
                    pair.Target.Insert(pair.Target._count, item);
                    continue;
                }

                var twin = sequence.CopyEmpty();
                foreach (var child in sequence.Items)
                {
                    var childCopy = child.CopyLevel();
                    twin.Items.Add(childCopy);
                    open.Push((child, childCopy));
                }

                pair.Target.Adopt(twin);
                pair.Target.Insert(pair.Target._count, twin);
            }
        }

        return copy;
    }

    private DicomDataset CopyLevel()
    {
        var copy = new DicomDataset
        {
            IsUndefinedLength = IsUndefinedLength,
            DelimiterLength = DelimiterLength,
            IsExplicitVR = IsExplicitVR,
            _sorted = _sorted,
        };
        copy._items = _count == 0 ? [] : new DicomItem[_count];
        return copy;
    }
}
