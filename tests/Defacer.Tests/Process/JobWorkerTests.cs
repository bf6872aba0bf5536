using System.Diagnostics;
using Defacer.Assemble;
using Defacer.Configuration;
using Defacer.Deidentify;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Process;
using Defacer.Spool;
using Defacer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Defacer.Tests.Process;

/// <summary>However many studies are ready, only so many are opened as may be worked on; the others wait on the disk.</summary>
public sealed class JobWorkerTests : IAsyncDisposable
{
    private const int AtOnce = 2, Studies = 5;
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly DefacerOptions _options = new()
    {
        Routes = [new RouteOptions { Name = "research", StableAge = TimeSpan.FromSeconds(10), Method = "depth-mask" }],
        Deface = new DefaceSettings { Jobs = AtOnce },
    };

    private readonly SpoolStore _spool;
    private readonly SqliteLedger _ledger;

    public JobWorkerTests()
    {
        _spool = SpoolStore.Open(
            _folder.Path, new SpoolOptions { MinFreeSpace = new ByteSize(0) }, new SystemDisk(), _time, NullLogger<SpoolStore>.Instance);
        _ledger = SqliteLedger.Open(_spool.Folders.Ledger, _time).Ledger;
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        await _spool.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task RunAsync_MoreStudiesReadyThanMayBeWorkedOn_LeavesTheRestReady()
    {
        var routes = new RouteTable(_options);
        await MakeReadyAsync(routes);
        var held = new Dictionary<string, IDisposable>(StringComparer.Ordinal);
        foreach (var job in await _ledger.JobsAsync(JobState.Ready, s_ct))
        {
            // Whoever works on a study takes this first: so each stays at its beginning until it is let go.
            held[job.Id] = await _spool.Locks.TakeAsync(job.Id, s_ct);
        }

        Assert.Equal(Studies, held.Count);
        using var tools = new RouteTools(_options, Path.Combine(AppContext.BaseDirectory, "config"), SiteKey.LoadOrCreate(_folder["site.key"]));
        using var metrics = new NodeMetrics();
        using var stop = new CancellationTokenSource();
        var worker = new JobWorker(_options, routes, tools, _spool, _ledger, metrics, _time, NullLogger<JobWorker>.Instance);
        var running = worker.RunAsync(stop.Token);

        for (var finished = 0; finished <= Studies - AtOnce; finished++)
        {
            await UntilAsync(async () => await CountAsync(JobState.Processing) == AtOnce);
            worker.Wake();
            // One slice is no head that could be defaced: what is let go ends parked and makes room for one more.
            Assert.Equal((AtOnce, finished, Studies - AtOnce - finished), (
                await CountAsync(JobState.Processing), await CountAsync(JobState.Parked), await CountAsync(JobState.Ready)));
            var next = (await _ledger.JobsAsync(JobState.Processing, s_ct))[0].Id;
            held.Remove(next, out var hold);
            hold!.Dispose();
            await UntilAsync(async () => await CountAsync(JobState.Parked) == finished + 1);
        }

        foreach (var hold in held.Values)
        {
            hold.Dispose();
        }

        await UntilAsync(async () => await CountAsync(JobState.Parked) == Studies);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void DefaceOptionsOf_SeveralStudiesAtOnce_ShareTheMemory()
    {
        using var tools = new RouteTools(_options, Path.Combine(AppContext.BaseDirectory, "config"), SiteKey.LoadOrCreate(_folder["site.key"]));
        Assert.Equal(
            _options.Deface.MemoryBudget.Bytes / AtOnce, tools.DefaceOptionsOf(_options.Routes[0], isReleased: false).MemoryBudgetBytes);
    }

    private async Task MakeReadyAsync(RouteTable routes)
    {
        var clock = new StudyClock(_spool, _ledger, routes, _time, NullLogger<StudyClock>.Instance);
        var intake = new StudyIntake(_spool, _ledger, routes, clock, _time, NullLogger<StudyIntake>.Instance);
        for (var study = 1; study <= Studies; study++)
        {
            var sop = $"1.{study}.1";
            Assert.Equal(
                StoreOutcome.Stored,
                TestInstances.Receive(_spool, TestInstances.Encode(sop, $"1.{study}", $"1.{study}.2"), sop, at: _time.GetUtcNow()));
        }

        var batch = new List<Arrival>();
        while (_spool.Arrivals.TryRead(out var arrival))
        {
            batch.Add(arrival);
        }

        await intake.TakeInAsync(batch, s_ct);
        _time.Advance(TimeSpan.FromSeconds(11));
        await clock.SweepAsync(s_ct);
    }

    private async Task<int> CountAsync(JobState state) => (await _ledger.JobsAsync(state, s_ct)).Count;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "It did not come to that in a minute.");
            await Task.Delay(20);
        }
    }
}
