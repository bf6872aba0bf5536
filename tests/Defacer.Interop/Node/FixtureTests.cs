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
            folder["node"], new NodeSettings { Destinations = [("research-pacs", OrthancPeer.AeTitle, orthanc.DicomPort)] }, token);
        var accepted = 0;
        foreach (var file in Directory.GetFiles(source, "*.dcm", SearchOption.AllDirectories))
        {
            // A file that DCMTK itself cannot read is not sent; that is the sender's answer, not ours.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
            limit.CancelAfter(TimeSpan.FromSeconds(30));
            var sent = await Dcmtk.StoreAsync(node.Port, [file], limit.Token, "-R", "-xs");
            accepted += sent.StoreSuccesses;
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
        Assert.Equal(accepted, node.Reports().Sum(r => (int)r["instancesIn"]!));
    }
}
