using System.Buffers;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify.Text;

/// <summary>
/// What an instance or a study knows about persons and places, to keep it out of text that is otherwise kept: parts of
/// names, numbers, institution, station. Names of fewer than three letters are no evidence in a text.
/// </summary>
internal sealed class OwnIdentity
{
    private const int MinLength = 3;
    private const int FreeLength = 5;

    // A number that is written with other separators is still the number; shorter ones occur by chance.
    private const int MinBareLength = 5;

    private readonly SearchValues<string>? _long;
    private readonly string[] _short;
    private readonly string[] _places;
    private readonly string[] _bare;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _persons;

    private OwnIdentity(IdentityWords found)
    {
        var all = new HashSet<string>(found.Words, StringComparer.OrdinalIgnoreCase);
        all.UnionWith(found.Places);
        all.UnionWith(found.PlaceWords);
        var free = all.Where(t => t.Length >= FreeLength).ToArray();
        _long = free.Length == 0 ? null : SearchValues.Create(free, StringComparison.OrdinalIgnoreCase);
        _short = [.. all.Where(t => t.Length < FreeLength)];
        _places = [.. found.Places];
        _bare = [.. found.Numbers.Select(Bare).Where(n => n.Length >= MinBareLength)
            .Concat(found.Numbers.Select(Digits).Where(n => n.Length > MinBareLength))
            .Distinct(StringComparer.Ordinal)];
        _words = found.Words.GetAlternateLookup<ReadOnlySpan<char>>();
        _persons = found.PersonWords.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>What a file knows, at every depth.</summary>
    internal static OwnIdentity Collect(DicomFile file) => Collect([file]);

    /// <summary>What files know together, at every depth.</summary>
    internal static OwnIdentity Collect(IEnumerable<DicomFile> files)
    {
        var found = new IdentityWords();
        foreach (var file in files)
        {
            found.Add(file);
        }

        found.Complete();
        return new OwnIdentity(found);
    }

    /// <summary>Whether a text names somebody or something of these: long ones anywhere, short ones as words.</summary>
    internal bool IsNamedIn(string text)
    {
        if (_long is not null && text.AsSpan().ContainsAny(_long))
        {
            return true;
        }

        foreach (var token in _short)
        {
            for (var at = text.IndexOf(token, StringComparison.OrdinalIgnoreCase); at >= 0;
                at = text.IndexOf(token, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                if ((at == 0 || !char.IsLetterOrDigit(text[at - 1]))
                    && (at + token.Length == text.Length || !char.IsLetterOrDigit(text[at + token.Length])))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether a word is part of a name or is a number.</summary>
    internal bool IsWord(ReadOnlySpan<char> word) => word.Length >= MinLength && _words.Contains(word);

    /// <summary>Whether a word of the text is part of a person's name. Looks at words only: a device may be called by
    /// its own number.</summary>
    /// <param name="text">The text.</param>
    /// <param name="terms">Words that are no evidence, because they are terms; null for none.</param>
    internal bool NamesPerson(ReadOnlySpan<char> text, Vocabulary? terms = null)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (at < text.Length && char.IsLetterOrDigit(text[at]))
            {
                at++;
            }

            if (at - start >= MinLength - 1 && _persons.Contains(text[start..at])
                && terms?.Contains(text[start..at]) != true)
            {
                return true;
            }

            at += at == start ? 1 : 0;
        }

        return false;
    }

    /// <summary>Marks places written out, and numbers whatever separates their parts.</summary>
    internal void Mark(string text, bool[] gone)
    {
        foreach (var place in _places)
        {
            for (var at = text.IndexOf(place, StringComparison.OrdinalIgnoreCase); at >= 0;
                at = text.IndexOf(place, at + place.Length, StringComparison.OrdinalIgnoreCase))
            {
                gone.AsSpan(at, place.Length).Fill(true);
            }
        }

        if (_bare.Length == 0 || text.Length < MinBareLength)
        {
            return;
        }

        var (bare, origin) = BareWithOrigin(text);
        foreach (var number in _bare)
        {
            for (var at = bare.IndexOf(number, StringComparison.Ordinal); at >= 0;
                at = bare.IndexOf(number, at + 1, StringComparison.Ordinal))
            {
                var from = origin[at];
                gone.AsSpan(from, origin[at + number.Length - 1] - from + 1).Fill(true);
            }
        }
    }

    internal static string Bare(string text) =>
        string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    private static (string Bare, int[] Origin) BareWithOrigin(string text)
    {
        var letters = new char[text.Length];
        var origin = new int[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsLetterOrDigit(text[i]))
            {
                origin[length] = i;
                letters[length++] = char.ToUpperInvariant(text[i]);
            }
        }

        return (new string(letters, 0, length), origin);
    }
}
