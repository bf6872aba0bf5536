using System.Text.Json;
using Defacer.Deidentify.Objects;
using Defacer.Deidentify.Standard;

namespace Defacer.Deidentify.Profiles;

/// <summary>
/// Reads and checks a profile file (<c>config/schema/profile.schema.json</c>); collects every error before it gives up.
/// A file that extends another begins with its settings: lists grow, single values are replaced.
/// </summary>
internal sealed class ProfileReader
{
    private const int MaxExtensions = 8;
    private static readonly JsonDocumentOptions s_json =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly string[] s_settings =
    [
        "$schema", "description", "extends", "options", "withoutOptions", "overrides", "unverifiedPixelText",
        "characterSet", "dateShift", "descriptors", "objects", "trial",
    ];

    private readonly string _path;
    private readonly StandardTables _tables;
    private readonly List<string> _errors = [];
    private readonly List<ProfileOption> _options = [];
    private readonly HashSet<string> _keepWords = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<ObjectKind> _objects = [];
    private readonly HashSet<ObjectKind> _clipped = [];
    private readonly OverrideReader _overrides;
    private PixelTextPolicy _pixelText = PixelTextPolicy.Park;
    private DateShiftSettings _dateShift = new();
    private Trial.ClinicalTrial? _trial;
    private bool _utf8;

    internal ProfileReader(string path, StandardTables tables)
    {
        _path = path;
        _tables = tables;
        _overrides = new OverrideReader(tables, _errors);
    }

    internal Profile Read(byte[] json)
    {
        Read(_path, json, 0);
        _errors.AddRange(ProfileConflicts.Find(_options, _pixelText, _objects, _overrides, _trial));
        if (_errors.Count > 0)
        {
            throw new ProfileException($"Profile {_path} is not valid:\n- {string.Join("\n- ", _errors)}");
        }

        return new Profile(_tables, Path.GetFileNameWithoutExtension(_path))
        {
            ActiveOptions = [.. ProfileOption.All.Where(_options.Contains)],
            Overrides = _overrides.Result,
            UnverifiedPixelText = _pixelText,
            IsBasicComplete = _overrides.IsBasicComplete(_options),
            WritesUtf8 = _utf8,
            Trial = _trial,
            DateShift = _dateShift,
            KeepWords = _keepWords,
            CleanedObjects = _objects,
            ClippedObjects = _clipped,
        };
    }

