using System.Text.Json;
using System.Text.RegularExpressions;
using Defacer.Deidentify.Actions;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;

namespace Defacer.Deidentify.Profiles;

/// <summary>Reads the overrides of a profile: a tag, keyword or path, and what is done instead of what the table
/// says.</summary>
internal sealed class OverrideReader(StandardTables tables, List<string> errors)
{
    private static readonly TimeSpan s_matchTime = TimeSpan.FromMilliseconds(200);

    private static readonly Dictionary<string, ActionCode> s_actions = new(StringComparer.Ordinal)
    {
        ["keep"] = ActionCode.Keep,
        ["remove"] = ActionCode.Remove,
        ["empty"] = ActionCode.Zero,
        ["dummy"] = ActionCode.Replace,
        ["map-uid"] = ActionCode.MapUid,
        ["pseudonym"] = ActionCode.Pseudonym,
        ["set"] = ActionCode.Set,
        ["clean"] = ActionCode.Clean,
        ["shift-date"] = ActionCode.ShiftDate,
        ["edit"] = ActionCode.Edit,
    };

    private static readonly string[] s_members = ["action", "value", "when", "values", "otherwise", "pattern", "with"];

    private readonly Dictionary<string, (DicomTag Tag, ProfileOverride Rule)> _all = new(StringComparer.Ordinal);

    internal ProfileOverrides Result { get; } = new();

    internal void Read(JsonElement map)
    {
        if (map.ValueKind != JsonValueKind.Object)
        {
            errors.Add("overrides: must be an object of path and action.");
            return;
        }

        foreach (var property in map.EnumerateObject())
        {
            var tags = ReadPath(property.Name);
            var rule = ReadRule(property.Name, property.Value, tags);
            if (tags is not null && rule is not null)
            {
                Result.Add(tags, rule);
                _all[string.Join('.', tags)] = (tags[^1], rule);
            }
        }
    }

    /// <summary>
    /// Whether everything that the Basic Profile asks for is done: no override keeps what the table and the options
    /// act on.
    /// </summary>
    internal bool IsBasicComplete(IReadOnlyList<ProfileOption> options) => _all.Values.All(o =>
        o.Rule.Action is not (ActionCode.Keep or ActionCode.Edit or ActionCode.Clean or ActionCode.ShiftDate)
        || o.Rule.Filter is { Values: not null, Otherwise: not ActionCode.Keep }
        || tables.Confidentiality.Find(o.Tag) is not { } row
        || options.Any(option => Cell(row, option) == "K")
        || (o.Rule.Action is ActionCode.Clean or ActionCode.ShiftDate
            && options.Any(option => Cell(row, option) == "C")));

    /// <summary>Whether an attribute is replaced by a pseudonym everywhere.</summary>
    internal bool IsPseudonym(DicomTag tag) => Result.FindAnywhere(tag) is { Action: ActionCode.Pseudonym };

    /// <summary>Overrides that contradict an option.</summary>
    internal IEnumerable<string> Conflicts(IReadOnlyList<ProfileOption> options) =>
        from o in _all
        where o.Value.Rule.Action == ActionCode.MapUid && options.Any(p => p.Name == "retain-uids")
        select $"overrides: 'map-uid' of '{o.Key}' contradicts the option retain-uids; choose one.";

    private string Cell(ConfidentialityRow row, ProfileOption option)
    {
        var column = Array.IndexOf(tables.Confidentiality.Options, option.Column);
        return column < 0 ? string.Empty : row.Options[column];
    }

    private DicomTag[]? ReadPath(string text)
    {
        var parts = text.Split('.');
        var tags = new DicomTag[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!DicomTag.TryParse(parts[i], out tags[i]))
            {
                errors.Add(
                    $"overrides: '{parts[i]}' in '{text}' is no keyword of PS3.6 and no tag; "
                    + "write a keyword or gggg,eeee.");
                return null;
            }
        }

        if (tags[^1].IsPrivate)
        {
            errors.Add($"overrides: '{text}' is private; its number means nothing without its creator.");
            return null;
        }

        if (tags[^1].Group < 8 || tags[^1] == DicomTag.SOPClassUID)
        {
            errors.Add($"overrides: '{text}' cannot be overridden: the object would not be what it says.");
            return null;
        }

