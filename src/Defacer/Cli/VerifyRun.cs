using System.Collections.Concurrent;
using Defacer.Deidentify.Verify;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Cli;

/// <summary>What the verifier said about a file. Findings carry no values.</summary>
/// <param name="Output">The file.</param>
/// <param name="Original">The original, or null where it is not known which.</param>
/// <param name="Passed">Whether nothing was found.</param>
/// <param name="Findings">What was found, and where.</param>
internal sealed record VerifiedFile(string Output, string? Original, bool Passed, IReadOnlyList<string> Findings);

/// <summary>
/// One run of <c>defacer verify</c>. An output is compared with its original, found at the same relative path or by
/// where the image lies in the patient, and searched for what the original's study knew; one without an original for
/// what all originals knew.
/// </summary>
/// <param name="output">The de-identified file or folder.</param>
/// <param name="against">The originals.</param>
/// <param name="retained">What outputs may keep; null as each claims.</param>
internal sealed class VerifyRun(string output, string against, RetainedIdentity? retained)
{
    // What no de-identifier changes, and together is seldom the same twice.
    private static readonly DicomTag[] s_place =
    [
        DicomTag.SOPClassUID, DicomTag.Modality, DicomTag.SeriesNumber, DicomTag.AcquisitionNumber,
        DicomTag.InstanceNumber, DicomTag.ImagePositionPatient, DicomTag.ImageOrientationPatient, DicomTag.Rows,
        DicomTag.Columns, DicomTag.PixelSpacing, DicomTag.EchoTime, DicomTag.NumberOfFrames,
    ];

    private readonly Dictionary<string, IdentityCollector> _studies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Original> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Original?> _byPlace = new(StringComparer.Ordinal);
    private readonly IdentityCollector _all = new();
    private readonly ConcurrentDictionary<(string? Study, RetainedIdentity Kind), Lazy<IdentitySet>> _sets = new();
    private readonly ReferenceCheck _references = new();

    internal IReadOnlyList<VerifiedFile> Execute(Action<int, int> progress, CancellationToken cancellationToken)
    {
        foreach (var path in InputFiles.Below(against))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Learn(path);
        }

        foreach (var collector in _studies.Values)
        {
            _all.Absorb(collector);
        }

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
            results[i] = Check(outputs[i], cancellationToken);
            progress(Interlocked.Increment(ref done), outputs.Count);
        });
        return results;
    }

    private void Learn(string path)
    {
        if (TryOpen(path) is not { } file)
        {
            return;
        }

        var original = new Original(path, file.Dataset.GetString(DicomTag.StudyInstanceUID) ?? string.Empty);
        if (!_studies.TryGetValue(original.Study, out var collector))
        {
            _studies[original.Study] = collector = new IdentityCollector();
        }

        collector.Add(file);
        _byPath[path] = original;
        // Two at the same place: neither is the original for certain.
        var place = Place(file);
        _byPlace[place] = _byPlace.ContainsKey(place) ? null : original;
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

    private static string Place(DicomFile file) =>
        string.Join('|', s_place.Select(t => string.Join('\\', file.Dataset.GetStrings(t))));

    private VerifiedFile Check(string path, CancellationToken cancellationToken)
    {
        var file = TryOpen(path);
        var original = OriginalOf(path, file);
        var identities = SetFor(original?.Study, retained ?? Claimed(file));
        var verdict = OutputVerifier.Check(
            path, identities, original is null ? null : TryOpen(original.Path), _references, cancellationToken);
        var findings = verdict.Findings.ToList();
        if (Directory.Exists(output) && identities.IsNamedIn(Path.GetRelativePath(output, path)))
        {
            findings.Add("the path of the file names the patient or holds an original UID");
        }

        return new VerifiedFile(path, original?.Path, findings.Count == 0, findings);
    }

    private Original? OriginalOf(string path, DicomFile? file)
    {
        var same = File.Exists(output) ? Path.GetFullPath(against)
            : Path.GetFullPath(Path.Combine(against, Path.GetRelativePath(output, path)));
        return _byPath.TryGetValue(same, out var original) ? original
            : file is null ? null
            : _byPlace.GetValueOrDefault(Place(file));
    }

    private IdentitySet SetFor(string? study, RetainedIdentity kind) => _sets.GetOrAdd(
        (study, kind),
        key => new Lazy<IdentitySet>(() => (key.Study is null ? _all : _studies[key.Study]).Complete(key.Kind))).Value;

    private static RetainedIdentity Claimed(DicomFile? file) => file is null
        ? RetainedIdentity.None
        : RetainedIdentities.FromCodes(file.Dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence)
            .Select(i => i.GetString(DicomTag.CodeValue)).OfType<string>());

    private sealed record Original(string Path, string Study);
}
