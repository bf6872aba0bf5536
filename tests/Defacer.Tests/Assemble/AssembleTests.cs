using Defacer.Assemble;
using Defacer.Configuration;
using Defacer.Imaging;
using Defacer.Ledger;
using Defacer.Spool;
using Defacer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Defacer.Tests.Assemble;

public sealed class AssembleTests : IAsyncDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(10);
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly SpoolStore _spool;
    private readonly SqliteLedger _ledger;
    private readonly RouteTable _routes;
    private readonly StudyClock _clock;
    private readonly StudyIntake _intake;

    public AssembleTests()
    {
        _spool = SpoolStore.Open(
            _folder.Path, new SpoolOptions { MinFreeSpace = new ByteSize(0) }, new Defacer.Spool.SystemDisk(), _time,
                NullLogger<SpoolStore>.Instance);
        _ledger = SqliteLedger.Open(_spool.Folders.Ledger, _time).Ledger;
        var routes = _routes = new RouteTable(
            new DefacerOptions
            {
                Routes =
                [
                    new RouteOptions { Name = "first", StableAge = s_quiet },
                    new RouteOptions { Name = "second", CalledAeTitle = "BOTH", StableAge = s_quiet },
                    new RouteOptions { Name = "third", CalledAeTitle = "BOTH", CallingAeTitles = ["CT1"],
                        StableAge = s_quiet },
                ],
            });
        _clock = new StudyClock(_spool, _ledger, routes, _time, NullLogger<StudyClock>.Instance);
        _intake = new StudyIntake(_spool, _ledger, routes, _clock, _time, NullLogger<StudyIntake>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        await _spool.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Sweep_AfterARestart_WaitsAnewBecauseNobodyCouldSend()
    {
        await ArriveAsync("1.1", "1.2", "1.2.1");
        _time.Advance(s_quiet * 10);
        var clock = new StudyClock(_spool, _ledger, _routes, _time, NullLogger<StudyClock>.Instance);

        await clock.SweepAsync(s_ct);
        Assert.Equal(JobState.Receiving, (await OnlyJobAsync()).State);

        _time.Advance(s_quiet);
        await clock.SweepAsync(s_ct);
        Assert.Equal(JobState.Ready, (await OnlyJobAsync()).State);
    }

    [Fact]
    public async Task Sweep_SlowSecondSeries_KeepsTheWholeStudyOpen()
    {
        // A series at once, then one instance of the second each 0.8 of the quiet time: never complete before the end.
        for (var i = 0; i < 4; i++)
        {
            await ArriveAsync($"1.1.{i}", "1.2", "1.2.1");
        }

        for (var i = 0; i < 4; i++)
        {
            _time.Advance(s_quiet * 0.8);
            await _clock.SweepAsync(s_ct);
            Assert.Equal(JobState.Receiving, (await OnlyJobAsync()).State);
            await ArriveAsync($"1.3.{i}", "1.2", "1.2.2");
        }

        _time.Advance(s_quiet * 0.99);
        await _clock.SweepAsync(s_ct);
        Assert.Equal(JobState.Receiving, (await OnlyJobAsync()).State);
        _time.Advance(s_quiet * 0.02);
        await _clock.SweepAsync(s_ct);
        Assert.Equal(JobState.Ready, (await OnlyJobAsync()).State);
    }

    [Fact]
    public async Task Sweep_AssociationOfTheSenderIsOpen_KeepsTheStudyOpen()
    {
        _spool.AssociationOpened("assoc");
        await ArriveAsync("1.1", "1.2", "1.2.1", "assoc");
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(s_quiet * 2);
            await _clock.SweepAsync(s_ct);
            Assert.Equal(JobState.Receiving, (await OnlyJobAsync()).State);
        }

        _spool.AssociationClosed("assoc");
        _time.Advance(s_quiet * 1.1);
        await _clock.SweepAsync(s_ct);
        Assert.Equal(JobState.Ready, (await OnlyJobAsync()).State);
    }

    [Fact]
    public async Task Sweep_AnotherStudysAssociationIsOpen_DoesNotMatter()
    {
        await ArriveAsync("1.1", "1.2", "1.2.1", "closed");
        _spool.AssociationOpened("other");

        _time.Advance(s_quiet * 1.1);
        await _clock.SweepAsync(s_ct);

        Assert.Equal(JobState.Ready, (await OnlyJobAsync()).State);
    }

    [Fact]
    public async Task Sweep_GivesTheTimeUntilTheNextStudyIsDue()
    {
        await ArriveAsync("1.1", "1.2", "1.2.1");
        _time.Advance(s_quiet - TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(2), await _clock.SweepAsync(s_ct));
    }

    [Fact]
    public async Task TakeIn_Instance_LiesInItsJobAndNoLongerInIncoming()
    {
        await ArriveAsync("1.1", "1.2", "1.2.1");

        var job = await OnlyJobAsync();
        Assert.Empty(Directory.GetFiles(_spool.Folders.Incoming));
        Assert.Single(Directory.GetFiles(_spool.Folders.Originals(job.Id)));
        Assert.True(File.Exists(_spool.Folders.Description(job.Id)));
        Assert.DoesNotContain("1.2", job.Id.Split('.'));
    }

    [Fact]
    public async Task TakeIn_TwoRoutes_GiveTwoJobsWithTheFileEach()
    {
        await ArriveAsync("1.1", "1.2", "1.2.1", called: "BOTH");

        var jobs = await _ledger.JobsAsync(null, s_ct);
        Assert.Equal(["second", "third"], jobs.Select(j => j.Route).Order());
        Assert.All(jobs, j => Assert.Single(Directory.GetFiles(_spool.Folders.Originals(j.Id))));
        Assert.Empty(Directory.GetFiles(_spool.Folders.Incoming));
    }

    [Fact]
    public async Task TakeIn_Duplicates_KeepTheFirstAndParkTheOtherContent()
    {
        var first = TestInstances.Encode("1.1", "1.2", "1.2.1");
        await ArriveAsync(first, "1.1");
        await ArriveAsync(first, "1.1");
        await ArriveAsync(TestInstances.Encode("1.1", "1.2", "1.2.1", pixel: 9), "1.1");

        var jobs = await _ledger.JobsAsync(null, s_ct);
        var parked = Assert.Single(jobs, j => j.State == JobState.Parked);
        var kept = Assert.Single(jobs, j => j.State == JobState.Receiving);
        Assert.Equal(ParkCause.ConflictingDuplicate, parked.Parked?.Cause);
        var file = Assert.Single(Directory.GetFiles(_spool.Folders.Originals(kept.Id)));
        Assert.Equal(first, File.ReadAllBytes(file)[^first.Length..]);
        Assert.Single(Directory.GetFiles(Path.Combine(_spool.Folders.Parked, parked.Id, "original")));
        Assert.Empty(Directory.GetFiles(_spool.Folders.Incoming));
    }

    [Fact]
    public async Task TakeIn_DuplicateInTheSameBatch_KeepsOne()
    {
        var bytes = TestInstances.Encode("1.1", "1.2", "1.2.1");
        TestInstances.Receive(_spool, bytes, "1.1");
        TestInstances.Receive(_spool, bytes, "1.1");

        await DrainAsync();

        Assert.Single(Directory.GetFiles(_spool.Folders.Originals((await OnlyJobAsync()).Id)));
        Assert.Empty(Directory.GetFiles(_spool.Folders.Incoming));
    }

    [Fact]
    public async Task TakeIn_UnreadableInstance_IsAStudyOfItsOwn()
    {
        await ArriveAsync([1, 2, 3, 4], "1.1");
        await ArriveAsync([1, 2, 3, 5], "1.2");

        Assert.Equal(2, (await _ledger.JobsAsync(JobState.Receiving, s_ct)).Count);
    }

    [Fact]
    public async Task TakeIn_NoRouteAnyMore_IsKeptUnderNoRoute()
    {
        await ArriveAsync("1.1", "1.2", "1.2.1", called: "GONE");

        Assert.Equal(RouteTable.NoRoute, (await OnlyJobAsync()).Route);
    }

    [Fact]
    public async Task TakeIn_CrashAfterTheLedger_IsRepeatedWithoutATwin()
    {
        TestInstances.Receive(_spool, TestInstances.Encode("1.1", "1.2", "1.2.1"), "1.1");
        Assert.True(_spool.Arrivals.TryRead(out var arrival));
        var instance = new Instance
        {
            ArrivalId = arrival.Id,
            SOPInstanceUID = "1.1",
            SeriesInstanceUID = "1.2.1",
            ContentHash = arrival.ContentHash,
            Bytes = arrival.Bytes,
            ArrivedAt = arrival.At,
        };
        await _ledger.TakeInAsync([new Intake(JobIds.For(_spool.Key, "first", arrival), "first", instance)], s_ct);

        // As the next start names what it finds in a slot.
        File.Move(arrival.Path, _spool.Folders.Arrival(arrival.Id));
        Assert.Equal(1, _spool.Rescan());
        await DrainAsync();

        var job = await OnlyJobAsync();
        Assert.Single(Directory.GetFiles(_spool.Folders.Originals(job.Id)));
        Assert.Empty(Directory.GetFiles(_spool.Folders.Incoming));
    }

    private async Task ArriveAsync(
        string sop, string study, string series, string association = "", string called = "DEFACER")
    {
        using var file = _spool.TryCreate(
            TestInstances.Describe(_spool, sop, association, called: called) with { At = _time.GetUtcNow() })!;
        file.Write(TestInstances.Encode(sop, study, series));
        Assert.Equal(StoreOutcome.Stored, file.Commit());
        await DrainAsync();
    }

    private async Task ArriveAsync(byte[] dataSet, string sop)
    {
        Assert.Equal(
            StoreOutcome.Stored, TestInstances.Receive(_spool, dataSet, sop, at: _time.GetUtcNow()));
        await DrainAsync();
    }

    private async Task DrainAsync()
    {
        var batch = new List<Arrival>();
        while (_spool.Arrivals.TryRead(out var arrival))
        {
            batch.Add(arrival);
        }

        await _intake.TakeInAsync(batch, s_ct);
    }

    private async Task<Job> OnlyJobAsync() => Assert.Single(await _ledger.JobsAsync(null, s_ct));
}
