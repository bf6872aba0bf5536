using System.Text.Json;

namespace Defacer.Deidentify.Standard;

/// <summary>A code of PS3.16 CID 7050, De-identification Method.</summary>
/// <param name="Scheme">The coding scheme.</param>
/// <param name="Value">The code value.</param>
/// <param name="Meaning">The code meaning.</param>
internal sealed record MethodCode(string Scheme, string Value, string Meaning)
{
    internal static Dictionary<string, MethodCode> Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("rows").EnumerateArray().ToDictionary(
            r => r[0].GetString()!,
            r => new MethodCode(r[1].GetString()!, r[2].GetString()!, r[3].GetString()!),
            StringComparer.Ordinal);
    }
}
