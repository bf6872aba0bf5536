using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Defacer.Dicom.Text;

namespace Defacer.Dicom.Data;

/// <summary>
/// A data set: items in the order in which they were read or, where made by us, in the order of their tags
/// (PS3.5 §7.1). Reading converts nothing: values are bytes until asked for.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "The standard's word.")]
public sealed partial class DicomDataset : IEnumerable<DicomItem>
{
    // An array of our own, not a list: enhanced objects have a hundred thousand data sets.
    private DicomItem[] _items = [];
    private int _count;
    private bool _sorted = true;

    /// <summary>An empty data set.</summary>
    public DicomDataset()
    {
    }

    /// <summary>A data set of these items, put in order.</summary>
    public DicomDataset(params IEnumerable<DicomItem> items)
    {
        foreach (var item in items)
        {
            AddOrUpdate(item);
        }
    }

    /// <summary>Number of items at this level.</summary>
    public int Count => _count;

    /// <summary>The item at an index in stored order.</summary>
    public DicomItem this[int index] => Items[index];

    /// <summary>
    /// The data set that holds the sequence of which this is an item; gives the character set where this one has none.
    /// </summary>
    public DicomDataset? Parent { get; internal set; }

    /// <summary>As an item of a sequence: whether a delimiter ends it instead of a length.</summary>
    public bool IsUndefinedLength { get; init; }

    /// <summary>The length in the delimiter of an item, as read; zero unless the writer broke PS3.5 §7.5.</summary>
    internal uint DelimiterLength { get; set; }

    /// <summary>
    /// Whether elements were read with their VR; null for a data set made by us, which takes the encoding of what
    /// holds it.
    /// </summary>
    internal bool? IsExplicitVR { get; set; }

    /// <summary>
    /// The character set in force here: (0008,0005), else that of what holds this data set (PS3.5 §7.5.3).
    /// </summary>
    public DicomCharacterSet CharacterSet
    {
        get
        {
            for (var level = this; level is not null; level = level.Parent)
            {
                if (level.GetElement(DicomTag.SpecificCharacterSet) is { } element)
                {
                    return DicomCharacterSet.FromValue(element.Value.Span);
                }
            }

            return DicomCharacterSet.Default;
        }
    }

    /// <summary>Whether the tag is present.</summary>
    public bool Contains(DicomTag tag) => IndexOf(tag) >= 0;

    /// <summary>The first item with the tag.</summary>
    public bool TryGet(DicomTag tag, [NotNullWhen(true)] out DicomItem? item)
    {
        var index = IndexOf(tag);
        item = index >= 0 ? _items[index] : null;
        return item is not null;
    }

    /// <summary>The element with the tag, or null when absent or a sequence.</summary>
    public DicomElement? GetElement(DicomTag tag) => TryGet(tag, out var item) ? item as DicomElement : null;

    /// <summary>The items of the sequence with the tag; empty when absent.</summary>
    public IReadOnlyList<DicomDataset> GetItems(DicomTag tag) =>
        TryGet(tag, out var item) && item is DicomSequence sequence ? sequence.Items : [];

    /// <summary>
    /// Replaces the item with the same tag, or inserts it at its place. Duplicates of the tag are removed.
    /// </summary>
    public void AddOrUpdate(DicomItem item)
    {
        Adopt(item);
        var index = IndexOf(item.Tag);
        if (index >= 0)
        {
            _items[index] = item;
            if (!_sorted)
            {
                RemoveAfter(index, item.Tag);
            }

            return;
        }

        if (!_sorted)
        {
            index = 0;
            while (index < _count && _items[index].Tag < item.Tag)
            {
                index++;
            }

            index = ~index;
        }

        Insert(~index, item);
    }

    /// <summary>Removes every item with the tag; says whether there was one.</summary>
    public bool Remove(DicomTag tag)
    {
        var found = false;
        for (var index = IndexOf(tag); index >= 0; index = IndexOf(tag))
        {
            RemoveAt(index);
            found = true;
        }

        return found;
    }

    /// <summary>Removes every item that fulfils the condition; gives their number.</summary>
    public int RemoveAll(Predicate<DicomItem> condition)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (!condition(_items[i]))
            {
                _items[kept++] = _items[i];
            }
        }

        var removed = _count - kept;
        Array.Clear(_items, kept, removed);
        _count = kept;
        return removed;
    }

    /// <summary>Replaces the item at an index; the tag must be the same.</summary>
    public void ReplaceAt(int index, DicomItem item)
    {
        if (Items[index].Tag != item.Tag)
        {
            throw new ArgumentException($"{item.Tag} cannot stand in the place of {_items[index].Tag}.", nameof(item));
        }

        Adopt(item);
        _items[index] = item;
    }

    /// <summary>
    /// The creator that reserves the block of a private element here, padding removed; null when there is none (PS3.5
    /// §7.8.1).
    /// </summary>
    public string? GetPrivateCreator(DicomTag tag) =>
        GetElement(tag.CreatorTag) is { Length: <= 64 } element
            ? System.Text.Encoding.Latin1.GetString(element.Value.Span).Trim(' ', '\0')
            : null;

    /// <summary>(0028,0103) here or in a data set that holds this one; null when nowhere.</summary>
    internal int? GetPixelRepresentation()
    {
        for (var level = this; level is not null; level = level.Parent)
        {
            if (level.GetInt(DicomTag.PixelRepresentation) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Appends as read: order and duplicates are kept.</summary>
    internal void Append(DicomItem item)
    {
        Adopt(item);
        if (_count > 0 && _items[_count - 1].Tag >= item.Tag)
        {
            _sorted = false;
        }

        Insert(_count, item);
    }

    /// <summary>
    /// The items in stored order; items that are replaced meanwhile are seen, as long as none is added or removed.
    /// </summary>
    public IEnumerator<DicomItem> GetEnumerator()
    {
        var count = _count;
        for (var i = 0; i < count; i++)
        {
            yield return _count == count
                ? _items[i]
                : throw new InvalidOperationException("Items were added or removed while the data set was walked.");
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Adopt(DicomItem item)
    {
        if (item is DicomSequence sequence)
        {
            sequence.Items.Owner = this;
        }
    }

    private void RemoveAfter(int index, DicomTag tag)
    {
        for (var i = _count - 1; i > index; i--)
        {
            if (_items[i].Tag == tag)
            {
                RemoveAt(i);
            }
        }
    }
}
