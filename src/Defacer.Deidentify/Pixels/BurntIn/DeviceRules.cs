using System.Globalization;
using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Pixels.BurntIn;

/// <summary>Where devices burn text into pixels (<c>config/burnt-in/rules.csv</c>), by maker, model and size.</summary>
internal sealed class DeviceRules
{
    private readonly List<Rule> _rules = [];
    private readonly Dictionary<string, RuleCondition> _conditions = new(StringComparer.Ordinal);

    private readonly List<DicomTag> _overlays = [];

    internal int Count => _rules.Count;

    /// <summary>The regions that every rule that holds names, or null when none holds. A rule without a region means
    /// the whole image: it is in <paramref name="isWhole"/>.</summary>
    internal IReadOnlyList<PixelRegion>? Find(DicomDataset dataset, out bool isWhole)
    {
        isWhole = false;
        List<PixelRegion>? regions = null;
        var answers = new ConditionAnswers(dataset, _conditions.Count);
        foreach (var rule in _rules)
        {
            if (rule.Holds(answers))
            {
                regions ??= [];
                isWhole |= rule.Region is null;
                if (rule.Region is { } known)
                {
                    regions.Add(known);
                }
            }
        }

        return regions;
    }

    /// <summary>Whether the object has an overlay of which a rule says that its text is also in the pixels.</summary>
    internal bool AskForOverlayOf(DicomDataset dataset) => _overlays.Exists(dataset.Contains);

    /// <summary>Reads the rules of a file.</summary>
    /// <exception cref="InvalidDataException">The file is missing or no table of rules.</exception>
    internal static DeviceRules Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDataException(
                $"The rules for burnt-in text are missing: {path}. Install the folder config/burnt-in again.");
        }

        var lines = File.ReadAllLines(path);
        var header = Fields(lines[0]);
        var rules = new DeviceRules();
        foreach (var line in lines.Skip(1).Where(l => l.Length > 0))
        {
            var fields = Fields(line);
            string Field(string name) => fields[header.IndexOf(name)];
            // What a list accepts, flags or rejects without a region is its site's policy; ours is in the profile.
            if (Field("action") == "blank" && rules.Others(Field("other_conditions")) is { } others)
            {
                var device = rules.Device(Field);
                var isAny = Field("logic") == "or";
                rules.Add(new Rule(isAny ? device : [.. device, .. others], isAny ? others : [],
                    Field("w").Length == 0 ? null : new PixelRegion(
                        Number(Field("x")), Number(Field("y")), Number(Field("w")), Number(Field("h")))));
            }
        }

        return rules;
    }

    private void Add(Rule rule)
    {
        if (rule.All.Length + rule.Any.Length > 0)
        {
            _rules.Add(rule);
            _overlays.AddRange(rule.All.Where(c => c.IsOverlay).Select(c => c.Tag));
        }
    }

    // Size first: it is the cheapest and tells most.
    private RuleCondition[] Device(Func<string, string> field)
    {
        var conditions = new List<RuleCondition>();
        void Add(DicomTag tag, string kind, string value)
        {
            if (value.Length > 0)
            {
                conditions.Add(Condition(tag, kind, value));
            }
        }

        Add(DicomTag.Rows, "equals", field("rows"));
        Add(DicomTag.Columns, "equals", field("columns"));
        Add(DicomTag.Modality, "contains_ci", field("modality"));
        Add(DicomTag.Manufacturer, "contains_ci", field("manufacturer"));
        Add(DicomTag.ManufacturerModelName, "contains_ci", field("model"));
        return [.. conditions];
    }

    // Null where one lives in sequences or under no name of the standard: a rule that cannot be judged is none.
    private RuleCondition[]? Others(string text)
    {
        var conditions = new List<RuleCondition>();
        foreach (var condition in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = condition.Split(' ', 3);
            if (!DicomTag.TryParse(parts[0], out var tag) || tag == DicomTag.CodeMeaning)
            {
                return null;
            }

            conditions.Add(Condition(tag, parts.Length > 1 ? parts[1] : "present",
                parts.Length > 2 ? parts[2].Trim('"') : string.Empty));
        }

        return [.. conditions];
    }

    // Rules that ask the same share the condition, so that it is answered once for an image.
    private RuleCondition Condition(DicomTag tag, string kind, string value)
    {
        var key = $"{tag} {kind} {value}";
        return _conditions.TryGetValue(key, out var known) ? known
            : _conditions[key] = new RuleCondition(_conditions.Count, tag, kind,
                value.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (line[i] == '"')
            {
                quoted = !quoted;
            }
            else if (line[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }

    /// <summary>All of some conditions and, where there are such, one of others.</summary>
    private sealed record Rule(RuleCondition[] All, RuleCondition[] Any, PixelRegion? Region)
    {
        internal bool Holds(ConditionAnswers answers)
        {
            foreach (var condition in All)
            {
                if (!answers.Holds(condition))
                {
                    return false;
                }
            }

            return Any.Length == 0 || Array.Exists(Any, answers.Holds);
        }
    }
}
