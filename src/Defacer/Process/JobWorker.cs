using System.Data.Common;
using Defacer.Configuration;
using Defacer.Imaging;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Spool;

namespace Defacer.Process;

/// <summary>
/// Takes ready jobs from the ledger and runs them, a bounded number at once. Only outputs that passed every check come
/// into <c>output/</c>; everything else parks the job. A stop gives the job back; it starts again from the beginning.
/// </summary>
public sealed class JobWorker(
    DefacerOptions options, RouteTable routes, RouteTools tools, SpoolStore spool, ILedger ledger, NodeMetrics metrics,
    TimeProvider time, ILogger<JobWorker> log)
{
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_renewal = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_diskPause = TimeSpan.FromSeconds(3);
    private readonly string _owner = Guid.NewGuid().ToString("N");
    private readonly Signal[] _signals = [.. Enumerable.Range(0, options.Deface.Jobs).Select(_ => new Signal())];

    /// <summary>Called when a job may be forwarded.</summary>
    public Action? OnForwarding { get; set; }

    /// <summary>Called with a job that needs nothing more.</summary>
    public Action<string>? OnDone { get; set; }

    /// <summary>A job became ready.</summary>
    public void Wake()
    {
        foreach (var signal in _signals)
        {
            signal.Set();
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(_signals.Select(s => WorkAsync(s, ct)));

    private async Task WorkAsync(Signal signal, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            Job? job = null;
            try
            {
                await ledger.ReclaimJobsAsync(everyLease: false, ct);
                job = await ledger.LeaseJobAsync(_owner, s_lease, ct);
                if (job is not null)
                {
                    await RunAsync(job, ct);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                await InsistAsync(() => ReturnAsync(job, "the node stopped"), ct);
                throw;
            }
            catch (OperationCanceledException)
            {
                // The lease was lost: whoever has it now works on the job.
            }
            catch (Exception e) when (IsOfTheDisk(e))
            {
                // The disk's trouble, not the study's: it waits.
                log.LogError(e, "Job {Job}: the spool's disk or the ledger failed; it is tried again.", job?.Id);
                await InsistAsync(() => GiveBackAsync(job), ct);
                await Task.Delay(s_diskPause, time, ct);
            }
            catch (Exception e)
            {
                // Top of the loop that owns the job: an error of ours parks it, nothing is forwarded.
                log.LogError(e, "Job {Job}: processing failed unexpectedly.", job?.Id);
                await InsistAsync(() => ParkUnexpectedAsync(job, e), ct);
            }

            if (job is null)
            {
                await signal.WaitAsync(s_poll, time, ct);
            }
        }
    }

    private static bool IsOfTheDisk(Exception e) => e is IOException or UnauthorizedAccessException or DbException;

    // A full disk fails the ledger too. Its answer is waited for: a job that is not given back stays leased, and a loop
    // that ends here would leave every later study waiting.
    private async Task InsistAsync(Func<Task> settle, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await settle();
                return;
            }
            catch (Exception e) when (IsOfTheDisk(e))
            {
                log.LogError(e, "The state of a job could not be written; it is tried again.");
            }

            if (ct.IsCancellationRequested)
            {
                // The next start finds the lease and repeats the job.
                return;
            }

            await Task.Delay(s_diskPause, time, ct);
        }
    }

    // What was half done goes first: on a full disk it takes the room that the ledger needs.
    private async Task GiveBackAsync(Job? job)
    {
        if (job is not null)
        {
            using var held = await spool.Locks.TakeAsync(job.Id, CancellationToken.None);
            spool.DeleteWork(job.Id);
        }

        await ReturnAsync(job, "the disk failed");
    }

    private async Task RunAsync(Job job, CancellationToken ct)
    {
        using var span = metrics.Activities.StartActivity("defacer.process");
        span?.SetTag("job", job.Id).SetTag("route", job.Route);
        metrics.StudyLeft("receive", job.Route, time.GetUtcNow() - job.CreatedAt);
        var start = time.GetTimestamp();
        if (routes.Find(job.Route) is not { } route)
        {
            await ParkAsync(job, new Parked(
                ParkCause.NoRoute,
                $"The configuration has no route {job.Route}, or none for the titles under which this study came.",
                "Add the route, then retry; or reject the study."), null);
            return;
        }

        await BringBackAsync(job.Id, ct);
        using var renewal = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var renewing = RenewAsync(job.Id, renewal);
        try
        {
            var instances = await ledger.InstancesAsync(job.Id, ct);
            var run = new StudyRun(job, route, tools, spool, metrics, time);
            var result = await Task.Run(() => run.RunAsync(instances, renewal.Token), renewal.Token);
            if (result.Parked is { } parked)
            {
                await ParkAsync(job, parked, result.Report);
            }
            else
            {
                await PublishAsync(job, route, result, renewal.Token);
            }
        }
        finally
        {
            await renewal.CancelAsync();
            await renewing;
            metrics.StudyLeft("process", job.Route, time.GetElapsedTime(start));
        }
    }

    // A job that was parked lies under parked/; being worked on it lies under jobs/.
    private async Task BringBackAsync(string jobId, CancellationToken ct)
    {
        using var held = await spool.Locks.TakeAsync(jobId, ct);
        spool.MoveToJobs(jobId);
    }

    private async Task RenewAsync(string jobId, CancellationTokenSource renewal)
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_renewal, time, renewal.Token);
                try
                {
                    if (!await ledger.RenewLeaseAsync(jobId, _owner, s_lease, renewal.Token))
                    {
                        log.LogWarning("Job {Job}: another worker took it over; this run is given up.", jobId);
                        await renewal.CancelAsync();
                    }
                }
                catch (DbException e)
                {
                    // The lease outlives some failed renewals; losing it shows at the next that works.
                    log.LogWarning(e, "Job {Job}: its lease could not be renewed; it is tried again.", jobId);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run ended.
        }
    }

    // Files first, then the ledger: what the ledger lets go out is on stable storage.
    private async Task PublishAsync(Job job, RouteOptions route, RunResult result, CancellationToken ct)
    {
        var outputs = new List<JobOutput>();
        using (await spool.Locks.TakeAsync(job.Id, ct))
        {
            var folder = Directory.CreateDirectory(spool.Folders.Outputs(job.Id)).FullName;
            foreach (var (uid, path) in result.Outputs)
            {
                ct.ThrowIfCancellationRequested();
                outputs.Add(new JobOutput(uid, ContentHash.OfFile(path)));
                spool.Disk.FlushFile(path);
                File.Move(path, SpoolFolders.Arrival(folder, uid), overwrite: true);
            }

            spool.Disk.FlushFolder(folder);
            spool.Disk.FlushFolder(spool.Folders.Job(job.Id));
            spool.DeleteWork(job.Id);
            spool.WriteDurably(spool.Folders.Report(job.Id), result.Report.ToJson());
        }

        var reason = result.Outputs.Count == 0 ? "nothing changed"
            : $"{result.Outputs.Count} instances passed every check";
        var completion = new JobCompletion(
            job.Id, _owner, job.Revision, result.Included, outputs, route.Destinations, route.Approval
                && outputs.Count > 0, reason);
        if (!await ledger.CompleteJobAsync(completion, ct))
        {
            log.LogInformation("Job {Job}: more of the study arrived meanwhile; it is received again.", job.Id);
            return;
        }

        log.LogInformation("Job {Job} on route {Route}: {Reason}.", job.Id, job.Route, reason);
        var state = (await ledger.FindJobAsync(job.Id, ct))?.State;
        metrics.JobReached(job.Route, state?.ToString() ?? string.Empty, string.Empty);
        if (state == JobState.Done)
        {
            OnDone?.Invoke(job.Id);
        }
        else
        {
            OnForwarding?.Invoke();
        }
    }

    private async Task ParkAsync(Job job, Parked parked, JobReport? report)
    {
        using var held = await spool.Locks.TakeAsync(job.Id, CancellationToken.None);
        spool.DeleteWork(job.Id);
        if (report is not null)
        {
            spool.WriteDurably(spool.Folders.Report(job.Id), report.ToJson());
        }

        if (await ledger.ParkJobAsync(job.Id, _owner, job.Revision, parked, CancellationToken.None))
        {
            spool.MoveToParked(job.Id);
            metrics.JobReached(job.Route, nameof(JobState.Parked), parked.Cause.ToString());
            log.LogWarning("Job {Job} on route {Route} is parked: {Cause}. {Detail} {Remedy}", job.Id, job.Route,
                parked.Cause, parked.Detail, parked.Remedy);
        }
    }

    private async Task ParkUnexpectedAsync(Job? job, Exception e)
    {
        if (job is not null)
        {
            // The type only: a message of the platform may carry what was being processed.
            await ParkAsync(job, new Parked(
                ParkCause.InternalError, $"Processing failed with {e.GetType().Name}.",
                    "Report the log entry of this job; after an update, retry."), null);
        }
    }

    private async Task ReturnAsync(Job? job, string reason)
    {
        if (job is not null)
        {
            await ledger.ReturnJobAsync(job.Id, _owner, reason, CancellationToken.None);
        }
    }
}
