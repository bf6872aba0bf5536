using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Node;

/// <summary>Every real series through a running node into a real Orthanc: the outcome, the counts, the reason.</summary>
public sealed class SharedSeriesTests
{
    // What the README beside the series expects. "forwarded" is defaced and sent, "parked" is held with a cause.
    // A series without a head is parked by the default policy of the route.
    public static TheoryData<string, string, string> Series => new()
    {
        { "mr-t1-sag-adult-hfs", "forwarded", "" },
        { "mr-t1-sag-adult-hfdl", "forwarded", "" },
        { "mr-t1-sag-child-3y", "forwarded", "" },
        { "mr-t1-enhanced-multiframe", "forwarded", "" },
        { "mr-pd-ax-thick-partial-face", "forwarded", "" },
        { "mr-t1-ax-already-defaced", "either", "" },
        { "mr-dti-enhanced-4d", "either", "" },
        { "ct-head-neck-full-face", "forwarded", "" },
        { "ct-head-tilt-partial-face", "either", "" },
        { "ct-chest-thick", "parked", "NotAHead" },
        { "mr-fruit-tagged-refaced", "parked", "NotAHead" },
        { "mr-cylinder-jpegll-fragments", "parked", "NotAHead" },
        { "pet-wholebody-head", "either", "" },
    };

    [Theory]
    [MemberData(nameof(Series))]
    public async Task Serve_RealSeries_EndsAsItsReadmeSays(string name, string expected, string cause)
    {
        var source = Archive.Unpack("dicom", name + ".tar.xz");
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], token);
        await using var node = await NodeProcess.StartAsync(
            folder["node"], new NodeSettings { Destinations = [("research-pacs", OrthancPeer.AeTitle, orthanc.DicomPort)] }, token);
        var files = Directory.GetFiles(source, "*", SearchOption.AllDirectories);

        var sent = await Dcmtk.StoreFolderAsync(node.Port, source, token, "-xs");

        Assert.Equal(0, sent.ExitCode);
        Assert.Equal(files.Length, sent.StoreSuccesses);
        var report = await node.WaitForOutcomeAsync(TimeSpan.FromMinutes(4), token);
        var state = (string)report["state"]!;
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToJsonString());
        Assert.Equal(files.Length, (int)report["instancesIn"]!);
        var forwarded = state == "done";
        if (expected != "either")
        {
            Assert.Equal(expected, forwarded ? "forwarded" : "parked");
        }

        if (!forwarded)
        {
            Assert.Equal("parked", state);
            Assert.False(string.IsNullOrEmpty((string?)report["parked"]?["cause"]), "Parked work has a cause.");
            Assert.False(string.IsNullOrEmpty((string?)report["parked"]?["remedy"]), "Parked work has a remedy.");
            if (cause.Length > 0)
            {
                Assert.Equal(cause, (string?)report["parked"]?["cause"]);
            }

            Assert.Empty(await orthanc.ListAsync("instances", token));
            return;
        }

        await orthanc.WaitForInstancesAsync(files.Length, TimeSpan.FromSeconds(60), node.ReadLog, token);
        Assert.Equal(files.Length, (await orthanc.ListAsync("instances", token)).Count);
        Assert.Single(await orthanc.ListAsync("studies", token));
        Assert.Single(await orthanc.ListAsync("series", token));
        await AssertOutputsAsync(orthanc, files, folder, token);
    }

    private static async Task AssertOutputsAsync(OrthancPeer orthanc, string[] files, TemporaryFolder folder, CancellationToken token)
    {
        var originals = files.ToDictionary(f => KeyOf(DicomFile.Open(f).Dataset), StringComparer.Ordinal);
        foreach (var (instance, index) in (await orthanc.ListAsync("instances", token)).Select((i, n) => (i, n)))
        {
            var path = folder[$"{instance}.dcm"];
            await File.WriteAllBytesAsync(path, await orthanc.GetFileAsync(instance, token), token);
            var output = DicomFile.Open(path);
            Assert.Equal("YES", output.Dataset.GetString(DicomTag.PatientIdentityRemoved));
            Assert.True(originals.TryGetValue(KeyOf(output.Dataset), out var original), "Each output belongs to one original.");
            if (index % 16 == 0)
            {
                await DciodvfyAssert.NoNewErrorAsync(original!, path, token);
            }
        }
    }

    // Instance number and position survive de-identification and tell the instances of a series apart.
    private static string KeyOf(DicomDataset dataset) =>
        $"{dataset.GetString(DicomTag.InstanceNumber)}|{string.Join(',', dataset.GetStrings(DicomTag.ImagePositionPatient))}";
}
