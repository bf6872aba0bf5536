using System.Globalization;

namespace Defacer.Deidentify.Text;

/// <summary>A time of day as written.</summary>
/// <param name="Seconds">Since midnight, without the fraction.</param>
/// <param name="Digits">2, 4 or 6 digits were given.</param>
/// <param name="Fraction">With its point, or empty.</param>
internal readonly record struct ClockTime(int Seconds, int Digits, string Fraction);

/// <summary>A DT value as written; the date of a year or month alone is its middle.</summary>
internal readonly record struct DateTimeParts(DateOnly Date, int DateDigits, ClockTime? Time, string Zone);

/// <summary>Reads dates and times as PS3.5 §6.2 and as senders write them.</summary>
internal static class TemporalText
{
    private static readonly string[] s_dates = ["yyyyMMdd", "yyyy.MM.dd", "yyyy-MM-dd", "yyyy/MM/dd"];

    internal static DateOnly? ParseDate(ReadOnlySpan<char> text) =>
        DateOnly.TryParseExact(text, s_dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : null;

    /// <summary>hh, hhmm, hhmmss with a fraction; hh:mm:ss as ACR-NEMA wrote.</summary>
    internal static ClockTime? ParseTime(ReadOnlySpan<char> text)
    {
        Span<char> plain = stackalloc char[16];
        var length = 0;
        foreach (var c in text)
        {
            if (c == ':')
            {
                continue;
            }

            if (length == plain.Length)
            {
                return null;
            }

            plain[length++] = c;
        }

        ReadOnlySpan<char> digits = plain[..length];
        var fraction = string.Empty;
        if (digits.IndexOf('.') is >= 0 and var point)
        {
            if (point != 6 || digits[7..].IsEmpty || digits[7..].ContainsAnyExceptInRange('0', '9'))
            {
                return null;
            }

            fraction = digits[point..].ToString();
            digits = digits[..point];
        }

        if (digits.Length is not (2 or 4 or 6) || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        var hours = Number(digits);
        var minutes = digits.Length > 2 ? Number(digits[2..]) : 0;
        var seconds = digits.Length > 4 ? Number(digits[4..]) : 0;
        return hours < 24 && minutes < 60 && seconds <= 60
            ? new ClockTime((hours * 3600) + (minutes * 60) + Math.Min(seconds, 59), digits.Length, fraction)
            : null;
    }

    /// <summary>YYYY to YYYYMMDDHHMMSS.FFFFFF with a zone.</summary>
    internal static DateTimeParts? ParseDateTime(ReadOnlySpan<char> text)
    {
        if (ParseDate(text) is { } whole)
        {
            return new DateTimeParts(whole, 8, null, string.Empty);
        }

        var at = text.LastIndexOfAny('+', '-');
        var zone = at > 0 && text.Length - at == 5 ? text[at..].ToString() : string.Empty;
        text = text[..^zone.Length];
        var digits = Math.Min(8, text.Length);
        Span<char> full = ['0', '0', '0', '0', '0', '7', '1', '5'];
        if (digits is 4 or 6 or 8)
        {
            text[..digits].CopyTo(full);
        }

        if (zone.Length > 0 && zone.AsSpan(1).ContainsAnyExceptInRange('0', '9')
            || digits is not (4 or 6 or 8) || ParseDate(full) is not { } date)
        {
            return null;
        }

        var time = text.Length > 8 ? ParseTime(text[8..]) : null;
        return text.Length > 8 && time is null ? null : new DateTimeParts(date, digits, time, zone);
    }

    /// <summary>Whether every value is a time of day or empty, and one is a time.</summary>
    internal static bool IsTimes(string text)
    {
        var any = false;
        foreach (var part in text.AsSpan().Split('\\'))
        {
            var value = text.AsSpan(part).Trim(" \0");
            if (value.IsEmpty)
            {
                continue;
            }

            if (ParseTime(value) is null)
            {
                return false;
            }

            any = true;
        }

        return any;
    }

    private static int Number(ReadOnlySpan<char> digits) => ((digits[0] - '0') * 10) + digits[1] - '0';
}
