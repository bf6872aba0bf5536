using Defacer.Ledger;
using Defacer.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Defacer.Tests.Ledger;

public sealed class CommitmentLedgerTests : IAsyncDisposable
{
    private const string Pacs = "pacs";
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SqliteLedger _ledger;

    public CommitmentLedgerTests() => _ledger = SqliteLedger.Open(_folder["ledger.db"], _time).Ledger;

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Settle_StoredAndNotCommitted_IsNotDoneUntilTheReport()
    {
        await SendAsync("job", "1.1", "1.2");
        Assert.Equal(JobState.Forwarding, await _ledger.SettleAsync("job", s_ct));
        Assert.Empty(await _ledger.UnsettledAsync(s_ct));

        await AskAsync("T1");
        Assert.Empty(await OpenAsync());
        await ReopenAsync();
        var jobs = await _ledger.RecordCommitmentAsync("T1", [Committed("1.1"), Committed("1.2")], s_ct);

        Assert.Equal(["job"], jobs);
        Assert.Equal(JobState.Done, await _ledger.SettleAsync("job", s_ct));
        Assert.Empty(await _ledger.RecordCommitmentAsync("T1", [Committed("1.1")], s_ct));
    }

    [Fact]
    public async Task Next_NoReportInTime_IsAskedAgainAndOnlyTheNewTransactionCounts()
    {
        await SendAsync("job", "1.1");
        await AskAsync("T1");
        _time.Advance(TimeSpan.FromHours(2));

        await AskAsync("T2");

        Assert.Empty(await _ledger.RecordCommitmentAsync("T1", [Committed("1.1")], s_ct));
        Assert.Equal(JobState.Forwarding, await _ledger.SettleAsync("job", s_ct));
        Assert.Equal(["job"], await _ledger.RecordCommitmentAsync("T2", [Committed("1.1")], s_ct));
    }

    [Fact]
    public async Task Forget_QuestionDidNotArrive_IsOpenAgainAtOnce()
    {
        await SendAsync("job", "1.1");
        await AskAsync("T1");

        await _ledger.ForgetCommitmentAsync("T1", s_ct);

        Assert.Single(await OpenAsync());
    }

    [Fact]
    public async Task Record_InstanceIsNotThere_IsSentAgainAndTheRefusedOneIsHeld()
    {
        await SendAsync("job", "1.1", "1.2", "1.3");
        await AskAsync("T1");

        await _ledger.RecordCommitmentAsync(
            "T1",
            [
                Committed("1.1"), new CommitmentOutcome("1.2", DeliveryState.Pending, 0x0112),
                new CommitmentOutcome("1.3", DeliveryState.Held, 0x0122),
            ],
            s_ct);

        var next = await _ledger.NextDeliveriesAsync(Pacs, new HashSet<(string, string)>(), 10, s_ct);
        Assert.Equal("1.2", Assert.Single(next).Output.SOPInstanceUID);
        await _ledger.RecordDeliveryAsync(next[0], DeliveryState.Sent, 0, s_ct);
        await AskAsync("T2");
        await _ledger.RecordCommitmentAsync("T2", [Committed("1.2")], s_ct);
        Assert.Equal(JobState.Parked, await _ledger.SettleAsync("job", s_ct));
        Assert.Contains("0122H", (await _ledger.FindJobAsync("job", s_ct))!.Parked!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AcceptUncommitted_DestinationIsNoLongerAsked_CountsAsDelivered()
    {
        await SendAsync("job", "1.1");

        await _ledger.AcceptUncommittedAsync([Pacs], s_ct);
        Assert.Equal(JobState.Forwarding, await _ledger.SettleAsync("job", s_ct));
        await _ledger.AcceptUncommittedAsync([], s_ct);

        Assert.Equal(JobState.Done, await _ledger.SettleAsync("job", s_ct));
    }

    [Fact]
    public async Task Promise_OnlyWhatLiesHere_AndTheJobIsMarked()
    {
        await SendAsync("job", "1.1");

        var here = await _ledger.PromiseAsync(["0.1", "9.9"], s_ct);

        Assert.Equal(["0.1"], here);
        Assert.True(await _ledger.IsPromisedAsync("job", s_ct));
        Assert.False(await _ledger.IsPromisedAsync("other", s_ct));
    }

    [Fact]
    public async Task Requests_OfSources_SurviveUntilClosed()
    {
        var request = new SourceCommitment
        {
            Caller = "CT1",
            Called = "DEFACER",
            TransactionUID = "2.25.1",
            References = [("1.2.840", "1.1"), ("1.2.840", "1.2")],
            CreatedAt = _time.GetUtcNow(),
            NextAt = _time.GetUtcNow(),
        };
        await _ledger.AddCommitmentRequestAsync(request, s_ct);
        await _ledger.AddCommitmentRequestAsync(request, s_ct);
        await ReopenAsync();

        var due = Assert.Single(await _ledger.DueCommitmentRequestsAsync(s_ct));
        Assert.Equal(request.References, due.References);
        await _ledger.PostponeCommitmentRequestAsync(due, _time.GetUtcNow() + TimeSpan.FromMinutes(1), s_ct);
        Assert.Empty(await _ledger.DueCommitmentRequestsAsync(s_ct));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, Assert.Single(await _ledger.DueCommitmentRequestsAsync(s_ct)).Attempts);
        await _ledger.CloseCommitmentRequestAsync("CT1", "2.25.1", s_ct);
        Assert.Empty(await _ledger.DueCommitmentRequestsAsync(s_ct));
    }

    private static CommitmentOutcome Committed(string uid) => new(uid, DeliveryState.Delivered, null);

    private ValueTask<IReadOnlyList<Delivery>> OpenAsync() =>
        _ledger.NextCommitmentsAsync(Pacs, _time.GetUtcNow() - TimeSpan.FromHours(1), 100, s_ct);

    private async Task AskAsync(string transaction)
    {
        var open = await OpenAsync();
        Assert.NotEmpty(open);
        await _ledger.BeginCommitmentAsync(transaction, open, s_ct);
    }

    private async Task ReopenAsync()
    {
        await _ledger.DisposeAsync();
        _ledger = SqliteLedger.Open(_folder["ledger.db"], _time).Ledger;
    }

    // A job whose outputs the destination has stored.
    private async Task SendAsync(string job, params string[] outputs)
    {
        var instance = new Instance
        {
            ArrivalId = "a",
            SOPInstanceUID = "0.1",
            SeriesInstanceUID = "s",
            ContentHash = "h",
            Bytes = 1,
            ArrivedAt = _time.GetUtcNow(),
        };
        await _ledger.TakeInAsync([new Intake(job, "route", instance)], s_ct);
        await _ledger.MarkReadyAsync(job, 1, "test", s_ct);
        await _ledger.LeaseJobAsync("w", TimeSpan.FromMinutes(1), s_ct);
        var made = outputs.Select(o => new JobOutput(o, "hash")).ToList();
        Assert.True(await _ledger.CompleteJobAsync(
            new JobCompletion(job, "w", 1, ["a"], made, [Pacs], false, "ok"), s_ct));
        foreach (var delivery in await _ledger.NextDeliveriesAsync(Pacs, new HashSet<(string, string)>(), 100, s_ct))
        {
            await _ledger.RecordDeliveryAsync(delivery, DeliveryState.Sent, 0, s_ct);
        }
    }
}