        return tags;
    }

    private ProfileOverride? ReadRule(string where, JsonElement value, DicomTag[]? tags)
    {
        var isObject = value.ValueKind == JsonValueKind.Object;
        var name = !isObject ? value.ToString() : Member(value, "action") ?? string.Empty;
        if (ReadAction(name, where) is not { } action)
        {
            return null;
        }

        foreach (var unknown in isObject ? value.EnumerateObject().Select(m => m.Name).Except(s_members) : [])
        {
            errors.Add($"overrides: '{unknown}' of '{where}' is unknown; there are {string.Join(", ", s_members)}.");
        }

        var text = isObject ? Member(value, "value") : null;
        if (action == ActionCode.Set && (text is null || !System.Text.Ascii.IsValid(text) || text.Length > 64))
        {
            errors.Add($"overrides: 'set' of '{where}' needs a \"value\" of at most 64 ASCII characters.");
            return null;
        }

        if (tags is not null && DicomDictionary.Find(tags[^1]) is { VRs: [var vr, ..] }
            && (Unfit(action, vr) ?? UnfitFor(action, tags)) is { } reason)
        {
            errors.Add($"overrides: '{name}' does not fit '{where}': {reason}");
            return null;
        }

        return new ProfileOverride(action, text, isObject ? ReadFilter(where, value, action) : null);
    }

    private ActionCode? ReadAction(string name, string where)
    {
        if (s_actions.TryGetValue(name, out var action))
        {
            return action;
        }

        errors.Add(
            $"overrides: '{name}' of '{where}' is no action; there are {string.Join(", ", s_actions.Keys)}.");
        return null;
    }

    private ValueFilter? ReadFilter(string where, JsonElement rule, ActionCode action)
    {
        var when = Pattern(where, rule, "when", whole: true);
        var pattern = Pattern(where, rule, "pattern", whole: false);
        var values = rule.TryGetProperty("values", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(v => v.ToString()).ToHashSet(StringComparer.Ordinal)
            : null;
        if (action == ActionCode.Edit && pattern is null)
        {
            errors.Add($"overrides: 'edit' of '{where}' needs a \"pattern\", a regular expression, and may have "
                + "\"with\".");
        }

        var otherwise = Member(rule, "otherwise") is { } name
            ? ReadAction(name, where) ?? ActionCode.Remove
            : ActionCode.Remove;
        if (otherwise is ActionCode.Set or ActionCode.Edit)
        {
            errors.Add($"overrides: \"otherwise\" of '{where}' cannot be set or edit.");
        }

        return when is null && pattern is null && values is null ? null
            : new ValueFilter(when, values, otherwise, pattern, Member(rule, "with") ?? string.Empty);
    }

    private Regex? Pattern(string where, JsonElement rule, string member, bool whole)
    {
        if (Member(rule, member) is not { } text)
        {
            return null;
        }

        try
        {
            return new Regex(whole ? $"^(?:{text})$" : text,
                RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, s_matchTime);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            errors.Add($"overrides: \"{member}\" of '{where}' is no regular expression that can be used: {e.Message}");
            return null;
        }
    }

    private static string? Member(JsonElement rule, string name) =>
        rule.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    private static string? Unfit(ActionCode action, DicomVR vr) => action switch
    {
        ActionCode.MapUid when vr != DicomVR.UI => $"its VR is {vr}, not UI.",
        ActionCode.Set or ActionCode.Edit when !vr.IsText || vr == DicomVR.UI =>
            $"its VR is {vr}; only text can be set or edited.",
        ActionCode.Pseudonym when vr.Code is not ("LO" or "SH" or "PN" or "UT" or "UC" or "LT" or "ST" or "AE") =>
            $"its VR is {vr}; a pseudonym needs LO, SH, PN, AE or text.",
        ActionCode.Clean when vr == DicomVR.PN || !(vr.UsesCharacterSet || vr == DicomVR.SQ) =>
            $"its VR is {vr}; only text can be cleaned.",
        ActionCode.ShiftDate when vr.Code is not ("DA" or "DT" or "TM") => $"its VR is {vr}, no date or time.",
        _ => null,
    };

    // Without these an archive cannot store the object, or two become one.
    private static string? UnfitFor(ActionCode action, DicomTag[] tags) =>
        tags.Length == 1 && action is not (ActionCode.Keep or ActionCode.MapUid)
        && (tags[0] == DicomTag.SOPInstanceUID || tags[0] == DicomTag.StudyInstanceUID
            || tags[0] == DicomTag.SeriesInstanceUID)
            ? "instances, series and studies would become one; only keep and map-uid fit."
            : null;
}
