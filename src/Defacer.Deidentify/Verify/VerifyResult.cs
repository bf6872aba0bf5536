using Defacer.Imaging;

namespace Defacer.Deidentify.Verify;

/// <summary>Identity that was found in an output. Carries no value.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Path">Where it was found: tags from the outermost sequence inwards, joined by dots.</param>
/// <param name="Source">The attribute of the original that knew it.</param>
public sealed record VerifyHit(IdentityKind Kind, string Path, string Source);

/// <summary>What the verifier measured on one output file.</summary>
/// <param name="Hits">Identity found; none is allowed. The first 100.</param>
/// <param name="Problems">Marks, structure and file meta information that are not as they must be; none is
/// allowed.</param>
/// <param name="BytesSearched">Bytes of values that were searched.</param>
/// <param name="ValuesSearched">Number of values that were searched.</param>
/// <param name="StringsSearched">Number of strings that were searched for.</param>
/// <param name="Elapsed">Time taken.</param>
public sealed record VerifyResult(
    IReadOnlyList<VerifyHit> Hits, IReadOnlyList<string> Problems, long BytesSearched, int ValuesSearched,
        int StringsSearched,
    TimeSpan Elapsed)
{
    /// <summary>Whether the output may leave.</summary>
    public bool Passed => Hits.Count == 0 && Problems.Count == 0;

    /// <summary>Hits and problems as sentences for reports.</summary>
    public IEnumerable<string> Findings => Sentences.Concat(Problems);

    private IEnumerable<string> Sentences => Hits.Select(h => $"{h.Kind} of {h.Source} in {h.Path}");

    /// <summary>The cause why it may not, or null.</summary>
    public Parked? Parked => Hits.Count > 0
        ? new Parked(
            ParkCause.IdentityFound,
            "Identity of the original was found in the output: "
                + string.Join("; ", Sentences.Take(3)) + ".",
            "Add an override for the attribute to the route's profile (remove or dummy), then retry.")
        : Problems.Count > 0
            ? new Parked(ParkCause.Deidentification, string.Join("; ", Problems.Take(3)),
                "Report the fault with this text; the job can be retried after an update.")
            : null;
}
