using System.Globalization;
using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Evaluate;

/// <summary>A required action that was not carried out. Carries no value.</summary>
/// <param name="File">The fixture.</param>
/// <param name="Where">The path.</param>
/// <param name="Action">What was asked.</param>
/// <param name="Category">Of the check.</param>
internal sealed record MissedAction(string File, string Where, string Action, string Category);

/// <summary>Counts passed checks by category and action. What must hold over all files (UIDs, patients) is remembered
/// between them. Not safe for several threads.</summary>
internal sealed class DeidScore
{
    private readonly Dictionary<string, string> _uids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _patients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _shifts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Category, string Action), (int Passed, int Total)> _counts = [];

    internal IReadOnlyDictionary<(string Category, string Action), (int Passed, int Total)> Counts => _counts;

    internal List<MissedAction> Missed { get; } = [];

    internal int Passed => _counts.Values.Sum(c => c.Passed);

    internal int Total => _counts.Values.Sum(c => c.Total);

    /// <summary>Scores one output, read back from its bytes.</summary>
    internal void Add(string name, IReadOnlyList<PlantedCheck> checks, DicomFile output, byte[] bytes, string patient)
    {
        // Letters of ASCII in upper case and every other byte as it is: one text for all character sets.
        var whole = Encoding.Latin1.GetString(bytes).ToUpperInvariant();
        foreach (var check in checks)
        {
            Count(name, check, check.Path.Count == 0 ? IsGone(whole, check.Text) : Holds(check, output.Dataset, patient));
        }
    }

    /// <summary>Counts a check whose answer is known.</summary>
    internal void Count(string name, PlantedCheck check, bool passed)
    {
        var action = NameOf(check.Action);
        var (good, total) = _counts.GetValueOrDefault((check.Category, action));
        _counts[(check.Category, action)] = (good + (passed ? 1 : 0), total + 1);
        if (!passed)
        {
            Missed.Add(new MissedAction(name, check.Where, action, check.Category));
        }
    }

    /// <summary>As the answer key writes it.</summary>
    internal static string NameOf(CheckAction action) => action switch
    {
        CheckAction.TagRetained => "tag_retained",
        CheckAction.TextNotNull => "text_notnull",
        CheckAction.TextRetained => "text_retained",
        CheckAction.TextRemoved => "text_removed",
        CheckAction.DateShifted => "date_shifted",
        CheckAction.UidChanged => "uid_changed",
        CheckAction.UidConsistent => "uid_consistent",
        CheckAction.PatIdConsistent => "patid_consistent",
        CheckAction.PixelsHidden => "pixels_hidden",
        _ => "pixels_retained",
    };

    private bool Holds(PlantedCheck check, DicomDataset dataset, string patient)
    {
        var item = check.Find(dataset);
        var holder = check.Holder(dataset);
        var text = item is DicomElement { Bulk: null } && holder is not null ? Show(holder, check.Path[^1]) : string.Empty;
        return check.Action switch
        {
            CheckAction.TagRetained => item is not null,
            CheckAction.TextNotNull => item is DicomElement { Length: > 0 } or DicomSequence { Items.Count: > 0 },
            CheckAction.TextRetained => text.Contains(check.Text, StringComparison.OrdinalIgnoreCase),
            CheckAction.TextRemoved => item is not DicomElement element
                || (!text.Contains(check.Text, StringComparison.OrdinalIgnoreCase)
                    && IsGone(Encoding.Latin1.GetString(element.Value.Span).ToUpperInvariant(), check.Text)),
            CheckAction.DateShifted => IsShifted(patient, check.Text, text),
            CheckAction.UidChanged => item is null || text != check.Text,
            // What was removed refers to nothing any more.
            CheckAction.UidConsistent => text.Length == 0 || Same(_uids, check.Text, text),
            CheckAction.PatIdConsistent => text != check.Text && Same(_patients, patient, text),
            CheckAction.PixelsRetained => PhiPlanter.Digest(dataset) == check.Text,
            _ => false,
        };
    }

    private static string Show(DicomDataset holder, DicomTag tag) => string.Join('\\', holder.GetStrings(tag));

    private static bool IsGone(string upper, string text)
    {
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Latin1, Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            if (upper.Contains(Encoding.Latin1.GetString(encoding.GetBytes(text)).ToUpperInvariant(), StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    // All dates of a patient move by the same number of days.
    private bool IsShifted(string patient, string before, string after)
    {
        if (after.Length < 8 || !TryDate(after[..8], out var moved) || !TryDate(before, out var original) || moved == original)
        {
            return false;
        }

        var days = moved.DayNumber - original.DayNumber;
        return _shifts.TryAdd(patient, days) || _shifts[patient] == days;
    }

    private static bool TryDate(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    private static bool Same(Dictionary<string, string> map, string before, string after)
    {
        if (map.TryGetValue(before, out var known))
        {
            return known == after;
        }

        var isNew = !map.ContainsValue(after);
        map[before] = after;
        return isNew;
    }
}
