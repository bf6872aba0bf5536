using Defacer.Imaging;
using Defacer.Ledger;
using Defacer.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Defacer.Tests.Ledger;

public sealed class SqliteLedgerTests : IAsyncDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(5);
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SqliteLedger _ledger;

    public SqliteLedgerTests() => _ledger = SqliteLedger.Open(_folder["ledger.db"], _time).Ledger;

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task TakeIn_FirstInstance_MakesAReceivingJob()
    {
        Assert.Equal(IntakeDecision.Take, await TakeInAsync("a", "1"));

        var job = await JobAsync();
        Assert.Equal((JobState.Receiving, 1), (job.State, job.Revision));
    }

    [Fact]
    public async Task TakeIn_SameArrivalTwice_ChangesNothing()
    {
        await TakeInAsync("a", "1");
        Assert.Equal(IntakeDecision.Take, await TakeInAsync("a", "1"));

        Assert.Single(await _ledger.InstancesAsync("job", s_ct));
        Assert.Equal(1, (await JobAsync()).Revision);
    }

    [Fact]
    public async Task TakeIn_Duplicates_AreSuperfluousWhenEqualAndConflictsWhenNot()
    {
        await TakeInAsync("a", "1");

        Assert.Equal(IntakeDecision.Superfluous, await TakeInAsync("b", "1"));
        Assert.Equal(IntakeDecision.Conflict, await TakeInAsync("c", "1", content: "other"));
        Assert.Equal("a", Assert.Single(await _ledger.InstancesAsync("job", s_ct)).ArrivalId);
    }

    [Fact]
    public async Task TakeIn_WhileProcessing_LetsTheResultOfTheOldRevisionNotCount()
    {
        await ReadyAsync("a", "1");
        await _ledger.LeaseJobAsync("w", s_lease, s_ct);
        await TakeInAsync("b", "2");

        Assert.False(await CompleteAsync(revision: 1, ["a"], Output("o1", "h1")));
        Assert.Equal(JobState.Receiving, (await JobAsync()).State);
        Assert.Empty(await _ledger.DeliveriesAsync("job", s_ct));
    }

    [Fact]
    public async Task Park_MoreArrivedMeanwhile_IsReceivedAgain()
    {
        await ReadyAsync("a", "1");
        await _ledger.LeaseJobAsync("w", s_lease, s_ct);
        await TakeInAsync("b", "2");

        Assert.False(await _ledger.ParkJobAsync("job", "w", 1, new Parked(ParkCause.NotAHead, "d", "r"), s_ct));

        Assert.Equal((JobState.Receiving, null), ((await JobAsync()).State, (await JobAsync()).Parked));
    }

    [Fact]
    public async Task TakeIn_AfterDone_ReopensAndOnlyChangedOutputsAreSentAgain()
    {
        await DoneAsync();
        Assert.True(await _ledger.MarkCleanedAsync("job", s_ct));

        Assert.Equal(IntakeDecision.Take, await TakeInAsync("late", "2"));
        Assert.Equal(IntakeDecision.Take, await TakeInAsync("again", "1"));
        var job = await JobAsync();
        Assert.Equal((JobState.Receiving, false), (job.State, job.IsCleaned));
        await _ledger.MarkReadyAsync("job", job.Revision, "test", s_ct);
        await _ledger.LeaseJobAsync("w", s_lease, s_ct);
        Assert.True(await CompleteAsync(job.Revision, ["late", "again"], Output("o1", "h1"), Output("o2", "h2")));

        var pending = (await _ledger.DeliveriesAsync("job", s_ct)).Where(d => d.State == DeliveryState.Pending);
        Assert.Equal("o2", Assert.Single(pending).Output.SOPInstanceUID);
    }

    [Fact]
    public async Task MarkReady_SomethingArrivedSince_IsRefused()
    {
        await TakeInAsync("a", "1");
        await TakeInAsync("b", "2");

        Assert.False(await _ledger.MarkReadyAsync("job", 1, "old evidence", s_ct));
        Assert.True(await _ledger.MarkReadyAsync("job", 2, "evidence", s_ct));
    }

    [Fact]
    public async Task Lease_ReadyJob_IsGivenOnce()
    {
        await ReadyAsync("a", "1");

        Assert.Equal("job", (await _ledger.LeaseJobAsync("w1", s_lease, s_ct))?.Id);
        Assert.Null(await _ledger.LeaseJobAsync("w2", s_lease, s_ct));
        Assert.False(await _ledger.RenewLeaseAsync("job", "w2", s_lease, s_ct));
        Assert.True(await _ledger.RenewLeaseAsync("job", "w1", s_lease, s_ct));
    }

    [Fact]
    public async Task Reclaim_SecondDeath_ParksAsPoison()
    {
        await ReadyAsync("a", "1");
        await _ledger.LeaseJobAsync("w", s_lease, s_ct);
        Assert.Empty(await _ledger.ReclaimJobsAsync(everyLease: true, s_ct));
        Assert.Equal(JobState.Ready, (await JobAsync()).State);
        await _ledger.LeaseJobAsync("w", s_lease, s_ct);

        Assert.Equal(["job"], await _ledger.ReclaimJobsAsync(everyLease: true, s_ct));
        Assert.Equal(ParkCause.Poison, (await JobAsync()).Parked?.Cause);
    }

    [Fact]
    public async Task Return_InOrder_DoesNotCountAsDeath()
    {
        await ReadyAsync("a", "1");
        for (var i = 0; i < 5; i++)
        {
            await _ledger.LeaseJobAsync("w", s_lease, s_ct);
            Assert.True(await _ledger.ReturnJobAsync("job", "w", "stopping", s_ct));
        }

        Assert.Equal((JobState.Ready, 0), ((await JobAsync()).State, (await JobAsync()).Attempts));
    }

    [Fact]
    public async Task Reclaim_LeaseNotRunOut_IsLeftAlone()
    {
        await ReadyAsync("a", "1");
        await _ledger.LeaseJobAsync("w", s_lease, s_ct);

        await _ledger.ReclaimJobsAsync(everyLease: false, s_ct);
        Assert.Equal(JobState.Processing, (await JobAsync()).State);
        _time.Advance(s_lease + TimeSpan.FromSeconds(1));
        await _ledger.ReclaimJobsAsync(everyLease: false, s_ct);
        Assert.Equal(JobState.Ready, (await JobAsync()).State);
    }

    [Fact]
    public async Task Complete_AnotherHasTheLease_IsNotHeard()
    {
        await ReadyAsync("a", "1");
        await _ledger.LeaseJobAsync("other", s_lease, s_ct);

        Assert.False(await CompleteAsync(1, ["a"], Output("o1", "h1")));
        Assert.Empty(await _ledger.DeliveriesAsync("job", s_ct));
    }

    [Fact]
    public async Task Settle_PendingHeldDelivered_GivesForwardingParkedDone()
    {
        await ForwardingAsync();
        var delivery = Assert.Single(await NextAsync());
        Assert.Equal(JobState.Forwarding, await _ledger.SettleAsync("job", s_ct));

        await _ledger.RecordDeliveryAsync(delivery, DeliveryState.Held, 0xA900, s_ct);
        Assert.Equal(JobState.Parked, await _ledger.SettleAsync("job", s_ct));
        Assert.Contains("A900H", (await JobAsync()).Parked!.Detail, StringComparison.Ordinal);

        Assert.True(await _ledger.DecideAsync("job", JobDecision.Retry, s_ct));
        await _ledger.RecordDeliveryAsync(Assert.Single(await NextAsync()), DeliveryState.Delivered, 0, s_ct);
        Assert.Equal(JobState.Done, await _ledger.SettleAsync("job", s_ct));
    }

    [Fact]
    public async Task NextDeliveries_JobNotForwarding_GivesNothing()
    {
        await ReadyAsync("a", "1");
        await _ledger.LeaseJobAsync("w", s_lease, s_ct);
        await _ledger.CompleteJobAsync(
            new JobCompletion("job", "w", 1, ["a"], [Output("o1", "h1")], ["pacs"], NeedsApproval: true, "ok"), s_ct);

        Assert.Empty(await NextAsync());
        Assert.True(await _ledger.DecideAsync("job", JobDecision.Approve, s_ct));
        Assert.Single(await NextAsync());
    }

    [Fact]
    public async Task RecordDelivery_ContentChangedMeanwhile_DoesNotCount()
    {
        await ForwardingAsync();
        var old = Assert.Single(await NextAsync());
        await _ledger.RecordDeliveryAsync(
            old with { Output = Output("o1", "older content") }, DeliveryState.Delivered, 0, s_ct);

        Assert.Equal(DeliveryState.Pending, Assert.Single(await _ledger.DeliveriesAsync("job", s_ct)).State);
    }

    [Theory]
    [InlineData(ParkCause.NotAHead, JobDecision.Release, true)]
    [InlineData(ParkCause.NoFaceInView, JobDecision.Release, true)]
    [InlineData(ParkCause.GateFailed, JobDecision.Release, false)]
    [InlineData(ParkCause.IdentityFound, JobDecision.Release, false)]
    [InlineData(ParkCause.IdentityFound, JobDecision.Approve, false)]
    [InlineData(ParkCause.ConflictingDuplicate, JobDecision.Retry, false)]
    [InlineData(ParkCause.GateFailed, JobDecision.Retry, true)]
    [InlineData(ParkCause.GateFailed, JobDecision.Reject, true)]
    public async Task Decide_ParkedJob_OnlyWhatTheCauseAllows(ParkCause cause, JobDecision decision, bool expected)
    {
        await TakeInAsync("a", "1");
        await _ledger.ParkJobAsync("job", null, null, new Parked(cause, "d", "r"), s_ct);

        Assert.Equal(expected, await _ledger.DecideAsync("job", decision, s_ct));
        Assert.Equal(!expected, (await JobAsync()).State == JobState.Parked);
    }

    [Fact]
    public async Task Open_AfterClose_StillKnowsEverything()
    {
        await ForwardingAsync();
        await _ledger.DisposeAsync();

        (_ledger, var aside) = SqliteLedger.Open(_folder["ledger.db"], _time);

        Assert.Null(aside);
        Assert.Equal(JobState.Forwarding, (await JobAsync()).State);
        Assert.Single(await NextAsync());
        Assert.Equal(
            [JobState.Receiving, JobState.Ready, JobState.Processing, JobState.Forwarding],
            (await _ledger.HistoryAsync("job", s_ct)).Select(h => h.State));
    }

    [Fact]
    public async Task Open_Damaged_IsSetAsideAndAnEmptyOneMade()
    {
        await TakeInAsync("a", "1");
        await _ledger.DisposeAsync();
        File.WriteAllText(_folder["ledger.db"], new string('x', 8192));
        File.Delete(_folder["ledger.db-wal"]);

        (_ledger, var aside) = SqliteLedger.Open(_folder["ledger.db"], _time);

        Assert.True(File.Exists(aside));
        Assert.Empty(await _ledger.JobsAsync(null, s_ct));
    }

    [Fact]
    public async Task Open_TwoAtOnce_BothWork()
    {
        await using var second = SqliteLedger.Open(_folder["ledger.db"], _time).Ledger;
        await TakeInAsync("a", "1");

        Assert.True(await second.ParkJobAsync("job", null, null, new Parked(ParkCause.Gap, "d", "r"), s_ct));
        Assert.Equal(JobState.Parked, (await JobAsync()).State);
    }

    private static JobOutput Output(string uid, string hash) => new(uid, hash);

    private async Task<IntakeDecision> TakeInAsync(string arrival, string uid, string content = "same")
    {
        var instance = new Instance
        {
            ArrivalId = arrival,
            SOPInstanceUID = uid,
            SeriesInstanceUID = "s",
            ContentHash = content,
            Bytes = 1,
            ArrivedAt = _time.GetUtcNow(),
        };
        return Assert.Single(await _ledger.TakeInAsync([new Intake("job", "route", instance)], s_ct));
    }

    private async Task<Job> JobAsync() => Assert.IsType<Job>(await _ledger.FindJobAsync("job", s_ct));

    private async Task ReadyAsync(string arrival, string uid)
    {
        await TakeInAsync(arrival, uid);
        Assert.True(await _ledger.MarkReadyAsync("job", 1, "test", s_ct));
    }

    private async Task ForwardingAsync()
    {
        await ReadyAsync("a", "1");
        await _ledger.LeaseJobAsync("w", s_lease, s_ct);
        Assert.True(await CompleteAsync(1, ["a"], Output("o1", "h1")));
    }

    private async Task DoneAsync()
    {
        await ForwardingAsync();
        await _ledger.RecordDeliveryAsync(Assert.Single(await NextAsync()), DeliveryState.Delivered, 0, s_ct);
        Assert.Equal(JobState.Done, await _ledger.SettleAsync("job", s_ct));
    }

    private ValueTask<bool> CompleteAsync(int revision, IReadOnlyList<string> arrivals, params JobOutput[] outputs) =>
        _ledger.CompleteJobAsync(
            new JobCompletion("job", "w", revision, arrivals, outputs, ["pacs"], NeedsApproval: false, "ok"), s_ct);

    private ValueTask<IReadOnlyList<Delivery>> NextAsync() =>
        _ledger.NextDeliveriesAsync("pacs", new HashSet<(string, string)>(), 10, s_ct);
}
