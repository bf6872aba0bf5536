using System.Globalization;
using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Pixels.BurntIn;

/// <summary>What a line of the rules asks of an attribute.</summary>
/// <param name="Tag">The attribute.</param>
/// <param name="Kind">contains_ci, equals, empty, missing or present.</param>
/// <param name="Alternatives">One of these.</param>
internal sealed record RuleCondition(DicomTag Tag, string Kind, string[] Alternatives)
{
    /// <param name="dataset">The object.</param>
    /// <param name="seen">Values that were read for other conditions: hundreds of rules ask the same of an image.</param>
    internal bool Holds(DicomDataset dataset, Dictionary<DicomTag, IReadOnlyList<string>> seen)
    {
        if (!seen.TryGetValue(Tag, out var values))
        {
            seen[Tag] = values = dataset.GetStrings(Tag);
        }

        return Kind switch
        {
            "missing" => !dataset.Contains(Tag),
            "present" => dataset.Contains(Tag),
            "empty" => dataset.Contains(Tag) && values.All(v => v.Length == 0),
            "equals" => values.Count > 0 && Alternatives.Contains(values[0], StringComparer.Ordinal),
            _ => values.Any(v => Alternatives.Any(a => v.Contains(a, StringComparison.OrdinalIgnoreCase))),
        };
    }
}

/// <summary>Where devices burn text into pixels (<c>config/burnt-in/rules.csv</c>), by maker, model and size.</summary>
internal sealed class DeviceRules
{
    private readonly List<(RuleCondition[] Conditions, PixelRegion? Region)> _rules = [];

    internal int Count => _rules.Count;

    /// <summary>The regions that every rule that holds names, or null when none holds. A rule without a region means
    /// the whole image: it is in <paramref name="isWhole"/>.</summary>
    internal IReadOnlyList<PixelRegion>? Find(DicomDataset dataset, out bool isWhole)
    {
        isWhole = false;
        List<PixelRegion>? regions = null;
        var seen = new Dictionary<DicomTag, IReadOnlyList<string>>();
        foreach (var (conditions, region) in _rules)
        {
            if (Array.TrueForAll(conditions, c => c.Holds(dataset, seen)))
            {
                regions ??= [];
                isWhole |= region is null;
                if (region is { } known)
                {
                    regions.Add(known);
                }
            }
        }

        return regions;
    }

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
            if (Field("logic") == "and" && Field("action") == "blank"
                && Conditions(Field) is { Length: > 0 } conditions)
            {
                rules._rules.Add((conditions, Field("w").Length == 0 ? null : new PixelRegion(
                    Number(Field("x")), Number(Field("y")), Number(Field("w")), Number(Field("h")))));
            }
        }

        return rules;
    }

    // Size first: it is the cheapest and tells most.
    private static RuleCondition[] Conditions(Func<string, string> field)
    {
        var conditions = new List<RuleCondition>();
        void Add(DicomTag tag, string kind, string value)
        {
            if (value.Length > 0)
            {
                conditions.Add(new RuleCondition(tag, kind, value.Split('|', StringSplitOptions.TrimEntries)));
            }
        }

        Add(DicomTag.Rows, "equals", field("rows"));
        Add(DicomTag.Columns, "equals", field("columns"));
        Add(DicomTag.Modality, "contains_ci", field("modality"));
        Add(DicomTag.Manufacturer, "contains_ci", field("manufacturer"));
        Add(DicomTag.ManufacturerModelName, "contains_ci", field("model"));
        foreach (var text in field("other_conditions").Split(';', StringSplitOptions.TrimEntries
            | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = text.Split(' ', 3);
            if (!DicomTag.TryParse(parts[0], out var tag) || tag == DicomTag.CodeMeaning)
            {
                // Lives in sequences or under no name of the standard: a rule that cannot be judged is none.
                return [];
            }

            conditions.Add(new RuleCondition(tag, parts.Length > 1 ? parts[1] : "present",
                parts.Length > 2 ? parts[2].Trim('"').Split('|', StringSplitOptions.TrimEntries) : []));
        }

        return [.. conditions];
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
}
