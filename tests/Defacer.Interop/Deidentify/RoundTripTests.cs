using System.Text;
using Defacer.Deidentify;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Deidentify;

/// <summary>
/// De-identified studies in a real archive: as many patients, studies, series and instances as went in, nothing that
/// was apart becomes one, nothing that was one falls apart, also over two runs with the same key.
/// </summary>
public sealed class RoundTripTests
{
    private static readonly SiteKey s_key =
        SiteKey.FromBytes(Encoding.ASCII.GetBytes("a key for tests, of 32 bytes....."));

    [Theory]
    [InlineData("research")]
    [InlineData("maximal")]
    [InlineData("retain-dates")]
    public async Task Deidentify_StudiesOfSeveralPatients_KeepTheirHierarchyInTheArchive(string profile)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var archive = await OrthancPeer.StartAsync(folder["orthanc"], cancellationToken);
        var files = Files();
        // Two engines, as two nodes: what one began the other goes on with.
        var nodes = new[] { Engine(profile), Engine(profile) };
        for (var i = 0; i < files.Count; i++)
        {
            var output = nodes[i % 2].Apply(files[i], false, cancellationToken).Output;
            Assert.NotNull(output);
            using var bytes = new MemoryStream();
            output.Save(bytes);
            await archive.StoreAsync(bytes.ToArray(), cancellationToken);
        }

        int Distinct(Func<DicomDataset, string> key) => files.Select(f => key(f.Dataset)).Distinct().Count();
        Assert.Equal(Distinct(Patient), (await archive.ListAsync("patients", cancellationToken)).Count);
        Assert.Equal(Distinct(d => d.GetString(DicomTag.StudyInstanceUID)!),
            (await archive.ListAsync("studies", cancellationToken)).Count);
        Assert.Equal(Distinct(d => d.GetString(DicomTag.SeriesInstanceUID)!),
            (await archive.ListAsync("series", cancellationToken)).Count);
        Assert.Equal(files.Count, (await archive.ListAsync("instances", cancellationToken)).Count);
        var sizes = new List<int>();
        foreach (var study in await archive.ListAsync("studies", cancellationToken))
        {
            sizes.Add((await archive.GetAsync($"studies/{study}/series", cancellationToken)).AsArray().Count);
        }

        var expected = files.GroupBy(f => f.Dataset.GetString(DicomTag.StudyInstanceUID))
            .Select(s => s.Select(f => f.Dataset.GetString(DicomTag.SeriesInstanceUID)).Distinct().Count());
        Assert.Equal(expected.Order(), sizes.Order());
    }

    // Real series, and copies of one that differ in what keeps patients and studies apart.
    private static List<DicomFile> Files()
    {
        var files = new List<DicomFile>();
        foreach (var series in new[] { "ct-head-neck-full-face", "mr-t1-sag-adult-hfs", "mr-t1-sag-child-3y" })
        {
            files.AddRange(Directory.EnumerateFiles(Archive.Unpack("dicom", series + ".tar.xz"), "*",
                SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(3).Select(f => DicomFile.Open(f)));
        }

        var path = Directory.EnumerateFiles(Archive.Unpack("dicom", "mr-t1-sag-adult-hfs.tar.xz"), "*",
            SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        files.Add(Copy(path, "1", "4711", "", "", "1", "1"));
        files.Add(Copy(path, "2", "4711", "", "", "1", "2"));
        files.Add(Copy(path, "3", "4711", "", "", "2", "3"));
        // The number of another hospital.
        files.Add(Copy(path, "4", "4711", "ELSEWHERE", "", "3", "4"));
        files.Add(Copy(path, "5", "4712", "", "", "4", "5"));
        // No number: the name and the birth date tell two persons apart and two studies of one together.
        files.Add(Copy(path, "6", "", "", "Invented^One", "5", "6"));
        files.Add(Copy(path, "7", "", "", "Invented^One", "6", "7"));
        files.Add(Copy(path, "8", "", "", "Invented^Two", "7", "8"));
        return files;
    }

    private static DicomFile Copy(string path, string instance, string id, string issuer, string name, string study,
        string series)
    {
        var file = DicomFile.Open(path);
        var d = file.Dataset;
        d.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, id);
        d.AddOrUpdate(DicomTag.IssuerOfPatientID, DicomVR.LO, issuer);
        d.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, name);
        d.AddOrUpdate(DicomTag.PatientBirthDate, DicomVR.DA, "19600101");
        d.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, "1.2.3.1." + instance);
        d.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, "1.2.3.2." + study);
        d.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, "1.2.3.3." + series);
        return file;
    }

    private static string Patient(DicomDataset dataset) =>
        dataset.GetString(DicomTag.PatientID) is { } id ? $"{dataset.GetString(DicomTag.IssuerOfPatientID)} {id}"
            : $"{dataset.GetString(DicomTag.PatientName)} {dataset.GetString(DicomTag.PatientBirthDate)}";

    private static Deidentifier Engine(string profile)
    {
        var config = Path.Combine(SharedData.RepositoryRoot, "config");
        var tables = StandardTables.Load(Path.Combine(config, "standard"));
        return new Deidentifier(Profile.Load(Path.Combine(config, "profiles", profile + ".json"), tables), s_key);
    }
}
