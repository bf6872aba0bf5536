using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Verify;

/// <summary>Makes the byte strings of an identity: its parts, spellings and encodings in which it could have
/// survived.</summary>
internal sealed class IdentityForms
{
    internal const int MinLength = 3;

    // A word of this length in a longer word is no chance any more.
    private const int FreeLength = 6;
    private const int MinPlaceWord = 5;
    private readonly HashSet<(IdentityKind, string)> _seen = [];
    private readonly HashSet<string> _uids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _public;

    /// <param name="publicWords">Names of makers and of what is retained: no secret, whoever else is called
    /// so.</param>
    internal IdentityForms(HashSet<string> publicWords) => _public = publicWords;

    internal static char[] Separators { get; } =
        [' ', '^', '=', '\\', ',', ';', '.', '-', '_', '/', '(', ')', '\t', '\r', '\n'];

    internal List<Identity> Identities { get; } = [];

    internal void AddName(DicomTag tag, string value)
    {
        var any = false;
        foreach (var word in value.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
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

    /// <summary>The bytes of the groups of a name as they were, for character sets with escape sequences.</summary>
    internal void AddRawName(DicomTag tag, string latin1)
    {
        foreach (var part in latin1.Split('=', '^', '\\'))
        {
            var raw = part.Trim(' ', '\0');
            if (raw.Length > MinLength && raw.Contains('\u001B', StringComparison.Ordinal)
                && _seen.Add((IdentityKind.Name, "raw:" + raw)))
            {
                Identities.Add(new Identity(IdentityKind.Name, tag, Encoding.Latin1.GetBytes(raw), WordOnly: false));
            }
        }
    }

    internal void AddIdentifier(DicomTag tag, string value)
    {
        if (value.Length < MinLength || _public.Contains(value) || IdentifyingAttributes.Nobody.Contains(value))
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

    internal void AddPlace(DicomTag tag, string value)
    {
        if (value.Length < MinLength || _public.Contains(value) || IdentifyingAttributes.Nobody.Contains(value)
            || IdentifyingAttributes.PlaceWords.Contains(value))
        {
            return;
        }

        AddText(IdentityKind.Place, tag, value);
        foreach (var word in value.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            // Of an address of mail or web its words are anybody's; of a telephone number the digits are somebody's.
            if (word.Length >= MinPlaceWord && !IdentifyingAttributes.PlaceWords.Contains(word)
                && !_public.Contains(word)
                && (word.Any(char.IsAsciiDigit) || word.Contains('@', StringComparison.Ordinal)
                    || !IdentifyingAttributes.Telecoms.Contains(tag.Value)))
            {
                AddText(IdentityKind.Place, tag, word);
            }
        }
    }

    internal void AddUid(DicomTag tag, string value)
    {
        if (value.Length >= 8 && _uids.Add(value))
        {
            AddBytes(IdentityKind.Uid, tag, Encoding.ASCII.GetBytes(value), wordOnly: true);
        }
    }

    internal void AddDate(DicomTag tag, string digits)
    {
        if (!_seen.Add((IdentityKind.Date, digits)))
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
