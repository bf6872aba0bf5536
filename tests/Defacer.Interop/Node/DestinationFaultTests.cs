using System.Diagnostics;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Node;

/// <summary>A destination that fails for a while gets everything once it works again; the other destination does not wait for it.</summary>
public sealed class DestinationFaultTests
{
    private const int Instances = 40;

    [Fact]
    public async Task Forward_DestinationDownForAMinute_EverythingArrivesWhenItIsBack()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var healthy = await OrthancPeer.StartAsync(folder["healthy"], token);
        await using var node = await NodeProcess.StartAsync(folder["node"], new NodeSettings
        {
            Destinations = [("slow", "STORESCP", port), ("healthy", OrthancPeer.AeTitle, healthy.DicomPort)],
        }, token);
        var clock = Stopwatch.StartNew();
        await SendPhantomAsync(node, folder, token);

        // One bad peer blocks nobody: the other one has everything while the first is still down.
        await healthy.WaitForInstancesAsync(Instances, TimeSpan.FromSeconds(50), node.ReadLog, token);
        var rest = TimeSpan.FromSeconds(60) - clock.Elapsed;
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, token);
        }

        await using var back = StorescpPeer.Start(port, folder["received"]);
        await back.WaitForFilesAsync(Instances, TimeSpan.FromMinutes(3), node.ReadLog, token);
        Assert.Equal(Instances, back.Files.Count);
    }

    [Theory]
    [InlineData("--refuse")]
    [InlineData("--abort-after")]
    [InlineData("--abort-during")]
    public async Task Forward_DestinationMisbehaves_EverythingArrivesWhenItIsWell(string fault)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var bad = StorescpPeer.Start(port, folder["bad"], fault);
        await using var node = await NodeProcess.StartAsync(
            folder["node"], new NodeSettings { Destinations = [("research-pacs", "STORESCP", port)] }, token);
        await SendPhantomAsync(node, folder, token);
        await bad.WaitForConnectionsAsync(2, TimeSpan.FromSeconds(90), node.ReadLog, token);
        await bad.StopAsync();

        await using var well = await OrthancPeer.StartAsync(folder["well"], token, port);
        await well.WaitForInstancesAsync(Instances, TimeSpan.FromMinutes(3), node.ReadLog, token);
        Assert.Equal(Instances, (await well.ListAsync("instances", token)).Count);
    }

    [Fact]
    public async Task Forward_DestinationAnswersA700_EverythingArrivesWhenItHasRoom()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        // A receiver whose folder is gone cannot write, and DCMTK says so with A700H.
        await using var full = StorescpPeer.Start(port, folder["full"]);
        await FreePort.WaitUntilOpenAsync(port, TimeSpan.FromSeconds(20), token);
        Directory.Delete(folder["full"], recursive: true);
        await using var node = await NodeProcess.StartAsync(
            folder["node"], new NodeSettings { Destinations = [("research-pacs", "STORESCP", port)] }, token);
        await SendPhantomAsync(node, folder, token);
        await full.WaitForConnectionsAsync(2, TimeSpan.FromSeconds(90), node.ReadLog, token);

        Directory.CreateDirectory(folder["full"]);
        await full.WaitForFilesAsync(Instances, TimeSpan.FromMinutes(3), node.ReadLog, token);
        Assert.Equal(Instances, full.Files.Count);
    }

    private static async Task SendPhantomAsync(NodeProcess node, TemporaryFolder folder, CancellationToken token)
    {
        var files = HeadStudy.Write(folder["phantom"], Instances);
        var sent = await Dcmtk.StoreAsync(node.Port, files, token);
        Assert.Equal(Instances, sent.StoreSuccesses);
    }
}
