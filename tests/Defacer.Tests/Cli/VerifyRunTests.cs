using System.Text;
using Defacer.Cli;
using Defacer.Deidentify;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Tests.Cli;

/// <summary>De-identifying a folder, and verifying what came of it or what somebody else made.</summary>
public sealed class VerifyRunTests
{
    [Fact]
    public void Deidentify_FolderNamedAsThePatient_NamesOutputsByTheirUids()
    {
        using var folder = new TemporaryFolder();
        Write(folder["in/Geheimrat_1/1.2.3.4.5.6.7.1.dcm"], "1.2.3.4.5.6.7.1");
        Write(folder["in/plain/IM1"], "1.2.3.4.5.6.7.2");

        var results = Deidentify(folder);

        Assert.All(results, r => Assert.Null(r.Parked));
        Assert.Equal(folder["out/plain/IM1"], results[1].Output);
        var renamed = Path.GetRelativePath(folder["out"], results[0].Output!);
        Assert.StartsWith("2.25.", renamed, StringComparison.Ordinal);
        Assert.DoesNotContain("Geheimrat", renamed, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, Directory.EnumerateFiles(folder["out"], "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public void Verify_OwnOutputs_HoldNothing()
    {
        using var folder = new TemporaryFolder();
        Write(folder["in/a"], "1.2.3.4.5.6.7.1");
        Write(folder["in/b"], "1.2.3.4.5.6.7.2");
        Deidentify(folder);

        var results = Verify(folder);

        Assert.Equal(2, results.Count);
        Assert.All(results, r => Assert.Empty(r.Findings));
        Assert.All(results, r => Assert.NotNull(r.Original));
    }

    [Fact]
    public void Verify_NameOfAnotherFileOfTheStudy_IsFound()
    {
        using var folder = new TemporaryFolder();
        Write(folder["in/a"], "1.2.3.4.5.6.7.1");
        Write(folder["in/b"], "1.2.3.4.5.6.7.2", "Querbeet^Anna");
        Deidentify(folder);
        var output = DicomFile.Open(folder["out/a"], new DicomReadOptions { DeferAboveBytes = int.MaxValue });
        output.Dataset.AddOrUpdate(DicomTag.Parse("ConvolutionKernel"), DicomVR.SH, "for Querbeet");
        output.Save(folder["out/a"]);

        var results = Verify(folder);

        Assert.Contains("Name of PatientName in (0018,1210)", Assert.Single(results[0].Findings), StringComparison.Ordinal);
        Assert.Empty(results[1].Findings);
        Assert.DoesNotContain("Querbeet", string.Concat(results[0].Findings), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Verify_SeriesThatFellApart_IsFound()
    {
        using var folder = new TemporaryFolder();
        Write(folder["in/a"], "1.2.3.4.5.6.7.1");
        Write(folder["in/b"], "1.2.3.4.5.6.7.2");
        Deidentify(folder);
        var output = DicomFile.Open(folder["out/b"], new DicomReadOptions { DeferAboveBytes = int.MaxValue });
        output.Dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, "2.25.4711");
        output.Save(folder["out/b"]);

        Assert.Contains(Verify(folder).SelectMany(r => r.Findings), f =>
            f.StartsWith("(0020,000E) was replaced by another UID", StringComparison.Ordinal));
    }

    private static IReadOnlyList<DeidentifyRun.FileResult> Deidentify(TemporaryFolder folder) =>
        new DeidentifyRun(folder["in"], folder["out"]).Execute(
            InputFiles.Below(folder["in"]),
            () => new Deidentifier(DeidentifyProfiles.Load("research"), SiteKey.FromBytes(Encoding.ASCII.GetBytes("a key for tests, of 32 bytes....."))),
            (_, _) => { },
            TestContext.Current.CancellationToken);

    private static IReadOnlyList<VerifiedFile> Verify(TemporaryFolder folder) =>
        new VerifyRun(folder["out"], folder["in"], null).Execute((_, _) => { }, TestContext.Current.CancellationToken);

    private static void Write(string path, string sop, string name = "Geheimrat^Kuno")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var stream = new MemoryStream(TestInstances.Encode(sop, "1.2.3.4.5.6.7.8", "1.2.3.4.5.6.7.9", pixelBytes: 200_000));
        var dataset = DicomReader.Read(stream, DicomTransferSyntax.ExplicitVRLittleEndian);
        dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, name);
        dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "MR");
        new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian), dataset).Save(path);
    }
}
