using System.Text.Json;

namespace Defacer.Spool;

/// <summary>
/// <c>job.json</c>: what a folder of the spool is, for people with <c>ls</c> and for a ledger that was lost.
/// </summary>
public sealed record JobDescription(string Job, string Route, DateTimeOffset CreatedAt)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The description as it is stored.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <summary>The route of a job; null when the file is missing or unreadable.</summary>
    public static string? ReadRoute(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<JobDescription>(File.ReadAllBytes(path), s_json)?.Route;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }
}
