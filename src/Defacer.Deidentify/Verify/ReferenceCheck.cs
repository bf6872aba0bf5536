using System.Collections.Concurrent;
using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// Compares how UIDs were replaced over all outputs: one original must always give the same UID, and two originals
/// never the same one. Then what belonged together still does, references lead where they led, and nothing has merged.
/// Safe to use from several threads.
/// </summary>
public sealed class ReferenceCheck
{
    private const string DicomRoot = "1.2.840.10008.";
    private readonly ConcurrentDictionary<string, string> _forward = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _backward = new(StringComparer.Ordinal);

    /// <summary>Adds the pairs of an output; gives what contradicts the outputs before it. Without values.</summary>
    internal IEnumerable<string> Add(List<(DicomElement Original, DicomElement Output)> pairs)
    {
        foreach (var (original, output) in pairs.Where(p => p.Output.VR == DicomVR.UI && p.Output.Length > 0))
        {
            if (IdentifyingAttributes.ClassUids.Contains(output.Tag.Value))
            {
                continue;
            }

            var (before, after) = (Values(original), Values(output));
            for (var i = 0; i < before.Length && before.Length == after.Length; i++)
            {
                if (before[i].Length > 0 && after[i] != IdentifyingAttributes.NoUid
                    && !before[i].StartsWith(DicomRoot, StringComparison.Ordinal)
                    && Contradiction(before[i], after[i]) is { } problem)
                {
                    yield return $"{output.Tag} {problem}";
                }
            }
        }
    }

    private string? Contradiction(string before, string after) =>
        _forward.GetOrAdd(before, after) != after ? "was replaced by another UID than elsewhere in the study"
        : _backward.GetOrAdd(after, before) != before ? "has the UID that stands for another one"
        : null;

    private static string[] Values(DicomElement element) =>
        [.. Encoding.Latin1.GetString(element.Value.Span).Split('\\').Select(v => v.Trim(' ', '\0'))];
}
