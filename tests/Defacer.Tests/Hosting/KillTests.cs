using Defacer.Ledger;
using Defacer.Testing;
using Defacer.Tests.Forward;
using Xunit;

namespace Defacer.Tests.Hosting;

/// <summary>The node dies in the middle; what it acknowledged arrives, once.</summary>
public sealed class KillTests : IDisposable
{
    private const int Instances = 500;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Kill_WhileReceiving_EveryAcknowledgedInstanceArrivesOnce()
    {
        await using var pacs = await new ScriptedScp().StartAsync();
        using var node = new NodeProcess(_folder.Path, pacs.Port, "00:00:04");
        node.Start();

        await node.SendUntilAcknowledgedAsync(NodeTests.Slices("1.2.9", "1.2.9.1", Instances), acknowledged =>
        {
            if (acknowledged is 120 or 121 or 333)
            {
                node.Kill();
                node.Start();
            }
        });
        await DoneAsync(node);

        Assert.Equal(Instances, pacs.Kept.Count);
        Assert.All(pacs.Kept.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task Kill_WhileForwarding_EveryInstanceArrivesAndOnlyAnswersInFlightAreRepeated()
    {
        const int Kills = 2;
        using var third = new SemaphoreSlim(0);
        await using var pacs = await new ScriptedScp().StartAsync();
        using var node = new NodeProcess(_folder.Path, pacs.Port, "00:00:01");
        pacs.Answer = (n, _) =>
        {
            if (n is 100 or 300)
            {
                third.Release();
            }

            return Dicom.Network.Dimse.DicomStatus.Success;
        };
        node.Start();
        await node.SendUntilAcknowledgedAsync(NodeTests.Slices("1.2.9", "1.2.9.1", Instances), _ => { });
        for (var i = 0; i < Kills; i++)
        {
            Assert.True(await third.WaitAsync(TimeSpan.FromSeconds(120)), node.Output);
            node.Kill();
            node.Start();
        }

        await DoneAsync(node);

        Assert.Equal(Instances, pacs.Kept.Count);
        Assert.InRange(pacs.Kept.Values.Sum(), Instances, Instances + Kills);
    }

    [Fact]
    public async Task Terminate_WhileReceiving_ExitsInOrderAndKeepsWhatWasAcknowledged()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are those of Unix.");
        await using var pacs = await new ScriptedScp().StartAsync();
        using var node = new NodeProcess(_folder.Path, pacs.Port, "00:00:04");
        node.Start();
        Task<int>? ending = null;
        var acknowledgedBefore = 0;

        await node.SendUntilAcknowledgedAsync(NodeTests.Slices("1.2.9", "1.2.9.1", 200), acknowledged =>
        {
            if (acknowledged == 50)
            {
                ending = Task.Run(async () =>
                {
                    var code = await node.TerminateAsync();

                    // Those of the last moment are not in their study yet; slots without an instance are gone.
                    acknowledgedBefore = Directory.GetFiles(_folder["spool"], "*", SearchOption.AllDirectories)
                        .Count(p => Path.GetExtension(p) is ".dcm" or ".slot");
                    node.Start();
                    return code;
                });
            }
        });

        Assert.Equal(0, await ending!);
        Assert.True(acknowledgedBefore >= 50, $"{acknowledgedBefore} files");
        Assert.Contains("The node has stopped", node.Output, StringComparison.Ordinal);
        await DoneAsync(node);
        Assert.Equal(200, pacs.Kept.Count);
    }

    private static async Task DoneAsync(NodeProcess node)
    {
        IReadOnlyList<Job> jobs = [];
        try
        {
            await RunningNode.UntilAsync(
                async () => (jobs = await node.JobsAsync()) is [{ State: JobState.Done or JobState.Parked }]);
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.Message}\n{string.Join('\n', jobs)}\n{node.Output}");
        }

        Assert.True(jobs[0].State == JobState.Done, $"{jobs[0]}\n{node.Output}");
    }
}
