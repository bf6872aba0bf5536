using System.Text.Json;
using Defacer.Deidentify.Trial;

namespace Defacer.Deidentify.Profiles;

/// <summary>Reads the trial of a profile; the mapping lies beside the profile unless its path is absolute.</summary>
internal static class TrialReader
{
    private static readonly string[] s_members = ["sponsor", "protocolId", "protocolName", "mapping"];

    internal static ClinicalTrial? Read(JsonElement settings, string profile, List<string> errors)
    {
        if (settings.ValueKind != JsonValueKind.Object)
        {
            errors.Add("trial: must be an object.");
            return null;
        }

        foreach (var unknown in settings.EnumerateObject().Select(p => p.Name).Except(s_members))
        {
            errors.Add($"trial: '{unknown}' is unknown; there are {string.Join(", ", s_members)}.");
        }

        string Text(string name) => settings.TryGetProperty(name, out var value) ? value.ToString() : string.Empty;

        // Type 1 in PS3.3 C.7.1.3.
        foreach (var name in s_members.Where(n => n != "protocolName" && Text(n).Length == 0))
        {
            errors.Add($"trial: '{name}' is missing.");
        }

        foreach (var name in s_members[..3].Where(n => Text(n).Length > 64 || !System.Text.Ascii.IsValid(Text(n))))
        {
            errors.Add($"trial: '{name}' must have at most 64 ASCII characters.");
        }

        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(profile))!, Text("mapping"));
        var subjects = new SubjectMap(path);
        if (Text("mapping").Length > 0)
        {
            errors.AddRange(subjects.Check().Select(e => $"trial: {path}, {e}."));
        }

        return new ClinicalTrial(Text("sponsor"), Text("protocolId"), Text("protocolName"), subjects);
    }
}
