using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify.Verify;

/// <summary>Collects identities from data sets. A value that was seen is not taken apart again: a study repeats
/// itself.</summary>
internal sealed class IdentityCollector
{
    private const int MinLength = 3;

    // A word of this length in a longer word is no chance any more.
    private const int FreeLength = 6;
    private const int MinPlaceWord = 5;
    private static readonly char[] s_separators =
        [' ', '^', '=', '\\', ',', ';', '.', '-', '_', '/', '(', ')', '\t', '\r', '\n'];
    private readonly HashSet<(IdentityKind, string)> _seen = [];
    private readonly HashSet<(uint, string)> _values = [];
    private readonly List<(DicomTag Tag, string Value)> _identifiers = [];
    private readonly List<(DicomTag Tag, string Value)> _places = [];
    private readonly HashSet<string> _makers = new(StringComparer.OrdinalIgnoreCase);

    internal List<Identity> Identities { get; } = [];

    internal HashSet<string> Uids { get; } = new(StringComparer.Ordinal);

    internal void Add(DicomFile file)
    {
        var open = new Stack<DicomDataset>([file.Dataset, file.FileMetaInfo]);
        while (open.TryPop(out var dataset))
        {
            foreach (var item in dataset)
            {
                if (item is DicomSequence sequence)
                {
                    foreach (var child in sequence.Items)
                    {
                        open.Push(child);
                    }
                }
                else if (item is DicomElement { Length: > 0, Bulk: null } element)
                {
                    Add(dataset, element);
                }
            }
        }
    }

    /// <summary>To be called after the last file: only then all makers are known, whose names are no secret.</summary>
    internal void Complete()
    {
        _identifiers.ForEach(i => AddIdentifier(i.Tag, i.Value));
        _places.ForEach(p => AddPlace(p.Tag, p.Value));
    }

