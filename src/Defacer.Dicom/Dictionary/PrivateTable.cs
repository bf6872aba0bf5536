using Defacer.Dicom.Data;

namespace Defacer.Dicom.Dictionary;

/// <summary>
/// The VRs of private elements by creator, group and low byte; the block is the sender's choice (PS3.5 §7.8.1). A few
/// entries stand
/// for a range of groups or a whole block.
/// </summary>
internal sealed class PrivateTable
{
    private readonly Dictionary<(string Creator, uint Element), DicomVR> _plain = [];
    private readonly Dictionary<string, List<(uint Mask, uint Element, DicomVR VR)>> _ranges =
        new(StringComparer.Ordinal);

    internal PrivateTable()
    {
        foreach (var line in DicomDictionary.Lines(DictionaryTables.PrivateElements))
        {
            // The creator may itself hold the separator; the other fields do not.
            var f = line.Split('|');
            Add(string.Join('|', f[..^4]), f[^4], f[^3]);
        }
    }

    internal int Count { get; private set; }

    internal DicomVR? Find(string creator, DicomTag tag)
    {
        var element = ((uint)tag.Group << 16) | (byte)tag.Element;
        if (_plain.TryGetValue((creator, element), out var vr) || !_ranges.TryGetValue(creator, out var ranges))
        {
            return vr;
        }

        foreach (var range in ranges)
        {
            if ((element & range.Mask) == range.Element)
            {
                return range.VR;
            }
        }

        return null;
    }

    private void Add(string creator, string digits, string vrs)
    {
        // Two entries name a choice: "US or SS", and OB or OW, which in implicit VR is OW.
        var vr = vrs.EndsWith("OW", StringComparison.Ordinal) ? DicomVR.OW : DicomVR.Find(vrs[..2]);
        if (vr is null)
        {
            return;
        }

        uint mask = 0, element = 0;
        foreach (var digit in digits)
        {
            var free = digit == 'x';
            mask = (mask << 4) | (free ? 0u : 0xFu);
            element = (element << 4) | (free ? 0u : Convert.ToUInt32(digit.ToString(), 16));
        }

        // Bits 8 to 15 are the block.
        (mask, element) = (mask & 0xFFFF00FF, element & 0xFFFF00FF);
        Count++;
        if (mask == 0xFFFF00FF)
        {
            _plain[(creator, element)] = vr;
            return;
        }

        if (!_ranges.TryGetValue(creator, out var ranges))
        {
            _ranges[creator] = ranges = [];
        }

        ranges.Add((mask, element, vr));
    }
}
