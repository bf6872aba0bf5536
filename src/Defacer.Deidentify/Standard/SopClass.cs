using System.Text.Json;

namespace Defacer.Deidentify.Standard;

/// <summary>A storage SOP class with its IOD (PS3.4 §B.5).</summary>
/// <param name="UID">The UID.</param>
/// <param name="Iod">The IOD's name, such as <c>ct-image</c>.</param>
internal sealed record SopClass(string UID, string Iod)
{
    internal static Dictionary<string, SopClass> Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("rows").EnumerateArray()
            .Select(r => new SopClass(r[0].GetString()!, r[2].GetString()!))
            .ToDictionary(c => c.UID, StringComparer.Ordinal);
    }
}
