using System.Diagnostics;
using Defacer.Configuration;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Forward;
using Defacer.Imaging;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Peers;
using Defacer.Spool;
using Defacer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Defacer.Tests.Forward;

public sealed class ForwardTests : IAsyncDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private readonly SpoolStore _spool;
    private readonly SqliteLedger _ledger;
    private readonly NodeMetrics _metrics = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    public ForwardTests()
    {
        _spool = SpoolStore.Open(
            _folder.Path, new SpoolOptions { MinFreeSpace = new ByteSize(0) }, new Defacer.Spool.SystemDisk(),
                TimeProvider.System, NullLogger<SpoolStore>.Instance);
        _ledger = SqliteLedger.Open(_spool.Folders.Ledger, TimeProvider.System).Ledger;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ContinueWith(_ => { }, TaskScheduler.Default);
        await _ledger.DisposeAsync();
        await _spool.DisposeAsync();
        _metrics.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Send_HealthyDestination_GetsEachInstanceOnceOnOneAssociation()
    {
        await using var scp = await new ScriptedScp().StartAsync();
        await AddJobAsync("job", 20, "pacs");
        Start("pacs", scp.Port);

        await SettledAsync("job", JobState.Done);

        Assert.Equal(20, scp.Kept.Count);
        Assert.All(scp.Kept.Values, times => Assert.Equal(1, times));
        Assert.Equal(1, scp.Associations);
        Assert.All(await _ledger.DeliveriesAsync("job", s_ct),
            d => Assert.Equal((DeliveryState.Delivered, 0), (d.State, d.Status)));
    }

    [Fact]
    public async Task Send_DestinationIsDownAtFirst_EverythingArrivesWhenItIsBack()
    {
        var scp = await new ScriptedScp().StartAsync();
        var port = scp.Port;
        await scp.StopAsync();
        await AddJobAsync("job", 5, "pacs");
        var queue = Start("pacs", port);
        await UntilAsync(() => Task.FromResult(queue.Trouble is not null));
        Assert.Contains("nothing listens there", queue.Trouble, StringComparison.Ordinal);

        await scp.StartAsync(port);
        await SettledAsync("job", JobState.Done);
        await scp.DisposeAsync();

        Assert.Equal(5, scp.Kept.Count);
        Assert.Null(queue.Trouble);
    }

    [Fact]
    public async Task Send_AssociationRejected_EverythingArrivesWhenItIsAccepted()
    {
        await using var scp =
            await new ScriptedScp { Rejection = AssociationRejection.CallingAeTitleNotRecognized }.StartAsync();
        await AddJobAsync("job", 3, "pacs");
        var queue = Start("pacs", scp.Port);
        await UntilAsync(() => Task.FromResult(queue.Trouble is not null));
        Assert.Contains("1/1/3", queue.Trouble, StringComparison.Ordinal);

        scp.Rejection = null;
        await SettledAsync("job", JobState.Done);

        Assert.Equal(3, scp.Kept.Count);
    }

    [Fact]
    public async Task Send_AbortedMidAssociation_GoesOnWithoutTwins()
    {
        await using var scp = await new ScriptedScp { Breaks = n => n is 4 or 9 }.StartAsync();
        await AddJobAsync("job", 12, "pacs");
        Start("pacs", scp.Port);

        await SettledAsync("job", JobState.Done);

        Assert.Equal(12, scp.Kept.Count);
        Assert.All(scp.Kept.Values, times => Assert.Equal(1, times));
        Assert.Equal(3, scp.Associations);
    }

    [Fact]
    public async Task Send_OutOfResources_WaitsAndEverythingArrives()
    {
        await using var scp = await new ScriptedScp
        {
            Answer = (n, _) => n is > 2 and < 6 ? DicomStatus.OutOfResources : DicomStatus.Success,
        }.StartAsync();
        await AddJobAsync("job", 8, "pacs");
        Start("pacs", scp.Port);

        await SettledAsync("job", JobState.Done);

        Assert.Equal(8, scp.Kept.Count);
        Assert.All(scp.Kept.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task Send_OneInstanceRefusedForGood_OthersArriveAndTheJobIsParkedWithTheStatus()
    {
        await using var scp = await new ScriptedScp
        {
            Answer = (_, uid) => uid.EndsWith(".3", StringComparison.Ordinal) ? DicomStatus.DataSetDoesNotMatchSOPClass
                : DicomStatus.Success,
        }.StartAsync();
        await AddJobAsync("job", 5, "pacs");
        Start("pacs", scp.Port);

        var job = await SettledAsync("job", JobState.Parked);

        Assert.Equal(ParkCause.Destination, job.Parked?.Cause);
        Assert.Contains("A900H", job.Parked!.Detail, StringComparison.Ordinal);
        Assert.Equal(4, scp.Kept.Count);
        Assert.Equal(5, scp.Attempts);
    }

    [Fact]
    public async Task Send_ProcessingFailures_AreTriedSomeTimesAndThenHeld()
    {
        await using var scp = await new ScriptedScp { Answer = (_, _) => DicomStatus.ProcessingFailure }.StartAsync();
        await AddJobAsync("job", 1, "pacs");
        Start("pacs", scp.Port);

        var job = await SettledAsync("job", JobState.Parked);

        Assert.Equal(AnswerRules.MaxAttempts, scp.Attempts);
        Assert.Contains("0110H", job.Parked!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_OneDestinationIsDown_TheOtherGetsEverythingMeanwhile()
    {
        await using var scp = await new ScriptedScp().StartAsync();
        await AddJobAsync("job", 6, "up", "down");
        Start("up", scp.Port);
        Start("down", 9);

        await UntilAsync(async () =>
            (await _ledger.DeliveriesAsync("job", s_ct)).Count(d => d.State == DeliveryState.Delivered) == 6);

        Assert.Equal(JobState.Forwarding, (await _ledger.FindJobAsync("job", s_ct))!.State);
        Assert.Equal(6, scp.Kept.Count);
    }

    [Fact]
    public async Task Send_ParallelAssociations_ShareTheWorkWithoutTwins()
    {
        await using var scp = await new ScriptedScp().StartAsync();
        await AddJobAsync("job", 350, "pacs");
        Start("pacs", scp.Port, associations: 3);

        await SettledAsync("job", JobState.Done);

        Assert.Equal(350, scp.Kept.Count);
        Assert.All(scp.Kept.Values, times => Assert.Equal(1, times));
        Assert.True(scp.Associations >= 3, $"{scp.Associations} associations");
    }

    [Fact]
    public async Task Send_OutputIsMissingOrChanged_IsHeldAndTheRestArrives()
    {
        await using var scp = await new ScriptedScp().StartAsync();
        await AddJobAsync("job", 4, "pacs");
        var outputs = Directory.GetFiles(_spool.Folders.Outputs("job"));
        File.Delete(outputs[0]);
        await File.AppendAllTextAsync(outputs[1], "changed after it was verified");
        Start("pacs", scp.Port);

        await SettledAsync("job", JobState.Parked);

        Assert.Equal(2, scp.Kept.Count);
    }

    [Fact]
    public async Task Sweep_DoneJob_LosesItsFilesByPolicyAndKeepsItsReport()
    {
        await using var scp = await new ScriptedScp().StartAsync();
        await AddJobAsync("job", 2, "pacs");
        File.WriteAllText(_spool.Folders.Report("job"), "{}");
        Directory.CreateDirectory(_spool.Folders.Originals("job"));
        var keep = new Retention(
            _spool, _ledger, KeepOriginals.Always, TimeProvider.System, NullLogger<Retention>.Instance);
        var remove = new Retention(
            _spool, _ledger, KeepOriginals.None, TimeProvider.System, NullLogger<Retention>.Instance);
        await remove.SweepAsync(s_ct);
        Assert.True(Directory.Exists(_spool.Folders.Outputs("job")), "not done yet");
        Start("pacs", scp.Port);
        await SettledAsync("job", JobState.Done);
        await keep.SweepAsync(s_ct);
        Assert.True(Directory.Exists(_spool.Folders.Outputs("job")), "kept always");

        await remove.SweepAsync(s_ct);

        Assert.False(Directory.Exists(_spool.Folders.Outputs("job")));
        Assert.False(Directory.Exists(_spool.Folders.Originals("job")));
        Assert.True(File.Exists(_spool.Folders.Report("job")));
        Assert.True((await _ledger.FindJobAsync("job", s_ct))!.IsCleaned);
    }

    [Fact]
    public async Task Sweep_RejectedJobThatWasPromised_KeepsItsOriginals()
    {
        await AddJobOfAsync("promised", "1", 1, "pacs");
        await AddJobOfAsync("other", "2", 1, "pacs");
        Assert.Equal(["1"], await _ledger.PromiseAsync(["1"], s_ct));
        foreach (var job in new[] { "promised", "other" })
        {
            Directory.CreateDirectory(_spool.Folders.Originals(job));
            Assert.True(await _ledger.DecideAsync(job, JobDecision.Reject, s_ct));
        }

        await new Retention(_spool, _ledger, KeepOriginals.None, TimeProvider.System, NullLogger<Retention>.Instance)
            .SweepAsync(s_ct);

        Assert.True(Directory.Exists(_spool.Folders.Originals("promised")));
        Assert.False(Directory.Exists(_spool.Folders.Originals("other")));
    }

    [Theory]
    [InlineData(0x0000, AnswerClass.Delivered)]
    [InlineData(0xB000, AnswerClass.Delivered)]
    [InlineData(0xB006, AnswerClass.Delivered)]
    [InlineData(0x0107, AnswerClass.Delivered)]
    [InlineData(0x0111, AnswerClass.Delivered)]
    [InlineData(0xA700, AnswerClass.Busy)]
    [InlineData(0xA7FF, AnswerClass.Busy)]
    [InlineData(0xA900, AnswerClass.Refused)]
    [InlineData(0xC000, AnswerClass.Refused)]
    [InlineData(0xC123, AnswerClass.Refused)]
    [InlineData(0x0117, AnswerClass.Refused)]
    [InlineData(0x0122, AnswerClass.Refused)]
    [InlineData(0x0124, AnswerClass.Refused)]
    [InlineData(0x0110, AnswerClass.TryAgain)]
    [InlineData(0x7777, AnswerClass.TryAgain)]
    public void Classify_Status_IsTakenAsTheStandardSays(int status, AnswerClass expected) =>
        Assert.Equal(expected, AnswerRules.Classify((ushort)status));

    private DestinationQueue Start(string name, int port, int associations = 1)
    {
        var options = new DestinationOptions
        {
            Host = "127.0.0.1",
            Port = port,
            AeTitle = "PACS",
            Associations = associations,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            RetryDelay = TimeSpan.FromMilliseconds(50),
            MaxRetryDelay = TimeSpan.FromMilliseconds(400),
        };
        var queue = new DestinationQueue(
            name, options, Destinations.Create(options, "DEFACER", new PeerSecurity(_folder.Path, TimeProvider.System),
                TimeProvider.System), _ledger, _spool, _metrics,
                TimeProvider.System, NullLogger.Instance);
        _running.Add(queue.RunAsync(_stop.Token, _stop.Token));
        return queue;
    }

    private Task AddJobAsync(string job, int count, params string[] destinations) =>
        AddJobOfAsync(job, "1", count, destinations);

    // The received instance has this UID.
    private async Task AddJobOfAsync(string job, string sop, int count, params string[] destinations)
    {
        var instance = new Instance
        {
            ArrivalId = "a",
            SOPInstanceUID = sop,
            SeriesInstanceUID = "s",
            ContentHash = "h",
            Bytes = 1,
            ArrivedAt = DateTimeOffset.UnixEpoch,
        };
        await _ledger.TakeInAsync([new Intake(job, "route", instance)], s_ct);
        await _ledger.MarkReadyAsync(job, 1, "test", s_ct);
        await _ledger.LeaseJobAsync("w", s_deadline, s_ct);
        var folder = Directory.CreateDirectory(_spool.Folders.Outputs(job)).FullName;
        var outputs = new List<JobOutput>();
        for (var i = 0; i < count; i++)
        {
            var uid = $"1.9.{i}";
            var dataset = new DicomDataset();
            dataset.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, TestInstances.MrImageStorage);
            dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, uid);
            var path = Path.Combine(folder, uid + ".dcm");
            new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian), dataset).Save(path);
            outputs.Add(new JobOutput(uid, ContentHash.OfFile(path)));
        }

        var completion = new JobCompletion(job, "w", 1, ["a"], outputs, destinations, false, "ok");
        Assert.True(await _ledger.CompleteJobAsync(completion, s_ct));
    }

    private async Task<Job> SettledAsync(string job, JobState expected)
    {
        await UntilAsync(async () => (await _ledger.FindJobAsync(job, s_ct))!.State != JobState.Forwarding);
        var settled = (await _ledger.FindJobAsync(job, s_ct))!;
        Assert.Equal(expected, settled.State);
        return settled;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_deadline, "The condition did not come about in time.");
            await Task.Delay(20);
        }
    }
}
