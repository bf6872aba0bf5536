using System.Security.Cryptography;
using Defacer.Deidentify;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Verify;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Evaluate;

/// <summary>What an evaluation found.</summary>
/// <param name="Score">Passed checks.</param>
/// <param name="Files">Files that were read.</param>
/// <param name="Written">Outputs that were scored.</param>
/// <param name="Parked">Files refused as a whole, by cause: nothing of them leaves, and nothing is scored.</param>
/// <param name="Hits">What the verifier found in the outputs.</param>
/// <param name="SameKeyAgrees">Outputs of a second node with the same key that are the same byte for byte.</param>
/// <param name="OtherKeyAgrees">Outputs of a node with another key that are the same; none may be.</param>
internal sealed record DeidOutcome(
    DeidScore Score, int Files, int Written, IReadOnlyDictionary<string, int> Parked, IReadOnlyList<string> Hits,
    int SameKeyAgrees, int OtherKeyAgrees)
{
    /// <summary>Whether every required action was carried out, the verifier found nothing, and keys do what they
    /// must.</summary>
    internal bool IsFaultless => Score.Total > 0 && Score.Passed == Score.Total && Hits.Count == 0
        && SameKeyAgrees == Written && OtherKeyAgrees == 0;
}

/// <summary>
/// The benchmark of correctness: plants invented persons in real files, de-identifies them as the node does, reads the
/// outputs back from their bytes and scores them against the answer key.
/// </summary>
internal sealed class DeidEvaluation
{
    // Files of one patient in a row, so that what must be the same for a patient is met more than once.
    private const int FilesOfAPatient = 3;
    private readonly Profile _profile;
    private readonly int _seed;
    private readonly string _workFolder;
    private readonly Deidentifier _engine;
    private readonly Deidentifier _secondNode;
    private readonly Deidentifier _otherKey;
    private readonly DeidScore _score = new();
    private readonly SortedDictionary<string, int> _parked = new(StringComparer.Ordinal);
    private readonly List<string> _hits = [];
    private readonly ReferenceCheck _references = new();
    private int _written;
    private int _same;
    private int _other;

    /// <param name="profile">What is evaluated; of a trial, with the invented persons as its subjects.</param>
    /// <param name="seed">Other persons.</param>
    /// <param name="workFolder">For outputs and the mapping of subjects.</param>
    internal DeidEvaluation(Profile profile, int seed, string workFolder)
    {
        (_seed, _workFolder) = (seed, workFolder);
        _profile = profile.WithSubjects(Path.Combine(workFolder, "subjects.csv"));
        (_engine, _secondNode, _otherKey) = (new(_profile, Key(1)), new(_profile, Key(1)), new(_profile, Key(2)));
    }

    internal DeidOutcome Run(IReadOnlyList<string> files, Action<int, int> progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_workFolder);
        WriteSubjects(1 + (files.Count / FilesOfAPatient));
        var read = 0;
        for (var i = 0; i < files.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryOpen(files[i]) is { } file)
            {
                Evaluate(Path.GetFileName(files[i]), file, read++, cancellationToken);
            }

            progress(i + 1, files.Count);
        }

        return new DeidOutcome(_score, read, _written, _parked, _hits, _same, _other);
    }

    private void WriteSubjects(int patients) => File.WriteAllLines(
        Path.Combine(_workFolder, "subjects.csv"),
        Enumerable.Range(0, patients)
            .Select(n => $"{new InventedPerson(n, _seed, unicode: false).Id},S{n:D5},SITE-{n % 7},T{n % 3}")
            .Prepend("patient_id,subject_id,site_id,time_point"));

    private static SiteKey Key(byte filler) => SiteKey.FromBytes(Enumerable.Repeat(filler, 32).ToArray());

    private static DicomFile? TryOpen(string path)
    {
        try
        {
            return DicomFile.Open(path) is { IsTruncated: false } file ? file : null;
        }
        catch (DicomFormatException)
        {
            // No DICOM file, or one that nobody could treat.
            return null;
        }
    }

    private void Evaluate(string name, DicomFile file, int number, CancellationToken cancellationToken)
    {
        var patient = number / FilesOfAPatient;
        var person = new InventedPerson(patient, _seed, unicode: file.Dataset.GetString(DicomTag.SpecificCharacterSet) is null or "ISO_IR 192");
        var checks = new PhiPlanter(person, number, _profile.Options).Plant(file);
        var study = _engine.Know([file]);
        var result = _engine.Apply(file, faceRemoved: false, study, cancellationToken);
        if (result.Output is not { } output)
        {
            var cause = result.Parked!.Cause.ToString();
            _parked[cause] = _parked.GetValueOrDefault(cause) + 1;
            return;
        }

        var path = Path.Combine(_workFolder, $"{number}.dcm");
        output.Save(path);
        _written++;
        _score.Add(name, checks, DicomFile.Open(path), HeaderBytes(path), $"{patient}");
        Verify(name, file, path, cancellationToken);
        Compare(file, path, cancellationToken);
        HideText(name, file, cancellationToken);
        File.Delete(path);
    }

    private void Verify(string name, DicomFile original, string path, CancellationToken cancellationToken)
    {
        var identities = IdentitySet.Collect([original], RetainedIdentities.FromOptions(_profile.Options));
        var verdict = OutputVerifier.Check(path, identities, original, _references, cancellationToken);
        _hits.AddRange(verdict.Findings.Select(f => $"{name}: {f}"));
    }

    // A node elsewhere with the same key must give the same bytes, one with another key never.
    private void Compare(DicomFile file, string path, CancellationToken cancellationToken)
    {
        var own = SHA256.HashData(File.ReadAllBytes(path));
        _same += Hash(_secondNode).SequenceEqual(own) ? 1 : 0;
        _other += Hash(_otherKey).SequenceEqual(own) ? 1 : 0;

        byte[] Hash(Deidentifier engine)
        {
            using var bytes = new MemoryStream();
            engine.Apply(file, faceRemoved: false, engine.Know([file]), cancellationToken).Output!.Save(bytes);
            return SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }
    }

    // An image that says it shows text must not leave as it is.
    private void HideText(string name, DicomFile file, CancellationToken cancellationToken)
    {
        if (!file.Dataset.Contains(DicomTag.PixelData) || _profile.UnverifiedPixelText != PixelTextPolicy.Park)
        {
            return;
        }

        file.Dataset.AddOrUpdate(DicomTag.BurnedInAnnotation, DicomVR.CS, "YES");
        var before = PhiPlanter.Digest(file.Dataset);
        var output = _engine.Apply(file, faceRemoved: false, cancellationToken).Output;
        _score.Count(
            name,
            new PlantedCheck([DicomTag.PixelData], CheckAction.PixelsHidden, string.Empty, "HIPAA-A"),
            output is null || PhiPlanter.Digest(output.Dataset) != before);
    }

    // Pixels hold strings of a few bytes by chance; the verifier looks at them, the answer key at the rest.
    private static byte[] HeaderBytes(string path)
    {
        var file = DicomFile.Open(path);
        file.Dataset.Remove(DicomTag.PixelData);
        using var bytes = new MemoryStream();
        file.Save(bytes);
        return bytes.ToArray();
    }
}
