using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Node;

/// <summary>Odd and hostile files by C-STORE: stored, refused with a status, or parked with a cause; the node lives on.</summary>
public sealed class FixtureTests
{
    private const long MemoryLimitBytes = 1500L << 20;

    [Theory]
    [InlineData("charset")]
    [InlineData("objects")]
    [InlineData("odd")]
    [InlineData("private")]
    [InlineData("syntax")]
    [InlineData("hostile")]
    public async Task Serve_FixturesByCStore_NodeStaysUpAndAccountsForEach(string group)
    {
        var token = TestContext.Current.CancellationToken;
        var source = SharedData.Require("fixtures", group);
        using var folder = new TemporaryFolder();
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], token);
        await using var node = await NodeProcess.StartAsync(
            folder["node"], new NodeSettings { Destinations = [("research-pacs", OrthancPeer.AeTitle, orthanc.DicomPort)], KeepOriginals = "always" }, token);
        var accepted = 0;
        var instances = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(source, "*.dcm", SearchOption.AllDirectories))
        {
            // A file that DCMTK itself cannot read is not sent; that is the sender's answer, not ours.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
            limit.CancelAfter(TimeSpan.FromSeconds(30));
            var sent = await Dcmtk.StoreAsync(node.Port, [file], limit.Token, "-R", "-xs");
            accepted += sent.StoreSuccesses;
            if (sent.StoreSuccesses > 0 && InstanceOf(file) is { } instance)
            {
                instances.Add(instance);
            }
        }

        await node.WaitForQuietAsync(TimeSpan.FromMinutes(3), token);
        Assert.False(node.HasExited, node.ReadLog());
        Assert.InRange(node.PeakMemoryBytes, 1, MemoryLimitBytes);
        Assert.NotEmpty(await node.GetAsync("/health/live", token));
        Assert.All(node.Reports().Where(r => (string?)r["state"] == "parked"), r =>
        {
            Assert.False(string.IsNullOrEmpty((string?)r["parked"]?["cause"]));
            Assert.NotEqual("Unknown", (string?)r["parked"]?["cause"]);
            Assert.NotEqual("InternalError", (string?)r["parked"]?["cause"]);
        });
        Assert.True(accepted > 0, "Nothing was accepted at all.");
        // The same content twice is kept once; everything else that was acknowledged is still on disk.
        var kept = Directory.EnumerateFiles(node.Spool, "*.dcm", SearchOption.AllDirectories)
            .Count(f => Path.GetFileName(Path.GetDirectoryName(f)) is "original" or "incoming");
        Assert.InRange(kept, instances.Count, accepted);
    }

    // Null where nobody can tell; such a file only counts among the acknowledged.
    private static string? InstanceOf(string file)
    {
        try
        {
            return DicomFile.Open(file).Dataset.GetString(DicomTag.SOPInstanceUID);
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }
}
