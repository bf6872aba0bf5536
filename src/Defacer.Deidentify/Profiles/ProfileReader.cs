using System.Text.Json;
using Defacer.Deidentify.Actions;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;

namespace Defacer.Deidentify.Profiles;

/// <summary>Reads and checks a profile file; collects every error before it gives up.</summary>
internal sealed class ProfileReader(string path, StandardTables tables)
{
    private static readonly JsonDocumentOptions s_json =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly Dictionary<string, ActionCode> s_actions = new(StringComparer.Ordinal)
    {
        ["keep"] = ActionCode.Keep,
        ["remove"] = ActionCode.Remove,
        ["empty"] = ActionCode.Zero,
        ["dummy"] = ActionCode.Replace,
        ["map-uid"] = ActionCode.MapUid,
        ["pseudonym"] = ActionCode.Pseudonym,
        ["set"] = ActionCode.Set,
    };

    private readonly List<string> _errors = [];
    private readonly List<ProfileOption> _options = [];
    private readonly ProfileOverrides _overrides = new();
    private PixelTextPolicy _pixelText = PixelTextPolicy.Park;
    private bool _basicComplete = true;

    internal Profile Read(byte[] json)
    {
        using var document = Parse(json);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "description" or "$schema":
                    break;
                case "options":
                    ReadOptions(property.Value);
                    break;
                case "overrides":
                    ReadOverrides(property.Value);
                    break;
                case "unverifiedPixelText":
                    ReadPixelText(property.Value);
                    break;
                default:
                    _errors.Add(
                        $"'{property.Name}' is no setting of a profile; "
                        + "there are description, options, overrides, unverifiedPixelText.");
                    break;
            }
        }

        if (_errors.Count > 0)
        {
            throw new ProfileException($"Profile {path} is not valid:\n- {string.Join("\n- ", _errors)}");
        }

        return new Profile(tables, Path.GetFileNameWithoutExtension(path))
        {
            ActiveOptions = _options,
            Overrides = _overrides,
            UnverifiedPixelText = _pixelText,
            IsBasicComplete = _basicComplete,
        };
    }

    private JsonDocument Parse(byte[] json)
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

    private void ReadOptions(JsonElement list)
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
            else if (!option.IsCarriedOut)
            {
                _errors.Add(
                    $"options: '{name}' is not carried out by this version; "
                    + "without it the Basic Profile's action holds.");
            }
            else
            {
                _options.Add(option);
            }
        }
    }

    private void ReadOverrides(JsonElement map)
    {
        if (map.ValueKind != JsonValueKind.Object)
        {
            _errors.Add("overrides: must be an object of path and action.");
            return;
        }

        foreach (var property in map.EnumerateObject())
        {
            var tags = ReadPath(property.Name);
            var rule = ReadRule(property.Name, property.Value, tags);
            if (tags is not null && rule is not null)
            {
                _overrides.Add(tags, rule);
                _basicComplete &= rule.Action != ActionCode.Keep || !ActsOn(tags[^1]);
            }
        }
    }

    private bool ActsOn(DicomTag tag) => tables.Confidentiality.Find(tag) is not null;

    private DicomTag[]? ReadPath(string text)
    {
        var parts = text.Split('.');
        var tags = new DicomTag[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!DicomTag.TryParse(parts[i], out tags[i]))
            {
                _errors.Add(
                    $"overrides: '{parts[i]}' in '{text}' is no keyword of PS3.6 and no tag; "
                    + "write a keyword or gggg,eeee.");
                return null;
            }
        }

        if (tags[^1].IsPrivate)
        {
            _errors.Add($"overrides: '{text}' is private; its number means nothing without its creator.");
            return null;
        }

        if (tags[^1].Group < 8 || tags[^1] == DicomTag.SOPClassUID)
        {
            _errors.Add($"overrides: '{text}' cannot be overridden: the object would not be what it says.");
            return null;
        }

        return tags;
    }

    private ProfileOverride? ReadRule(string where, JsonElement value, DicomTag[]? tags)
    {
        var isObject = value.ValueKind == JsonValueKind.Object;
        var name = !isObject ? value.ToString()
            : value.TryGetProperty("action", out var named) ? named.ToString() : string.Empty;
        if (!s_actions.TryGetValue(name, out var action))
        {
            var names = string.Join(", ", s_actions.Keys);
            _errors.Add($"overrides: '{name}' of '{where}' is no action; there are {names}.");
            return null;
        }

        var text = isObject && value.TryGetProperty("value", out var given) ? given.GetString() : null;
        if (action == ActionCode.Set && (text is null || !System.Text.Ascii.IsValid(text) || text.Length > 64))
        {
            _errors.Add($"overrides: 'set' of '{where}' needs a \"value\" of at most 64 ASCII characters.");
            return null;
        }

        if (tags is not null && DicomDictionary.Find(tags[^1]) is { VRs: [var vr, ..] }
            && Unfit(action, vr) is { } reason)
        {
            _errors.Add($"overrides: '{name}' does not fit '{where}': {reason}");
            return null;
        }

        return new ProfileOverride(action, text);
    }

    private static string? Unfit(ActionCode action, DicomVR vr) => action switch
    {
        ActionCode.MapUid when vr != DicomVR.UI => $"its VR is {vr}, not UI.",
        ActionCode.Set when !vr.IsText || vr == DicomVR.UI => $"its VR is {vr}; only text can be set.",
        ActionCode.Pseudonym when vr.Code is not ("LO" or "SH" or "PN" or "UT" or "UC" or "LT" or "ST") =>
            $"its VR is {vr}; a pseudonym needs LO, SH, PN or text.",
        _ => null,
    };

    private void ReadPixelText(JsonElement value)
    {
        if (!Enum.TryParse(value.ToString(), ignoreCase: true, out _pixelText)
            || value.ValueKind != JsonValueKind.String)
        {
            _errors.Add($"unverifiedPixelText: '{value}' is neither park nor pass.");
        }
    }
}
