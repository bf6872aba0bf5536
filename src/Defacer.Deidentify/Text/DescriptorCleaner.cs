using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Defacer.Deidentify.Text;

/// <summary>
/// Cleans a description (PS3.15 E.3.7). A word stays when it is in the vocabulary, a short number or a short code of
/// letters and digits, and is part of no name, number or place that the study knows. Dates, times, telephone numbers,
/// addresses of mail and web go in any case. What stays keeps its order and separators.
/// </summary>
internal sealed partial class DescriptorCleaner(Vocabulary words, OwnIdentity identity)
{
    // Series of a study share their few descriptions.
    private const int MaxCached = 1024;

    // Longer numbers are somebody's: telephone, case, post code.
    private const int MaxDigits = 4;
    private const int MaxCodeLetters = 2;
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    internal OwnIdentity Identity => identity;

    internal Vocabulary Words => words;

    /// <summary>The text without what may not stay: the same object when all of it may, empty when nothing
    /// may.</summary>
    internal string Clean(string text)
    {
        if (_known.TryGetValue(text, out var known))
        {
            return ReferenceEquals(known, s_same) ? text : known;
        }

        var cleaned = Work(text);
        if (_known.Count < MaxCached)
        {
            _known[text] = ReferenceEquals(cleaned, text) ? s_same : cleaned;
        }

        return cleaned;
    }

    // Stands for "the text itself", so that the caller's own object comes back.
    private static readonly string s_same = new('\0', 1);

    private string Work(string text)
    {
        var gone = new bool[text.Length];
        Mark(text, gone);
        identity.Mark(text, gone);
        var result = new StringBuilder(text.Length);
        var (removed, end) = (false, 0);
        var separate = false;
        for (var at = 0; at < text.Length;)
        {
            if (!IsWordCharacter(text[at]))
            {
                at++;
                continue;
            }

            var start = at;
            while (at < text.Length && IsWordCharacter(text[at]))
            {
                at++;
            }

            // "E." is somebody's initial.
            var isInitial = at - start == 1 && at < text.Length && text[at] == '.' && char.IsLetter(text[start]);
            if (isInitial || gone.AsSpan(start, at - start).Contains(true)
                || !MayStay(text.AsSpan(start, at - start)))
            {
                removed = true;
                separate = result.Length > 0;
            }
            else
            {
                // The separator as it was between two words that stay, a space where something went.
                _ = separate ? result.Append(' ') : result.Append(text, end, result.Length == 0 ? 0 : start - end);
                if (result.Length == 0 && start > 0 && !removed)
                {
                    result.Append(text, 0, start);
                }

                result.Append(text, start, at - start);
                separate = false;
            }

            end = at;
        }

        return removed || gone.AsSpan().Contains(true) ? result.ToString() : result.Length == 0 ? string.Empty : text;
    }

    private bool MayStay(ReadOnlySpan<char> word)
    {
        if (identity.IsWord(word))
        {
            return false;
        }

        return words.Contains(word) || MayStayInParts(word);
    }

    // "T2FLAIR", "3mm", "HeadNeck": letters and digits are judged apart, and capitals begin a word.
    private bool MayStayInParts(ReadOnlySpan<char> word)
    {
        var digits = 0;
        for (var at = 0; at < word.Length;)
        {
            var start = at;
            var isDigit = char.IsAsciiDigit(word[at]);
            while (at < word.Length && char.IsAsciiDigit(word[at]) == isDigit
                && (at == start || isDigit || !(char.IsUpper(word[at]) && char.IsLower(word[at - 1]))))
            {
                at++;
            }

            var part = word[start..at];
            if (isDigit)
            {
                digits += part.Length;
            }
            else if (!words.Contains(part) && !IsCode(word, part))
            {
                return false;
            }
        }

        return digits <= MaxDigits;
    }

    // A letter alone is a side or a series; two need a digit beside them: "B30f", "fl3d1".
    private static bool IsCode(ReadOnlySpan<char> word, ReadOnlySpan<char> part) =>
        Ascii.IsValid(part) && (word.Length == 1
            || (part.Length <= MaxCodeLetters && word.ContainsAnyInRange('0', '9')));

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c)
        is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.Surrogate;

    private static void Mark(string text, bool[] gone)
    {
        if (!text.AsSpan().ContainsAnyInRange('0', '9') && !text.Contains('@', StringComparison.Ordinal)
            && !text.Contains('/', StringComparison.Ordinal)
            && !text.Contains("www", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        foreach (var pattern in s_patterns)
        {
            foreach (var match in pattern.EnumerateMatches(text))
            {
                gone.AsSpan(match.Index, match.Length).Fill(true);
            }
        }
    }

    private static readonly Regex[] s_patterns = [Dates(), NamedMonths(), Times(), Telephones(), Addresses()];

    // 2024-03-15, 2024.3.15, 15/3/2024, 15.03.24.
    [GeneratedRegex(
        @"(?<!\d)((19|20)\d\d[-./ ]?\d{1,2}[-./ ]?\d{1,2}(?!\d)|\d{1,2}[-./]\d{1,2}[-./](\d{4}|\d\d)(?!\d))",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Dates();

    // 15-MAR-2024, 15. März 2024, March 15, 2024, Mar 2024; short forms that are other words too are left out.
    [GeneratedRegex(
        @"(?<!\p{L})(\d{1,4}(st|nd|rd|th)?[-. /]{0,2}((of|de|di) )?)?"
        + @"(jan(uary|uar|vier|uari|eiro)?|ene(ro)?|gennaio|feb(ruary|ruar|rero|braio|ruari)?|fév(rier)?|fev(ereiro)?"
        + @"|mar(ch|s|zo|ço)?|maart|märz?|mrz|apr(il|ile)?|avr(il)?|abr(il)?|mayo?|mai|mei|maggio|june?|juni|junio|junho"
        + @"|juin|giugno|july?|juli|julio|julho|juil(let)?|luglio|aug(ust|ustus)?|août|aout|agosto"
        + @"|sept?(ember|embre|iembre)?|settembre|setembro|oct(ober|obre)?|okt(ober)?|ottobre|outubro"
        + @"|nov(ember|embre|iembre|embro)?|dec(ember)?|dez(ember|embro)?|déc(embre)?|dic(embre|iembre)?)"
        + @"(?!\p{L})[-., /]{0,2}((of|de|di) )?\d{1,4}(st|nd|rd|th)?([-., /]{1,2}\d{2,4})?(?!\d)",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamedMonths();

    [GeneratedRegex(@"(?<!\d)\d{1,2}:\d\d(:\d\d)?(?!\d)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Times();

    // +49 69 1234-567, (069) 123 45 67, 555-123-4567.
    [GeneratedRegex(
        @"((\+|\()\d[\d ()./-]{5,}\d|(?<!\d)0\d[\d ()/-]{5,}\d|(?<![\d.])\d{3}[-. ]\d{3}[-. ]\d{4}(?!\d)"
        + @"|(?<!\d)\d{3}-\d{2}-\d{4}(?!\d))",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Telephones();

    [GeneratedRegex(@"(\S+@\S+|\S*://\S+|www\.\S+)",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Addresses();
}
