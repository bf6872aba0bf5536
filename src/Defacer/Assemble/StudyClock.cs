using System.Collections.Concurrent;
using System.Globalization;
using Defacer.Configuration;
using Defacer.Imaging;
using Defacer.Ledger;
using Defacer.Spool;

namespace Defacer.Assemble;

/// <summary>
/// Decides that a study is complete: nothing of it arrived for the route's StableAge, and no association that sent to
/// it is open. A slow modality keeps its study open by keeping its association, or by sending within the time. Where
/// the source can be asked for its counts, they decide before the time does.
/// </summary>
public sealed class StudyClock(
    SpoolStore spool, ILedger ledger, RouteTable routes, TimeProvider time, ILogger<StudyClock> log)
{
    // With nothing due sooner the ledger is asked again, because a person's decision or another process may have
    // changed it.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(20);

    // Long enough for the intake to have taken what was acknowledged last.
    private static readonly TimeSpan s_askAfter = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> _senders = new(
        StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastOpen = new(StringComparer.Ordinal);
    private readonly Signal _signal = new();

    // Silence of a sender means nothing while the port was closed.
    private readonly DateTimeOffset _listeningSince = time.GetUtcNow();

    /// <summary>Asks sources for their counts; null asks nobody.</summary>
    public SourceCounts? Counts { get; init; }

    /// <summary>Called with a job that was parked because it is not complete.</summary>
    public Action<Job, Parked>? OnParked { get; set; }

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
            var left = await LookAsync(job, ct);
            next = left > TimeSpan.Zero && left < next ? left : next;
        }

        return next;
    }

    // Gives the time until this study is to be looked at again; zero when it is decided.
    private async Task<TimeSpan> LookAsync(Job job, CancellationToken ct)
    {
        var stableAge = routes.Find(job.Route)?.StableAge ?? TimeSpan.Zero;
        var quiet = time.GetUtcNow() - LastSign(job);
        var askAfter = stableAge < s_askAfter ? stableAge : s_askAfter;
        if (quiet < askAfter)
        {
            return (Counts is null ? stableAge : askAfter) - quiet;
        }

        var count = Counts?.Judge(job, ct) ?? StudyCount.NotAsked;
        var timer = string.Create(
            CultureInfo.InvariantCulture, $"nothing arrived for {stableAge:c}, no association open");
        switch (count.Verdict)
        {
            case CountVerdict.StudyComplete:
                await ReadyAsync(job, count.Evidence, ct);
                return TimeSpan.Zero;
            case CountVerdict.Asking:
                return s_longestWait;
            case var _ when quiet < stableAge:
                return stableAge - quiet;
            case CountVerdict.Short when time.GetUtcNow() - job.LastArrivalAt < count.Source!.GiveUpAfter:
                return s_longestWait;
            case CountVerdict.Short when count.Source!.Incomplete == IncompleteStudy.Park:
                await ParkAsync(job, count, ct);
                return TimeSpan.Zero;
            default:
                await ReadyAsync(job, count.Evidence.Length == 0 ? timer : $"{timer}; {count.Evidence}", ct);
                return TimeSpan.Zero;
        }
    }

    private async Task ReadyAsync(Job job, string evidence, CancellationToken ct)
    {
        if (await ledger.MarkReadyAsync(job.Id, job.Revision, evidence, ct))
        {
            Forget(job.Id);
            log.LogInformation("Job {Job} on route {Route} is complete: {Evidence}.", job.Id, job.Route, evidence);
            OnReady?.Invoke();
        }
    }

    // What arrives later opens the job again.
    private async Task ParkAsync(Job job, StudyCount count, CancellationToken ct)
    {
        var parked = new Parked(
            ParkCause.Incomplete,
            $"{char.ToUpperInvariant(count.Evidence[0])}{count.Evidence[1..]}.",
            "Send the study again from the source; or retry, to process what came as it is.");
        using var held = await spool.Locks.TakeAsync(job.Id, ct);
        if (await ledger.FindJobAsync(job.Id, ct) is not { State: JobState.Receiving } now
            || now.Revision != job.Revision || !await ledger.ParkJobAsync(job.Id, null, job.Revision, parked, ct))
        {
            return;
        }

        spool.MoveToParked(job.Id);
        Forget(job.Id);
        log.LogWarning("Job {Job} on route {Route} is parked: {Cause}. {Detail} {Remedy}", job.Id, job.Route,
            parked.Cause, parked.Detail, parked.Remedy);
        OnParked?.Invoke(job, parked);
    }

    private void Forget(string jobId)
    {
        _senders.TryRemove(jobId, out _);
        _lastOpen.TryRemove(jobId, out _);
        Counts?.Forget(jobId);
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

        var last = _lastOpen.TryGetValue(job.Id, out var open) && open > job.LastArrivalAt ? open : job.LastArrivalAt;
        return last > _listeningSince ? last : _listeningSince;
    }
}
