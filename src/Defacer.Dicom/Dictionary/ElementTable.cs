using System.Globalization;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Dictionary;

/// <summary>The elements of PS3.6 for look-up: plain tags by hash, repeating groups by mask.</summary>
internal sealed class ElementTable
{
    private readonly Dictionary<uint, DicomDictionaryEntry> _byTag = [];
    private readonly List<DicomDictionaryEntry> _repeating = [];
    private readonly Dictionary<string, DicomDictionaryEntry> _byKeyword = new(StringComparer.Ordinal);

    internal ElementTable()
    {
        foreach (var line in DicomDictionary.Lines(DictionaryTables.Elements))
        {
            var f = line.Split('|');
            var mask = 0u;
            foreach (var digit in f[0])
            {
                mask = (mask << 4) | (digit is 'x' or 'X' ? 0u : 0xFu);
            }

            var digits = f[0].Replace('x', '0').Replace('X', '0');
            var tag = uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var entry = new DicomDictionaryEntry(
                DicomTag.FromValue(tag), mask, f[1], ParseVRs(f[2]), f[3], f[4] == "R", f[5]);
            if (mask == uint.MaxValue)
            {
                _byTag[tag] = entry;
            }
            else
            {
                _repeating.Add(entry);
            }

            _byKeyword.TryAdd(f[1], entry);
        }
    }

    internal IReadOnlyCollection<DicomDictionaryEntry> All => [.. _byTag.Values, .. _repeating];

    internal DicomDictionaryEntry? Find(string keyword) => _byKeyword.GetValueOrDefault(keyword);

    internal DicomDictionaryEntry? Find(DicomTag tag)
    {
        if (_byTag.TryGetValue(tag.Value, out var entry))
        {
            return entry;
        }

        if (tag.IsPrivate)
        {
            return null;
        }

        foreach (var candidate in _repeating)
        {
            if ((tag.Value & candidate.Mask) == candidate.Tag.Value)
            {
                return candidate;
            }
        }

        return null;
    }

    internal DicomVR? FindVR(DicomTag tag) => Find(tag) is { VRs.Count: > 0 } entry ? entry.VRs[0] : null;

    // "OB or OW" means OW in implicit VR (PS3.5 A.1); "US or SS" is settled by Pixel Representation, US without it.
    private static DicomVR[] ParseVRs(string text)
    {
        if (text == "NONE")
        {
            return [];
        }

        var vrs = text.Split(" or ").Select(code => DicomVR.Find(code)!).ToArray();
        return text == "OB or OW" ? [DicomVR.OW, DicomVR.OB] : vrs;
    }
}
