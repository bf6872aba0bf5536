using System.Diagnostics;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Node;

/// <summary>kill -9 in the middle: every acknowledged instance is at the destination in the end, once.</summary>
public sealed class CrashTests
{
    private const int Instances = 500;

    [Theory]
    [InlineData(120)]
    [InlineData(377)]
    public async Task Receive_KilledInTheMiddle_EveryAcknowledgedInstanceArrivesOnce(int killAfter)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], token);
        await using var node = await NodeProcess.StartAsync(folder["node"], Settings(orthanc), token);
        var files = HeadStudy.Write(folder["phantom"], Instances);

        var sending = Dcmtk.StoreAsync(node.Port, files, token);
        await WaitForReceivedAsync(node, killAfter, token);
        await node.KillAsync();
        var sent = await sending;
        var acknowledged = sent.StoreSuccesses;
        Assert.InRange(acknowledged, 1, Instances - 1);

        await node.StartAgainAsync(token);
        // The sender keeps only what was not acknowledged, and sends that.
        var rest = await Dcmtk.StoreAsync(node.Port, files.Skip(acknowledged).ToArray(), token);
        Assert.Equal(Instances - acknowledged, rest.StoreSuccesses);

        await AssertAllOnceAsync(orthanc, node, token);
    }

    [Fact]
    public async Task Forward_KilledInTheMiddle_EveryInstanceArrivesOnce()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], token);
        await using var node = await NodeProcess.StartAsync(folder["node"], Settings(orthanc), token);
        var files = HeadStudy.Write(folder["phantom"], Instances);
        var sent = await Dcmtk.StoreAsync(node.Port, files, token);
        Assert.Equal(Instances, sent.StoreSuccesses);

        for (var kills = 1; kills <= 2; kills++)
        {
            await orthanc.WaitForInstancesAsync(kills * 100, TimeSpan.FromMinutes(3), node.ReadLog, token);
            await node.KillAsync();
            Assert.True((await orthanc.ListAsync("instances", token)).Count < Instances, "The node was killed after it had finished.");
            await node.StartAgainAsync(token);
        }

        await AssertAllOnceAsync(orthanc, node, token);
    }

    private static NodeSettings Settings(OrthancPeer orthanc) =>
        new() { Destinations = [("research-pacs", OrthancPeer.AeTitle, orthanc.DicomPort)], StableAge = TimeSpan.FromSeconds(4) };

    private static async Task WaitForReceivedAsync(NodeProcess node, int count, CancellationToken token)
    {
        var clock = Stopwatch.StartNew();
        while (Directory.EnumerateFiles(node.Spool, "*.dcm", SearchOption.AllDirectories).Count() < count)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"Less than {count} instances in the spool after a minute.");
            await Task.Delay(5, token);
        }
    }

    private static async Task AssertAllOnceAsync(OrthancPeer orthanc, NodeProcess node, CancellationToken token)
    {
        await orthanc.WaitForInstancesAsync(Instances, TimeSpan.FromMinutes(4), node.ReadLog, token);
        var stored = await orthanc.ListAsync("instances", token);
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instance in stored)
        {
            using var bytes = new MemoryStream(await orthanc.GetFileAsync(instance, token));
            numbers.Add(DicomFile.Open(bytes).Dataset.GetString(DicomTag.InstanceNumber)!);
        }

        Assert.Equal(Instances, stored.Count);
        Assert.Equal(Instances, numbers.Count);
        Assert.Single(await orthanc.ListAsync("studies", token));
        Assert.Single(await orthanc.ListAsync("series", token));
    }
}
