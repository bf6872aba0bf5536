using System.Collections.Concurrent;
using Defacer.Deidentify.Verify;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Cli;

/// <summary>What the verifier said about a file. Findings carry no values.</summary>
/// <param name="Output">The file.</param>
/// <param name="Original">The original at the same relative path, or null.</param>
/// <param name="Passed">Whether nothing was found.</param>
/// <param name="Findings">What was found, and where.</param>
internal sealed record VerifiedFile(string Output, string? Original, bool Passed, IReadOnlyList<string> Findings);

/// <summary>One run of <c>defacer verify</c>: every output is searched for what all originals together knew.</summary>
/// <param name="output">The de-identified file or folder.</param>
/// <param name="against">The originals.</param>
/// <param name="retained">What outputs may keep; null as each claims.</param>
internal sealed class VerifyRun(string output, string against, RetainedIdentity? retained)
{
    private readonly IdentityCollector _collector = new();
    private readonly ConcurrentDictionary<RetainedIdentity, Lazy<IdentitySet>> _sets = new();
    private readonly ReferenceCheck _references = new();

    internal IReadOnlyList<VerifiedFile> Execute(Action<int, int> progress, CancellationToken cancellationToken)
    {
        var originals = InputFiles.Below(against);
        foreach (var path in originals)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryOpen(path) is { } file)
            {
                _collector.Add(file);
            }
        }

        var known = originals.ToHashSet(StringComparer.Ordinal);
        var outputs = InputFiles.Below(output);
        var results = new VerifiedFile[outputs.Count];
        var done = 0;
        var options = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        };
        Parallel.For(0, outputs.Count, options, i =>
        {
            results[i] = Check(outputs[i], known, cancellationToken);
            progress(Interlocked.Increment(ref done), outputs.Count);
        });
        return results;
    }

    // Headers only; a file that is none knows nothing about anybody.
    private static DicomFile? TryOpen(string path)
    {
        try
        {
            return DicomFile.Open(path);
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    private VerifiedFile Check(string path, HashSet<string> originals, CancellationToken cancellationToken)
    {
        var original = File.Exists(output) ? Path.GetFullPath(against)
            : Path.GetFullPath(Path.Combine(against, Path.GetRelativePath(output, path)));
        original = originals.Contains(original) ? original : null;
        var identities = SetFor(retained ?? Claimed(path));
        var verdict = OutputVerifier.Check(
            path, identities, original is null ? null : TryOpen(original), _references, cancellationToken);
        var findings = verdict.Hits.Select(h => $"{h.Kind} of {h.Source} in {h.Path}").Concat(verdict.Problems).ToList();
        if (Directory.Exists(output) && identities.IsNamedIn(Path.GetRelativePath(output, path)))
        {
            findings.Add("the path of the file names the patient or holds an original UID");
        }

        return new VerifiedFile(path, original, findings.Count == 0, findings);
    }

    private IdentitySet SetFor(RetainedIdentity kind) =>
        _sets.GetOrAdd(kind, k => new Lazy<IdentitySet>(() => _collector.Complete(k))).Value;

    private static RetainedIdentity Claimed(string path) => TryOpen(path) is { } file
        ? RetainedIdentities.FromCodes(file.Dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence)
            .Select(i => i.GetString(DicomTag.CodeValue)).OfType<string>())
        : RetainedIdentity.None;
}
