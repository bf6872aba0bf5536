using System.Security.Cryptography;
using System.Text;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
using Defacer.Deidentify.Verify;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>The shipped tables and profiles, a key, and short ways to run the engine and the verifier.</summary>
internal static class Setup
{
    internal static StandardTables Tables { get; } =
        StandardTables.Load(Path.Combine(SharedData.RepositoryRoot, "config", "standard"));

    internal static SiteKey Key { get; } =
        SiteKey.FromBytes(Encoding.ASCII.GetBytes("a key for tests, of 32 bytes....."));

    internal static Profile Research { get; } = LoadProfile("research");

    /// <summary>The Basic Profile with pseudonyms, without options.</summary>
    internal static Profile Plain { get; } = ParseProfile("""
        { "overrides": { "PatientID": "pseudonym", "PatientName": "pseudonym", "AccessionNumber": "pseudonym" } }
        """);

    /// <summary>As Plain, with images that may show text let through: most fixtures are secondary
    /// captures.</summary>
    internal static Profile PlainAnyPixels { get; } = ParseProfile("""
        {
          "overrides": { "PatientID": "pseudonym", "PatientName": "pseudonym", "AccessionNumber": "pseudonym" },
          "unverifiedPixelText": "pass"
        }
        """);

    /// <summary>The names of the shipped profiles.</summary>
    internal static IReadOnlyList<string> Shipped { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "config", "profiles"), "*.json")
            .Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    /// <summary>A mapping of the patients of files to invented subjects.</summary>
    internal static IReadOnlyList<string> Mapping(IEnumerable<string> files) =>
        [.. files.Select(PatientOf).Where(p => p is { Length: > 0 } && p.AsSpan().IndexOfAny(",;\"#") < 0)
            .Distinct(StringComparer.Ordinal).Select((p, i) => $"{p},S{i}").Prepend("patient_id,subject_id")];

    /// <summary>A shipped profile to the letter; where it has a mapping of subjects, that is filled in.</summary>
    internal static Profile WithSubjects(string shipped, IReadOnlyList<string> mapping) =>
        Profile.Load(Path.Combine(CopyOfShipped(mapping), shipped + ".json"), Tables);

    /// <summary>A shipped profile that lets images of all kinds through: most fixtures are secondary
    /// captures.</summary>
    internal static Profile AnyPixels(string shipped, IReadOnlyList<string> mapping)
    {
        var path = Path.Combine(CopyOfShipped(mapping), "test.json");
        File.WriteAllText(path, $$"""
            { "extends": "{{shipped}}", "withoutOptions": [ "clean-pixel-data" ], "unverifiedPixelText": "pass" }
            """);
        return Profile.Load(path, Tables);
    }

    // A trial's table is read when it is needed, so the folder must outlive the call.
    private static string CopyOfShipped(IReadOnlyList<string> mapping)
    {
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', mapping))))[..16];
        var folder = Path.Combine(AppContext.BaseDirectory, "profiles-" + name);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "config", "profiles")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        File.WriteAllLines(Path.Combine(folder, "clinical-trial.csv"), mapping);
        return folder;
    }

    private static string? PatientOf(string path)
    {
        try
        {
            return DicomFile.Open(path).Dataset.GetString(DicomTag.PatientID)?.Trim();
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    internal static Profile LoadProfile(string name) =>
        Profile.Load(Path.Combine(SharedData.RepositoryRoot, "config", "profiles", name + ".json"), Tables);

    internal static Profile ParseProfile(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["test.json"], json);
        return Profile.Load(folder["test.json"], Tables);
    }

    internal static DeidentifyResult Apply(DicomFile file, Profile? profile = null, bool faceRemoved = false) =>
        new Deidentifier(profile ?? Plain, Key).Apply(file, faceRemoved, TestContext.Current.CancellationToken);

    internal static VerifyResult Verify(string path, params DicomFile[] originals) =>
        OutputVerifier.Check(path, IdentitySet.Collect(originals), TestContext.Current.CancellationToken);

    /// <summary>Verifies an output of an engine beside its original.</summary>
    internal static VerifyResult Verify(string path, DicomFile original, Deidentifier engine) => OutputVerifier.Check(
        path, IdentitySet.Collect([original], RetainedIdentities.FromOptions(engine.Options)), original,
        new ReferenceCheck(), TestContext.Current.CancellationToken);

    /// <summary>A small valid MR image to which a test adds what it is about.</summary>
    internal static DicomFile Image(string sopClass = "1.2.840.10008.5.1.4.1.1.4")
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, sopClass);
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, "1.2.3.4.5.6.7.8");
        dataset.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, "1.2.3.4.5.6.7.1");
        dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, "1.2.3.4.5.6.7.2");
        dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, "Mustermann^Erika");
        dataset.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, "PID-47110815");
        dataset.AddOrUpdate(DicomTag.PatientBirthDate, DicomVR.DA, "19640812");
        dataset.AddOrUpdate(DicomTag.StudyDate, DicomVR.DA, "20240315");
        dataset.AddOrUpdate(DicomTag.AccessionNumber, DicomVR.SH, "ACC4711");
        dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "MR");
        dataset.AddOrUpdate(DicomTag.Manufacturer, DicomVR.LO, "ACME");
        var meta = new DicomDataset();
        meta.AddOrUpdate(DicomTag.MediaStorageSOPClassUID, DicomVR.UI, sopClass);
        meta.AddOrUpdate(DicomTag.MediaStorageSOPInstanceUID, DicomVR.UI, "1.2.3.4.5.6.7.8");
        meta.AddOrUpdate(DicomTag.TransferSyntaxUID, DicomVR.UI, DicomTransferSyntax.ExplicitVRLittleEndian.UID);
        return new DicomFile(meta, dataset);
    }
}
