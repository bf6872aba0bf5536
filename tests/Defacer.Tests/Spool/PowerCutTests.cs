using Defacer.Assemble;
using Defacer.Configuration;
using Defacer.Hosting;
using Defacer.Ledger;
using Defacer.Spool;
using Defacer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Defacer.Tests.Spool;

/// <summary>The law of the spool: cut the power at any step, and what was acknowledged is there, whole, once.</summary>
public class PowerCutTests
{
    private const int Instances = 3;
    private static readonly CancellationToken s_ct = CancellationToken.None;

    [Fact]
    public async Task Receive_PowerCutAtEveryStep_LosesNothingAcknowledged()
    {
        var steps = await RunAsync(int.MaxValue);
        Assert.True(steps > 20, $"{steps} steps");
        for (var cut = 1; cut <= steps; cut++)
        {
            await RunAsync(cut);
        }
    }

    private static async Task<int> RunAsync(int cutAt)
    {
        using var folder = new TemporaryFolder();
        var disk = new PowerCutDisk();
        var acknowledged = new List<string>();
        await using (var spool = Open(folder.Path, disk))
        {
            disk.CutAt = cutAt == int.MaxValue ? cutAt : disk.Steps + cutAt;
            await using var ledger = SqliteLedger.Open(folder["before.db"], TimeProvider.System).Ledger;
            for (var i = 0; i < Instances; i++)
            {
                if (TestInstances.Receive(spool, Data(i), $"1.2.{i}") == StoreOutcome.Stored)
                {
                    acknowledged.Add($"1.2.{i}");
                }

                await TakeInAsync(spool, ledger);
            }
        }

        var steps = disk.Steps;
        foreach (var latestNames in new[] { false, true })
        {
            using var after = new TemporaryFolder();
            disk.Restore(folder.Path, after.Path, latestNames);
            File.Copy(folder["spool.key"], after["spool.key"], overwrite: true);
            await CheckAsync(after.Path, acknowledged, cutAt);
        }

        return steps;
    }

    // The worst case: the ledger is gone too, and has to be made from the files.
    private static async Task CheckAsync(string root, List<string> acknowledged, int cutAt)
    {
        await using var spool = Open(root, new SystemDisk());
        await using var ledger = SqliteLedger.Open(spool.Folders.Ledger, TimeProvider.System).Ledger;
        await new SpoolRecovery(spool, ledger, [], NullLogger<SpoolRecovery>.Instance).RunAsync(s_ct);
        Assert.True(await TakeInAsync(spool, ledger), $"cut at {cutAt}: recovery failed");

        var found = new List<string>();
        foreach (var job in await ledger.JobsAsync(null, s_ct))
        {
            foreach (var instance in await ledger.InstancesAsync(job.Id, s_ct))
            {
                var bytes = await File.ReadAllBytesAsync(spool.Folders.Original(job.Id, instance.ArrivalId));
                var data = Data(int.Parse(instance.SOPInstanceUID.Split('.')[^1],
                    System.Globalization.CultureInfo.InvariantCulture));
                Assert.Equal(data, bytes[^data.Length..]);
                found.Add(instance.SOPInstanceUID);
            }
        }

        Assert.Equal(found.Distinct().Count(), found.Count);
        Assert.True(acknowledged.TrueForAll(found.Contains),
            $"cut at {cutAt}: {acknowledged.Count} acknowledged, {found.Count} found");
        Assert.Empty(Directory.GetFiles(spool.Folders.Incoming));
        Assert.Empty(Directory.GetFiles(spool.Folders.Slots));
    }

    private static async Task<bool> TakeInAsync(SpoolStore spool, SqliteLedger ledger)
    {
        var routes = new RouteTable(new DefacerOptions { Routes = [new RouteOptions { Name = "r" }] });
        var clock = new StudyClock(spool, ledger, routes, TimeProvider.System, NullLogger<StudyClock>.Instance);
        var intake = new StudyIntake(
            spool, ledger, routes, clock, TimeProvider.System, NullLogger<StudyIntake>.Instance);
        var batch = new List<Arrival>();
        while (spool.Arrivals.TryRead(out var arrival))
        {
            batch.Add(arrival);
        }

        try
        {
            await intake.TakeInAsync(batch, s_ct);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static byte[] Data(int i) =>
        TestInstances.Encode($"1.2.{i}", "1.2", "1.2.9", pixelBytes: 100 + (2 * i), pixel: (byte)i);

    private static SpoolStore Open(string path, IDisk disk) => SpoolStore.Open(
        path, new SpoolOptions { MinFreeSpace = new ByteSize(0) }, disk, TimeProvider.System,
            NullLogger<SpoolStore>.Instance);
}
