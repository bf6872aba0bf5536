namespace Defacer.Dicom.Data;

// The array of items: by binary search as long as the tags ascend, from the start where they were read in another order.
public sealed partial class DicomDataset
{
    private ReadOnlySpan<DicomItem> Items => _items.AsSpan(0, _count);

    private void Insert(int index, DicomItem item)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(4, _count * 2));
        }

        Array.Copy(_items, index, _items, index + 1, _count - index);
        _items[index] = item;
        _count++;
    }

    private void RemoveAt(int index)
    {
        _count--;
        Array.Copy(_items, index + 1, _items, index, _count - index);
        _items[_count] = null!;
    }

    private int IndexOf(DicomTag tag)
    {
        if (!_sorted)
        {
            return FirstIndexOf(tag);
        }

        int low = 0, high = _count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = _items[middle].Tag.Value.CompareTo(tag.Value);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    private int FirstIndexOf(DicomTag tag)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_items[i].Tag == tag)
            {
                return i;
            }
        }

        return -1;
    }
}
