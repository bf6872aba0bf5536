using Defacer.Assemble;
using Defacer.Ledger;
using Defacer.Spool;

namespace Defacer.Hosting;

/// <summary>
/// Brings ledger and spool into agreement at start. The files are the truth about instances; the ledger, as far as it
/// goes, about states. What a ledger lost with its disk is found again in the folders and reports.
/// </summary>
public sealed class SpoolRecovery(
    SpoolStore spool, ILedger ledger, IReadOnlyCollection<string> destinations, ILogger<SpoolRecovery> log)
{
    /// <summary>Runs once, before anything else touches the spool.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var folder in new[] { spool.Folders.Jobs,
            spool.Folders.Parked }.SelectMany(Directory.EnumerateDirectories).ToList())
        {
            await RecoverAsync(Path.GetFileName(folder), ct);
        }

        foreach (var poison in await ledger.ReclaimJobsAsync(everyLease: true, ct))
        {
            log.LogError("Job {Job} is parked: the process ended twice while it was being processed.", poison);
            spool.MoveToParked(poison);
        }

        var foreign = await ledger.HoldForeignDeliveriesAsync(destinations, ct);
        if (foreign > 0)
        {
            log.LogError(
                "{Count} outputs wait for destinations that the configuration has no longer; they are held.", foreign);
        }

        foreach (var unsettled in await ledger.UnsettledAsync(ct))
        {
            if (await ledger.SettleAsync(unsettled, ct) == JobState.Parked)
            {
                spool.MoveToParked(unsettled);
            }
        }

        var waiting = spool.Rescan();
        if (waiting > 0)
        {
            log.LogInformation("{Count} acknowledged instances of an earlier run are taken in.", waiting);
        }
    }

    private async Task RecoverAsync(string jobId, CancellationToken ct)
    {
        var job = await ledger.FindJobAsync(jobId, ct);
        if (job is { IsCleaned: true })
        {
            spool.Clean(jobId);
            return;
        }

        var report = JobReport.Read(spool.Folders.Report(jobId));
        if (job is null && report?.State is "done" or "rejected")
        {
            await RestoreFinishedAsync(jobId, report!, ct);
            return;
        }

        await TakeInForgottenAsync(jobId, report, ct);
        job = await ledger.FindJobAsync(jobId, ct);
        if (job?.State == JobState.Parked)
        {
            spool.MoveToParked(jobId);
        }
        else
        {
            spool.MoveToJobs(jobId);
        }
    }

    private async Task RestoreFinishedAsync(string jobId, JobReport report, CancellationToken ct)
    {
        await ledger.RestoreAsync(
            new Job
            {
                Id = jobId,
                Route = report.Route,
                State = report.State == "done" ? JobState.Done : JobState.Rejected,
                Reason = "restored from its report",
                CreatedAt = report.CreatedAt,
                LastArrivalAt = report.CreatedAt,
                ChangedAt = report.FinishedAt,
            },
            ct);
        log.LogWarning("Job {Job} was not in the ledger; its report says that it is {State}.", jobId, report.State);
    }

    private async Task TakeInForgottenAsync(string jobId, JobReport? report, CancellationToken ct)
    {
        var known = (await ledger.InstancesAsync(jobId, ct)).Select(i => i.ArrivalId).ToHashSet(StringComparer.Ordinal);
        var forgotten = Originals(jobId).Where(p => !known.Contains(Path.GetFileNameWithoutExtension(p))).ToList();
        if (forgotten.Count == 0)
        {
            return;
        }

        var route = JobDescription.ReadRoute(spool.Folders.Description(jobId)) ?? report?.Route
            ?? Configuration.RouteTable.NoRoute;
        log.LogWarning("Job {Job}: {Count} instances were in the spool and not in the ledger; they are taken in.",
            jobId, forgotten.Count);
        foreach (var arrival in forgotten.Select(spool.TryDescribe).OfType<Arrival>())
        {
            await TakeInAsync(new Intake(jobId, route, StudyIntake.Describe(arrival)), ct);
        }

        if (known.Count == 0 && report?.Parked is { } parked)
        {
            await ledger.ParkJobAsync(jobId, null, null, parked, ct);
        }
    }

    private async Task TakeInAsync(Intake intake, CancellationToken ct)
    {
        if (JobIds.IsConflict(intake.JobId))
        {
            await ledger.AddParkedAsync(
                intake.JobId, intake.Route, intake.Instance, StudyIntake.ConflictCause(intake.JobId.Split('-')[0]), ct);
            return;
        }

        switch ((await ledger.TakeInAsync([intake], ct))[0])
        {
            case IntakeDecision.Superfluous:
                spool.Disk.Delete(spool.Folders.Original(intake.JobId, intake.Instance.ArrivalId));
                break;
            case IntakeDecision.Conflict:
                // Back to where arrivals wait: it goes through the one place that sets conflicts aside.
                spool.Disk.Move(spool.Folders.Original(intake.JobId, intake.Instance.ArrivalId),
                    spool.Folders.Arrival(intake.Instance.ArrivalId));
                break;
            default:
                break;
        }
    }

    private IEnumerable<string> Originals(string jobId) => Directory.Exists(spool.Folders.Originals(jobId))
        ? Directory.EnumerateFiles(spool.Folders.Originals(jobId), "*.dcm").Order(StringComparer.Ordinal)
        : [];
}
