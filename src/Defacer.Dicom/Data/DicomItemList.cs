using System.Collections.ObjectModel;

namespace Defacer.Dicom.Data;

/// <summary>
/// The items of a sequence; each knows the data set that holds the sequence, whose character set it inherits.
/// </summary>
public sealed class DicomItemList : Collection<DicomDataset>
{
    /// <summary>The data set that holds the sequence, once it is in one.</summary>
    internal DicomDataset? Owner
    {
        get;
        set
        {
            field = value;
            foreach (var item in this)
            {
                item.Parent = value;
            }
        }
    }

    /// <summary>Adds several items at the end.</summary>
    public void AddRange(IEnumerable<DicomDataset> items)
    {
        foreach (var item in items)
        {
            Add(item);
        }
    }

    /// <summary>Removes every item that fulfils the condition; gives their number.</summary>
    public int RemoveAll(Predicate<DicomDataset> condition)
    {
        var before = Count;
        for (var i = Count - 1; i >= 0; i--)
        {
            if (condition(this[i]))
            {
                RemoveAt(i);
            }
        }

        return before - Count;
    }

    /// <inheritdoc/>
    protected override void InsertItem(int index, DicomDataset item)
    {
        base.InsertItem(index, item);
        item.Parent = Owner;
    }

    /// <inheritdoc/>
    protected override void SetItem(int index, DicomDataset item)
    {
        base.SetItem(index, item);
        item.Parent = Owner;
    }
}
