using System.Buffers;
using System.Globalization;
using System.Text;
using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Data;

/// <summary>
/// What PS3.5 Table 6.2-1 demands of a value that we write: length, repertoire, form, multiplicity. Never asked about
/// a value
/// that is passed on.
/// </summary>
internal static class ValueRules
{
    private static readonly SearchValues<char> s_decimal = SearchValues.Create("0123456789+-eE. ");
    private static readonly SearchValues<char> s_integer = SearchValues.Create("0123456789+- ");

    /// <summary>Checks text values for a VR and the VM of the tag.</summary>
    /// <exception cref="ArgumentException">
    /// One violates a rule; the message names tag, VR and rule, not the value.
    /// </exception>
    internal static void Check(DicomTag tag, DicomVR vr, ReadOnlySpan<string> values)
    {
        if (!vr.IsText)
        {
            throw new ArgumentException($"{tag} has VR {vr}, which is no text.", nameof(vr));
        }

        if (vr.IsSingleValue && values.Length > 1)
        {
            throw new ArgumentException($"{tag} has VR {vr}, which holds one value, not {values.Length}.",
                nameof(values));
        }

        CheckVM(tag, values.Length);
        foreach (var value in values)
        {
            CheckValue(tag, vr, value);
        }
    }

    /// <summary>Checks one text value for a VR; an empty one is always allowed.</summary>
    /// <exception cref="ArgumentException">
    /// It violates a rule; the message names tag, VR and rule, not the value.
    /// </exception>
    internal static void CheckValue(DicomTag tag, DicomVR vr, string value)
    {
        if (value.Length > 0 && Fault(vr, value) is { } rule)
        {
            throw new ArgumentException($"{tag} {vr}: a value {rule} (PS3.5 Table 6.2-1).", nameof(value));
        }
    }

    /// <summary>Checks the number of values; none is always allowed.</summary>
    internal static void CheckVM(DicomTag tag, int count)
    {
        if (count > 0 && DicomDictionary.Find(tag) is { } entry && !AllowsVM(entry.VM, count))
        {
            throw new ArgumentException($"{tag} has a VM of {entry.VM}; {count} values were given.", nameof(count));
        }
    }

    // "1", "1-3", "1-n", "2-2n". Any other form allows all.
    private static bool AllowsVM(string vm, int count)
    {
        var parts = vm.Split('-');
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var least))
        {
            return true;
        }

        if (parts.Length == 1)
        {
            return count == least;
        }

        if (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var most))
        {
            return count >= least && count <= most;
        }

        var step = int.TryParse(parts[1].TrimEnd('n'), NumberStyles.None, CultureInfo.InvariantCulture, out var s)
            ? s
            : 1;
        return count >= least && count % step == 0;
    }

    private static string? Fault(DicomVR vr, string value) => vr.Code switch
    {
        "AE" => Length(value, 16) ?? Graphic(value) ?? (string.IsNullOrWhiteSpace(value) ? "is blank" : null),
        "AS" => value.Length == 4 && Digits(value.AsSpan(0, 3)) && value[3] is 'D' or 'W' or 'M' or 'Y'
            ? null
            : "is not nnnD, nnnW, nnnM or nnnY",
        "CS" => Length(value, 16)
            ?? Only(value, static c => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or ' ' or '_'),
        "DA" => DateOnly.TryParseExact(value, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? null
            : "is no date yyyymmdd",
        "DS" => Length(value, 16) ?? (IsDecimal(value) ? null : "is no decimal number"),
        "DT" => Length(value, 26) ?? (IsDateTime(value) ? null : "is no yyyymmddhhmmss.ffffff&zzxx"),
        "IS" => Length(value, 12) ?? (IsInteger(value) ? null : "is no integer of 32 bits"),
        "LO" => Length(value, 64) ?? Graphic(value),
        "LT" => Length(value, 10240) ?? Text(value),
        "PN" => PersonName(value),
        "SH" => Length(value, 16) ?? Graphic(value),
        "ST" => Length(value, 1024) ?? Text(value),
        "TM" => Length(value, 13) ?? (IsTime(value) ? null : "is no hhmmss.ffffff"),
        "UC" => Graphic(value),
        "UI" => DicomUID.IsValid(value) ? null : "is no UID of at most 64 characters",
        "UR" => Only(value, static c => c is > ' ' and < (char)0x7F),
        "UT" => Text(value),
        _ => null,
    };

    // Characters, not bytes (PS3.5 §6.2).
    private static string? Length(string value, int most) =>
        value.Length <= most || new StringInfo(value).LengthInTextElements <= most
            ? null
            : $"is longer than {most} characters";

    private static string? Graphic(string value) => Only(value, static c => c != '\\' && !char.IsControl(c));

    private static string? Text(string value) =>
        Only(value, static c => !char.IsControl(c) || c is '\t' or '\n' or '\f' or '\r');

    private static string? Only(string value, Func<char, bool> allowed) =>
        value.All(allowed) ? null : "holds a character that is not allowed";

    private static string? PersonName(string value)
    {
        var groups = value.Split('=');
        return groups.Length > 3 ? "has more than three component groups"
            : groups.Any(g => g.Split('^').Length > 5) ? "has more than five components"
            : groups.Select(g => Length(g, 64)).FirstOrDefault(f => f is not null) ?? Graphic(value);
    }

    private static bool Digits(ReadOnlySpan<char> value) => !value.ContainsAnyExceptInRange('0', '9');

    private static bool IsDecimal(string value) =>
        !value.AsSpan().ContainsAnyExcept(s_decimal)
        && double.TryParse(value.AsSpan().Trim(' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number);

    private static bool IsInteger(string value) =>
        !value.AsSpan().ContainsAnyExcept(s_integer)
        && int.TryParse(value.AsSpan().Trim(' '), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static bool IsTime(ReadOnlySpan<char> value)
    {
        var point = value.IndexOf('.');
        var whole = point < 0 ? value : value[..point];
        if (point >= 0 && (whole.Length != 6 || value.Length - point is < 2 or > 7 || !Digits(value[(point + 1)..])))
        {
            return false;
        }

        // 60 is a leap second.
        return whole.Length is 2 or 4 or 6 && Digits(whole)
            && Number(whole, 0) < 24 && (whole.Length < 4 || Number(whole, 2) < 60)
            && (whole.Length < 6 || Number(whole, 4) <= 60);
    }

    private static bool IsDateTime(ReadOnlySpan<char> value)
    {
        var sign = value.LastIndexOfAny('+', '-');
        if (sign >= 0)
        {
            if (value.Length - sign != 5 || !Digits(value[(sign + 1)..]))
            {
                return false;
            }

            value = value[..sign];
        }

        if (value.Length < 4 || !Digits(value[..4]))
        {
            return false;
        }

        var date = value[..Math.Min(8, value.Length)];
        var padded = new StringBuilder().Append(date).Append("0101".AsSpan(Math.Max(0, date.Length - 4))).ToString();
        return date.Length is 4 or 6 or 8
            && DateOnly.TryParseExact(padded, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && (value.Length <= 8 || IsTime(value[8..]));
    }

    private static int Number(ReadOnlySpan<char> digits, int at) => ((digits[at] - '0') * 10) + digits[at + 1] - '0';
}