    private void Read(string path, byte[] json, int depth)
    {
        using var document = Parse(path, json);
        if (document.RootElement.TryGetProperty("extends", out var parent))
        {
            ReadParent(path, parent.ToString(), depth);
        }

        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "options":
                    ReadOptions(property.Value, (option) => _options.Add(option));
                    break;
                case "withoutOptions":
                    ReadOptions(property.Value, (option) => _options.Remove(option));
                    break;
                case "overrides":
                    _overrides.Read(property.Value);
                    break;
                case "unverifiedPixelText":
                    _pixelText = ReadWord(property, PixelTextPolicy.Park, PixelTextPolicy.Pass, "park", "pass");
                    break;
                case "characterSet":
                    _utf8 = ReadWord(property, false, true, "as-received", "utf-8");
                    break;
                case "dateShift":
                    ReadDateShift(property.Value);
                    break;
                case "descriptors":
                    ReadDescriptors(property.Value);
                    break;
                case "objects":
                    ReadObjects(property.Value);
                    break;
                case "trial":
                    _trial = TrialReader.Read(property.Value, path, _errors);
                    break;
                case var name when !s_settings.Contains(name, StringComparer.Ordinal):
                    _errors.Add($"'{name}' is no setting of a profile; "
                        + $"there are {string.Join(", ", s_settings[1..])}.");
                    break;
                default:
                    break;
            }
        }
    }

    private void ReadParent(string path, string name, int depth)
    {
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name + ".json");
        if (depth == MaxExtensions || !File.Exists(file))
        {
            _errors.Add(depth == MaxExtensions ? "extends: the profiles extend each other in a circle."
                : $"extends: there is no profile '{name}' beside this one.");
            return;
        }

        Read(file, File.ReadAllBytes(file), depth + 1);
    }

    private static JsonDocument Parse(string path, byte[] json)
    {
        try
        {
            var document = JsonDocument.Parse(json, s_json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new ProfileException($"Profile {path} is not valid: it must be one JSON object.");
        }
        catch (JsonException e)
        {
            throw new ProfileException($"Profile {path} is no JSON: {e.Message}", e);
        }
    }

    private void ReadOptions(JsonElement list, Action<ProfileOption> use)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            _errors.Add("options: must be a list of names.");
            return;
        }

        foreach (var element in list.EnumerateArray())
        {
            var name = element.ToString();
            if (ProfileOption.Find(name) is not { } option)
            {
                var names = string.Join(", ", ProfileOption.All.Select(o => o.Name));
                _errors.Add($"options: '{name}' is no option of PS3.15 E.3; there are {names}.");
            }
            else if (option.NotCarriedOut is { } why)
            {
                _errors.Add($"options: '{name}' is not carried out: {why}.");
            }
            else
            {
                use(option);
            }
        }
    }

    private T ReadWord<T>(JsonProperty property, T first, T second, string firstWord, string secondWord)
    {
        var word = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
        if (word != firstWord && word != secondWord)
        {
            _errors.Add($"{property.Name}: '{property.Value}' is neither {firstWord} nor {secondWord}.");
        }

        return word == secondWord ? second : first;
    }

    private void ReadDateShift(JsonElement settings)
    {
        var (days, weeks, times) = (_dateShift.MaxDays, _dateShift.WholeWeeks, _dateShift.MovesTimes);
        foreach (var property in Members(settings, "dateShift"))
        {
            switch (property.Name)
            {
                case "maxDays" when property.Value.ValueKind == JsonValueKind.Number
                    && property.Value.TryGetInt32(out days) && days is >= 7 and <= 36500:
                    break;
                case "wholeWeeks" when property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    weeks = property.Value.GetBoolean();
                    break;
                case "times":
                    times = ReadWord(property, false, true, "keep", "shift");
                    break;
                default:
                    _errors.Add($"dateShift: '{property.Name}' must be maxDays (7 to 36500), wholeWeeks (true or "
                        + "false) or times (keep or shift).");
                    break;
            }
        }

        _dateShift = new DateShiftSettings(days, weeks, times);
    }

    private void ReadDescriptors(JsonElement settings)
    {
        foreach (var property in Members(settings, "descriptors"))
        {
            if (property.Name != "keepWords" || property.Value.ValueKind != JsonValueKind.Array)
            {
                _errors.Add($"descriptors: '{property.Name}' must be keepWords, a list of words.");
                continue;
            }

            foreach (var word in property.Value.EnumerateArray().Select(w => w.ToString()))
            {
                if (word.Length < 2 || !word.All(char.IsLetterOrDigit))
                {
                    _errors.Add($"descriptors: '{word}' of keepWords is no word of two or more letters and digits.");
                }

                _keepWords.Add(word);
            }
        }
    }

    private void ReadObjects(JsonElement settings)
    {
        foreach (var property in Members(settings, "objects"))
        {
            if (!ObjectKinds.Settable.TryGetValue(property.Name, out var kind))
            {
                _errors.Add($"objects: '{property.Name}' is no kind of object that can be let out; there are "
                    + $"{string.Join(", ", ObjectKinds.Settable.Keys)}.");
                continue;
            }

            _objects.Remove(kind);
            _clipped.Remove(kind);
            var (name, canBeClipped) = (property.Value.ToString(), ObjectKinds.CanBeClipped(kind));
            if (name == "clip" && canBeClipped)
            {
                _clipped.Add(kind);
            }
            else if (name == "clean" && kind != ObjectKind.Dose)
            {
                _objects.Add(kind);
            }
            else if (name != "park")
            {
                _errors.Add($"objects: '{name}' is no treatment of {property.Name}; there are park"
                    + (kind == ObjectKind.Dose ? " and clip." : canBeClipped ? ", clean and clip." : " and clean."));
            }
        }
    }

    private List<JsonProperty> Members(JsonElement settings, string name)
    {
        if (settings.ValueKind == JsonValueKind.Object)
        {
            return [.. settings.EnumerateObject()];
        }

        _errors.Add($"{name}: must be an object.");
        return [];
    }
}
