using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Imaging;
using Defacer.Imaging.Phantom;
using Defacer.Ledger;
using Defacer.Spool;
using Defacer.Testing;
using Defacer.Tests.Forward;
using Xunit;

namespace Defacer.Tests.Hosting;

/// <summary>From a sender's association to the destination's, with everything in between.</summary>
public sealed class WholePathTests : IDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Send_HeadWithAFace_ArrivesDefacedDeidentifiedAndCounted()
    {
        await using var pacs = await new ScriptedScp().StartAsync();
        await using var node = await StartAsync(
            pacs.Port, ("Routes:0:Render", "true"), ("Spool:KeepOriginals", "always"));
        var scan = PhantomOptions.WholeHead("MR", PhantomOrientation.Sagittal, 2, 2.5);
        var slices = PhantomSeries.Instances(PhantomHead.Create(scan, s_ct), new PhantomSeriesOptions { Scan = scan });

        await node.SendAsync([.. slices]);
        var job = Assert.Single(await node.SettledAsync());

        Assert.True(job.State == JobState.Done, $"{job.State} {job.Parked}");
        Assert.Equal(slices.Count, pacs.Kept.Count);
        Assert.Empty(pacs.Kept.Keys.Intersect(slices.Select(s => s.Dataset.GetString(DicomTag.SOPInstanceUID)!)));
        var report = await ReportAsync(job.Id, r => r.State == "done");
        var series = Assert.Single(report.Series);
        Assert.Equal(
            ("Defaced", slices.Count, slices.Count), (series.Outcome, series.InstancesIn, series.InstancesOut));
        Assert.NotEmpty(series.Gate);
        Assert.All(series.Gate, g => Assert.True(g.Passed, g.Name));
        Assert.Equal((slices.Count, slices.Count), (report.Verifier!.Files, report.Verifier.FilesPassed));
        Assert.Equal(slices.Count, Assert.Single(report.Destinations).Delivered);
        Assert.Single(Directory.GetFiles(new SpoolFolders(_folder["spool"]).Renders(job.Id), "*.png"));
    }

    [Fact]
    public async Task Send_LateInstance_ReopensAndOnlyWhatIsNewArrivesAgain()
    {
        await using var pacs = await new ScriptedScp().StartAsync();
        await using var node = await StartAsync(pacs.Port, ("Routes:0:NotAHead", "pass"));
        var first = NodeTests.Slices("1.2.9", "1.2.9.1", 80);
        var second = NodeTests.Slices("1.2.9", "1.2.9.2", 81);
        await node.SendAsync([.. first, .. second[..80]]);
        var job = Assert.Single(await node.SettledAsync());
        Assert.True(job.State == JobState.Done, $"{job.State} {job.Parked}");
        Assert.Equal(160, pacs.Kept.Count);
        await RunningNode.UntilAsync(async () => (await node.Ledger.FindJobAsync(job.Id, s_ct))!.IsCleaned);

        // Alone it is no volume in which a face could be found.
        await node.SendAsync(second[80..]);
        await RunningNode.UntilAsync(
            async () => (await node.Ledger.FindJobAsync(job.Id, s_ct)) is { State: JobState.Parked });
        Assert.Equal(ParkCause.OriginalsRemoved, (await node.Ledger.FindJobAsync(job.Id, s_ct))!.Parked!.Cause);
        Assert.Equal(160, pacs.Kept.Count);

        // The sender repeats the series with its late slice, as modalities do.
        await node.SendAsync(second);
        await RunningNode.UntilAsync(
            async () => (await node.Ledger.FindJobAsync(job.Id, s_ct)) is { State: JobState.Done, Revision: > 160 });

        Assert.Equal(161, pacs.Kept.Count);
        Assert.All(pacs.Kept.Values, times => Assert.Equal(1, times));
        Assert.Equal(2, (await node.Ledger.HistoryAsync(job.Id, s_ct)).Count(h => h.State == JobState.Done));
        var report = await ReportAsync(job.Id, r => r.InstancesIn == 161);
        Assert.Equal([80, 81], report.Series.Select(s => s.InstancesOut).Order());
    }

    [Fact]
    public async Task Approve_RouteAsksForIt_NothingLeavesBefore()
    {
        await using var pacs = await new ScriptedScp().StartAsync();
        await using var node = await StartAsync(
            pacs.Port, ("Routes:0:NotAHead", "pass"), ("Routes:0:Approval", "true"));
        await node.SendAsync(NodeTests.Slices("1.2.9", "1.2.9.1", 70));
        await RunningNode.UntilAsync(async () =>
            (await node.Ledger.JobsAsync(null, s_ct)) is [{ State: JobState.AwaitingApproval or JobState.Parked }]);
        var job = Assert.Single(await node.Ledger.JobsAsync(null, s_ct));
        Assert.True(job.State == JobState.AwaitingApproval, $"{job.Parked}");
        Assert.Equal(0, pacs.Attempts);

        Assert.True(await node.Ledger.DecideAsync(job.Id, JobDecision.Approve, s_ct));
        Assert.Equal(JobState.Done, Assert.Single(await node.SettledAsync()).State);
        Assert.Equal(70, pacs.Kept.Count);
    }

    [Fact]
    public async Task Release_StudyWithoutAHead_PassesDeidentifiedAndRejectRemoves()
    {
        await using var pacs = await new ScriptedScp().StartAsync();
        await using var node = await StartAsync(pacs.Port);
        await node.SendAsync(NodeTests.Slices("1.2.9", "1.2.9.1", 70));
        await node.SendAsync(NodeTests.Slices("1.2.10", "1.2.10.1", 70));
        var jobs = await node.SettledAsync(2);
        Assert.All(jobs, j => Assert.Equal(JobState.Parked, j.State));
        Assert.Equal(0, pacs.Attempts);

        Assert.True(await node.Ledger.DecideAsync(jobs[0].Id, JobDecision.Release, s_ct));
        Assert.True(await node.Ledger.DecideAsync(jobs[1].Id, JobDecision.Reject, s_ct));

        await RunningNode.UntilAsync(
            async () => (await node.Ledger.FindJobAsync(jobs[0].Id, s_ct))!.State == JobState.Done);
        Assert.Equal(70, pacs.Kept.Count);
        await RunningNode.UntilAsync(async () => (await node.Ledger.FindJobAsync(jobs[1].Id, s_ct))!.IsCleaned);
        Assert.Equal("rejected", (await ReportAsync(jobs[1].Id, r => r.State == "rejected")).State);
        await RunningNode.UntilAsync(() =>
            Task.FromResult(Directory.GetFiles(_folder["spool"], "*.dcm", SearchOption.AllDirectories).Length == 0));
    }

    [Fact]
    public async Task Start_DestinationLeftTheConfiguration_JobIsParkedNotForgotten()
    {
        await using (var node = await StartAsync(9, ("Routes:0:NotAHead", "pass")))
        {
            await node.SendAsync(NodeTests.Slices("1.2.9", "1.2.9.1", 70));
            await RunningNode.UntilAsync(
                async () => (await node.Ledger.JobsAsync(JobState.Forwarding, s_ct)).Count == 1);
        }

        await using var again = await RunningNode.StartAsync(_folder.Path);
        var job = Assert.Single(await again.SettledAsync());

        Assert.Equal(JobState.Parked, job.State);
        Assert.Contains("70 for pacs", job.Parked!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_EveryFixture_EndsStoredRefusedOrParkedAndTheNodeLives()
    {
        var root = SharedData.Require("fixtures");
        await using var node = await RunningNode.StartAsync(_folder.Path, ("Node:AcceptPrivateSopClasses", "true"));
        var (stored, refused, unsendable) = (0, 0, 0);
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order())
        {
            switch (await OfferAsync(node, path))
            {
                case true:
                    stored++;
                    break;
                case false:
                    refused++;
                    break;
                default:
                    unsendable++;
                    break;
            }
        }

        Assert.True(stored > 50, $"{stored} stored, {refused} refused, {unsendable} cannot be sent");
        await RunningNode.UntilAsync(
            async () => Directory.GetFiles(Path.Combine(_folder["spool"], "incoming")).Length == 0
            && (await node.Ledger.JobsAsync(null, s_ct)).All(j => j.State is JobState.Parked or JobState.Done));
        Assert.All(await node.Ledger.JobsAsync(JobState.Parked, s_ct), j => Assert.True(j.Parked!.Remedy.Length > 0));
        Assert.Empty(node.Node.Health!.WhyNotReady());
        Assert.DoesNotContain(node.Log.Lines,
            l => l.Contains("failed unexpectedly", StringComparison.Ordinal) || l.Contains(
            "InternalError", StringComparison.Ordinal));
        Assert.True(Environment.WorkingSet < 3L << 30,
            string.Create(CultureInfo.InvariantCulture, $"{Environment.WorkingSet} bytes"));
    }

    // True when stored, false when refused with a status or no context; null when no message can be made of the file.
    private static async Task<bool?> OfferAsync(RunningNode node, string path)
    {
        try
        {
            var meta = DicomFile.Open(path, new DicomReadOptions { StopBefore = new DicomTag(0x0008, 0x0000) });
            var kind = new ObjectKind(
                meta.FileMetaInfo.GetString(DicomTag.MediaStorageSOPClassUID) ?? string.Empty, meta.TransferSyntax.UID);
            await using var association = await DicomClient.ConnectAsync(
                new ClientOptions
                {
                    Host = "127.0.0.1",
                    Port = node.Node.Port!.Value,
                    CalledAeTitle = "DEFACER",
                    CallingAeTitle = "CT1"
                },
                ContextPlanner.Plan([kind])[0].Contexts, s_ct);
            var response = await association.StoreAsync(path, s_ct);
            await association.ReleaseAsync(s_ct);
            return response.Status.Code == 0;
        }
        catch (Exception e) when (e is DicomFormatException or ArgumentException)
        {
            return null;
        }
        catch (AssociationException e) when (e is AssociationAbortedException or AssociationRejectedException)
        {
            return false;
        }
    }

    private async Task<JobReport> ReportAsync(string jobId, Predicate<JobReport> condition)
    {
        JobReport? report = null;
        await RunningNode.UntilAsync(() =>
        {
            report = JobReport.Read(new SpoolFolders(_folder["spool"]).Report(jobId));
            return Task.FromResult(report is not null && condition(report));
        });
        return report!;
    }

    private Task<RunningNode> StartAsync(int port, params (string, string)[] settings) => RunningNode.StartAsync(
        _folder.Path,
        [
            ("Routes:0:Destinations:0", "pacs"), ("Destinations:pacs:Host", "127.0.0.1"), (
                "Destinations:pacs:Port", $"{port}"),
            ("Destinations:pacs:AeTitle", "PACS"), ("Destinations:pacs:RetryDelay", "00:00:00.200"), .. settings,
        ]);
}
