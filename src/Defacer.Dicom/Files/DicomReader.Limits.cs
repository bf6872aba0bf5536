using System.Runtime.InteropServices;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

// What keeps hostile bytes harmless, and what is said of irregular ones.
public sealed partial class DicomReader
{
    // What an item or element costs beside its value: object, list entry, memory reference. Charged against the limit.
    private const int ItemOverheadBytes = 96;

    private void Truncate()
    {
        if (!_options.AllowTruncated)
        {
            throw Error("The data end inside a sequence or a value.");
        }

        Remark(DicomIrregularity.Truncated);
        _ended = true;
    }

    private void Charge(long bytes)
    {
        _memoryBytes += bytes + ItemOverheadBytes;
        if (++_itemCount > _options.MaxItems)
        {
            throw Error($"The data set has more than {_options.MaxItems} elements.");
        }

        if (_memoryBytes > _options.MaxMemoryBytes)
        {
            throw Error($"The data set needs more than {_options.MaxMemoryBytes} bytes of memory.");
        }
    }

    private long EndOf(uint length, long outerEnd)
    {
        if (length == UndefinedLength)
        {
            return long.MaxValue;
        }

        // Beyond what holds it, and that ends where the file ends: the file was cut.
        var end = _source.Position + length;
        return end <= outerEnd || (outerEnd >= _source.Length && _options.AllowTruncated)
            ? end
            : throw Error($"A length of {length} bytes reaches beyond what holds it.");
    }

    private void Remark(DicomIrregularity kind)
    {
        // One of a kind tells enough; a hostile file has a million.
        foreach (var remark in CollectionsMarshal.AsSpan(_remarks))
        {
            if (remark.Kind == kind)
            {
                return;
            }
        }

        _remarks.Add(new DicomRemark(kind, _source.Position, TagPath()));
    }

    private DicomFormatException Error(string message) => new(message, _source.Position, TagPath());

    // The path of a hostile nest is cut: it would be the longest thing in the log.
    private string TagPath() =>
        string.Join('.', _frames.Where(f => f.Sequence is not null).Take(16).Select(f => f.Sequence!.Tag));
}
