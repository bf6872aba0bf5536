using System.Collections.Concurrent;
using System.Globalization;
using Defacer.Configuration;
using Defacer.Ledger;
using Defacer.Spool;

namespace Defacer.Assemble;

/// <summary>
/// Decides that a study is complete: nothing of it arrived for the route's StableAge, and no association that sent to
/// it is open. A slow modality keeps its study open by keeping its association, or by sending within the time.
/// </summary>
public sealed class StudyClock(
    SpoolStore spool, ILedger ledger, RouteTable routes, TimeProvider time, ILogger<StudyClock> log)
{
    // With nothing due sooner the ledger is asked again, because a person's decision or another process may have
    // changed it.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> _senders = new(
        StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastOpen = new(StringComparer.Ordinal);
    private readonly Signal _signal = new();

    /// <summary>Called after a study became ready.</summary>
    public Action? OnReady { get; set; }

    /// <summary>An instance of the job came on an association.</summary>
    public void Touched(string jobId, string association)
    {
        if (association.Length > 0)
        {
            _senders.GetOrAdd(jobId, _ => new ConcurrentDictionary<string, byte>(StringComparer.Ordinal)).TryAdd(
                association, 0);
        }
    }

    /// <summary>Something changed; look again.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var wait = s_longestWait;
            try
            {
                wait = await SweepAsync(ct);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Top of the loop: a failing ledger leaves every study open, which is safe; it is asked again.
                log.LogError(e, "Studies could not be checked for completeness; trying again.");
            }

            await _signal.WaitAsync(
                wait < s_shortestWait ? s_shortestWait : wait > s_longestWait ? s_longestWait : wait, time, ct);
        }
    }

    /// <summary>
    /// Looks at every study that is being received once; gives the time until the next can be complete.
    /// </summary>
    public async Task<TimeSpan> SweepAsync(CancellationToken ct)
    {
        var next = s_longestWait;
        var receiving = await ledger.JobsAsync(JobState.Receiving, ct);
        Forget(receiving);
        foreach (var job in receiving)
        {
            var stableAge = routes.Find(job.Route)?.StableAge ?? TimeSpan.Zero;
            var left = LastSign(job) + stableAge - time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                next = left < next ? left : next;
                continue;
            }

            var evidence = string.Create(
                CultureInfo.InvariantCulture, $"nothing arrived for {stableAge:c}, no association open");
            if (await ledger.MarkReadyAsync(job.Id, job.Revision, evidence, ct))
            {
                _senders.TryRemove(job.Id, out _);
                _lastOpen.TryRemove(job.Id, out _);
                log.LogInformation("Job {Job} on route {Route} is complete: {Evidence}.", job.Id, job.Route, evidence);
                OnReady?.Invoke();
            }
        }

        return next;
    }

    // Repeats of finished studies come on associations too; nothing is waited for there.
    private void Forget(IReadOnlyList<Job> receiving)
    {
        foreach (var jobId in _senders.Keys.Except(receiving.Select(j => j.Id), StringComparer.Ordinal).ToList())
        {
            if (_senders.TryGetValue(jobId, out var senders) && !senders.Keys.Any(spool.IsOpen))
            {
                _senders.TryRemove(jobId, out _);
                _lastOpen.TryRemove(jobId, out _);
            }
        }
    }

    // The last moment at which more could be expected: an arrival, or an open association of a sender.
    private DateTimeOffset LastSign(Job job)
    {
        var now = time.GetUtcNow();
        if (_senders.TryGetValue(job.Id, out var senders))
        {
            foreach (var association in senders.Keys)
            {
                if (spool.IsOpen(association))
                {
                    _lastOpen[job.Id] = now;
                }
                else
                {
                    senders.TryRemove(association, out _);
                }
            }
        }

        return _lastOpen.TryGetValue(job.Id, out var open) && open > job.LastArrivalAt ? open : job.LastArrivalAt;
    }
}
