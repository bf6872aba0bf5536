using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Node;

/// <summary>Telemetry arrives, and holds nothing of the person.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Serve_StudyProcessed_TelemetryArrivesWithoutPatientData()
    {
        const int Instances = 40;
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var collector = OtlpCollector.Start();
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], token);
        await using var node = await NodeProcess.StartAsync(folder["node"], new NodeSettings
        {
            Destinations = [("research-pacs", OrthancPeer.AeTitle, orthanc.DicomPort)],
            OtlpEndpoint = collector.Endpoint,
        }, token);
        var files = HeadStudy.Write(folder["phantom"], Instances);
        var identity = IdentityOf(files);
        Assert.True(identity.Count >= 4, "The study must have an identity worth searching for.");

        await Dcmtk.StoreAsync(node.Port, files, token);
        await orthanc.WaitForInstancesAsync(Instances, TimeSpan.FromMinutes(2), node.ReadLog, token);
        // Something goes wrong too: an error path may say more than the good one.
        var damaged = folder["damaged.dcm"];
        await File.WriteAllBytesAsync(damaged, (await File.ReadAllBytesAsync(files[0], token))[..3000], token);
        await Dcmtk.StoreAsync(node.Port, [damaged], token);
        var metrics = await node.GetAsync("/metrics", token);
        Assert.Equal(0, await node.StopAsync(token));

        Assert.Contains("defacer_dicom_instances", metrics, StringComparison.Ordinal);
        foreach (var path in new[] { "/v1/metrics", "/v1/traces", "/v1/logs" })
        {
            Assert.Contains(collector.Received, r => r.Path == path && r.Body.Length > 0);
        }

        AssertNothingOf(identity, metrics, "the metrics page");
        AssertNothingOf(identity, node.ReadLog(), "the log");
        foreach (var (path, body) in collector.Received)
        {
            AssertNothingOf(identity, Encoding.Latin1.GetString(body), path);
        }
    }

    // Every value of the patient and study level, every UID, and the parts of the name.
    private static HashSet<string> IdentityOf(IReadOnlyList<string> files)
    {
        var identity = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        DicomTag[] tags =
        [
            DicomTag.PatientName, DicomTag.PatientID, DicomTag.PatientBirthDate, DicomTag.AccessionNumber, DicomTag.StudyID,
            DicomTag.StudyDate, DicomTag.StudyInstanceUID, DicomTag.SeriesInstanceUID, DicomTag.SOPInstanceUID,
            DicomTag.FrameOfReferenceUID, DicomTag.ReferringPhysicianName, DicomTag.InstitutionName,
        ];
        foreach (var dataset in files.Select(f => DicomFile.Open(f).Dataset))
        {
            foreach (var value in tags.SelectMany(t => dataset.GetStrings(t)))
            {
                identity.UnionWith(value.Split('^', ' ').Append(value).Where(v => v.Length >= 4));
            }
        }

        return identity;
    }

    private static void AssertNothingOf(HashSet<string> identity, string text, string where)
    {
        var found = identity.Where(v => text.Contains(v, StringComparison.OrdinalIgnoreCase)).ToArray();
        Assert.True(found.Length == 0, $"{where} holds {found.Length} values of the study, such as one of {found.FirstOrDefault()?.Length} characters: {found.FirstOrDefault()}.");
    }
}