    private void AddMaker(DicomTag tag, string value)
    {
        _makers.Add(value);
        _makers.UnionWith(value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries));
    }

    private void Add(DicomDataset dataset, DicomElement element)
    {
        switch (element.VR.Code)
        {
            case "PN":
                ForEachNew(dataset, element, AddName);
                AddRawName(element);
                break;
            case "DA" or "DT":
                ForEachNew(dataset, element, AddDate);
                break;
            case "UI" when !IdentifyingAttributes.ClassUids.Contains(element.Tag.Value):
                ForEachNew(dataset, element, AddUid);
                break;
            case "AE":
                ForEachNew(dataset, element, (tag, value) => _identifiers.Add((tag, value)));
                break;
            case "LO" when element.Tag == DicomTag.Manufacturer || element.Tag == DicomTag.ManufacturerModelName:
                ForEachNew(dataset, element, AddMaker);
                break;
            case "LO" or "SH" or "ST" or "LT" or "UT" or "UC":
                if (IdentifyingAttributes.Identifiers.Contains(element.Tag.Value))
                {
                    ForEachNew(dataset, element, (tag, value) => _identifiers.Add((tag, value)));
                }
                else if (IdentifyingAttributes.Places.Contains(element.Tag.Value))
                {
                    ForEachNew(dataset, element, (tag, value) => _places.Add((tag, value)));
                }

                break;
            default:
                break;
        }
    }

    private void ForEachNew(DicomDataset dataset, DicomElement element, Action<DicomTag, string> add)
    {
        foreach (var value in dataset.GetStrings(element.Tag))
        {
            if (value.Length > 0 && value.Length <= 256 && _values.Add((element.Tag.Value, value)))
            {
                add(element.Tag, value);
            }
        }
    }

    private void AddName(DicomTag tag, string value)
    {
        var any = false;
        foreach (var word in value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            // Two ideographs are a name.
            if ((word.Length >= MinLength || (word.Length == 2 && word[0] >= 0x2E80))
                && !IdentifyingAttributes.Nobody.Contains(word))
            {
                AddText(IdentityKind.Name, tag, word);
                any = true;
            }
        }

        if (!any && value.Length >= MinLength && !IdentifyingAttributes.Nobody.Contains(value))
        {
            AddText(IdentityKind.Name, tag, value);
        }
    }

    // The bytes of a group of a name as they were, for character sets with escape sequences.
    private void AddRawName(DicomElement element)
    {
        if (element.Value.Span.IndexOf((byte)0x1B) < 0)
        {
            return;
        }

        foreach (var part in Encoding.Latin1.GetString(element.Value.Span).Split('=', '^', '\\'))
        {
            var raw = part.Trim(' ', '\0');
            if (raw.Length > MinLength && raw.Contains('\u001B', StringComparison.Ordinal)
                && _seen.Add((IdentityKind.Name, "raw:" + raw)))
            {
                Identities.Add(
                    new Identity(IdentityKind.Name, element.Tag, Encoding.Latin1.GetBytes(raw), WordOnly: false));
            }
        }
    }

    private void AddIdentifier(DicomTag tag, string value)
    {
        if (value.Length < MinLength || _makers.Contains(value) || IdentifyingAttributes.Nobody.Contains(value))
        {
            return;
        }

        AddText(IdentityKind.Identifier, tag, value);
        var bare = string.Concat(value.Where(char.IsLetterOrDigit));
        if (bare.Length >= FreeLength && bare.Length < value.Length)
        {
            AddText(IdentityKind.Identifier, tag, bare);
        }
    }

    private void AddPlace(DicomTag tag, string value)
    {
        if (value.Length < MinLength || _makers.Contains(value) || IdentifyingAttributes.Nobody.Contains(value)
            || IdentifyingAttributes.PlaceWords.Contains(value))
        {
            return;
        }

        AddText(IdentityKind.Place, tag, value);
        foreach (var word in value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Length >= MinPlaceWord && !IdentifyingAttributes.PlaceWords.Contains(word)
                && !_makers.Contains(word))
            {
                AddText(IdentityKind.Place, tag, word);
            }
        }
    }

    private void AddUid(DicomTag tag, string value)
    {
        if (value.StartsWith("1.2.840.10008.", StringComparison.Ordinal) || !Uids.Add(value) || value.Length < 8)
        {
            return;
        }

        AddBytes(IdentityKind.Uid, tag, Encoding.ASCII.GetBytes(value), wordOnly: true);
    }

    private void AddDate(DicomTag tag, string value)
    {
        var digits = string.Concat(value.Where(char.IsAsciiDigit).Take(8));
        if (digits.Length < 8 || digits == IdentifyingAttributes.NoDate || !_seen.Add((IdentityKind.Date, digits)))
        {
            return;
        }

        var (y, m, d) = (digits[..4], digits[4..6], digits[6..]);
        string[] forms =
        [
            y + m + d, $"{y}-{m}-{d}", $"{y}.{m}.{d}", $"{y}/{m}/{d}", $"{d}.{m}.{y}", $"{d}/{m}/{y}", $"{m}/{d}/{y}",
            $"{d}-{m}-{y}",
        ];
        foreach (var form in forms.Distinct())
        {
            AddBytes(IdentityKind.Date, tag, Encoding.ASCII.GetBytes(form), wordOnly: false);
        }
    }

    private void AddText(IdentityKind kind, DicomTag tag, string text)
    {
        if (!_seen.Add((kind, text.ToUpperInvariant())))
        {
            return;
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        AddBytes(kind, tag, utf8, wordOnly: text.Length < FreeLength);
        if (utf8.Length != text.Length)
        {
            var narrow = text.All(c => c <= 0xFF) ? Encoding.Latin1.GetBytes(text) : [];
            AddBytes(kind, tag, narrow, wordOnly: text.Length < FreeLength);
        }

        Identities.Add(new Identity(kind, tag, Encoding.Unicode.GetBytes(text), WordOnly: false, IsWide: true));
        Identities.Add(
            new Identity(kind, tag, Encoding.BigEndianUnicode.GetBytes(text), WordOnly: false, IsWide: true));
    }

    private void AddBytes(IdentityKind kind, DicomTag tag, byte[] bytes, bool wordOnly)
    {
        if (bytes.Length >= MinLength)
        {
            Identities.Add(new Identity(kind, tag, bytes, wordOnly));
        }
    }
}
