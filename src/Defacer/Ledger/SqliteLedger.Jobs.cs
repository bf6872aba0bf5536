using Defacer.Imaging;

namespace Defacer.Ledger;

// A job's life.
public sealed partial class SqliteLedger
{
    // The second death parks: one may be the machine's, two are the study's.
    private const int DeathsUntilPoison = 2;

    /// <inheritdoc/>
    public ValueTask<Job?> FindJobAsync(string jobId, CancellationToken ct) => ReadAsync(() => Find(jobId), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Job>> JobsAsync(JobState? state, CancellationToken ct) =>
        ReadAsync<IReadOnlyList<Job>>(
        () => Query($"SELECT {JobColumns} FROM jobs WHERE $0 IS NULL OR state = $0 ORDER BY changed_at, id", ReadJob,
            state), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobChange>> HistoryAsync(string jobId, CancellationToken ct) =>
        ReadAsync<IReadOnlyList<JobChange>>(
        () => Query(
            "SELECT at, state, reason FROM history WHERE job_id = $0 ORDER BY rowid",
            r => new JobChange(Time(r, 0), Name<JobState>(r, 1), r.GetString(2)), jobId),
        ct);

    /// <inheritdoc/>
    public ValueTask<bool> MarkReadyAsync(string jobId, int revision, string evidence, CancellationToken ct) =>
        TransactAsync(
        () => When(jobId, j => j.State == JobState.Receiving && j.Revision == revision, () =>
        {
            MoveTo(jobId, JobState.Ready, evidence);
            Execute("UPDATE jobs SET evidence = $1 WHERE id = $0", jobId, evidence);
        }),
        ct);

    /// <inheritdoc/>
    public ValueTask<Job?> LeaseJobAsync(string owner, TimeSpan duration, CancellationToken ct) => TransactAsync(
        () =>
        {
            if (Query($"SELECT {JobColumns} FROM jobs WHERE state = 'Ready' ORDER BY changed_at, id LIMIT 1",
                ReadJob) is not [var job])
            {
                return null;
            }

            MoveTo(job.Id, JobState.Processing, "a worker took it");
            Execute(
                "UPDATE jobs SET attempts = attempts + 1, lease_owner = $1, lease_until = $2 WHERE id = $0",
                job.Id, owner, Now + duration);
            return Find(job.Id);
        },
        ct);

    /// <inheritdoc/>
    public ValueTask<bool> RenewLeaseAsync(string jobId, string owner, TimeSpan duration, CancellationToken ct) =>
        TransactAsync(
        () => When(jobId, Holds(owner),
            () => Execute("UPDATE jobs SET lease_until = $1 WHERE id = $0", jobId, Now + duration)), ct);

    /// <inheritdoc/>
    public ValueTask<bool> ReturnJobAsync(string jobId, string owner, string reason, CancellationToken ct) =>
        TransactAsync(
        () => When(jobId, Holds(owner), () =>
        {
            MoveTo(jobId, JobState.Ready, reason);
            Execute("UPDATE jobs SET attempts = max(0, attempts - 1) WHERE id = $0", jobId);
        }),
        ct);

    /// <inheritdoc/>
    public ValueTask<bool> CompleteJobAsync(JobCompletion completion, CancellationToken ct) => TransactAsync(
        () =>
        {
            var job = Find(completion.JobId);
            if (job is null || !Holds(completion.Owner)(job))
            {
                return false;
            }

            Execute("UPDATE jobs SET attempts = 0 WHERE id = $0", job.Id);
            if (job.Revision != completion.Revision)
            {
                MoveTo(job.Id, JobState.Receiving, "more arrived while it was processed");
                return false;
            }

            foreach (var arrival in completion.ProcessedArrivals)
            {
                Execute("UPDATE instances SET is_processed = 1 WHERE job_id = $0 AND arrival_id = $1", job.Id, arrival);
            }

            AddDeliveries(completion);
            var pending = CountPending(job.Id);
            MoveTo(
                job.Id,
                pending == 0 ? JobState.Done : completion.NeedsApproval ? JobState.AwaitingApproval
                    : JobState.Forwarding,
                completion.Reason);
            return true;
        },
        ct);

    /// <inheritdoc/>
    public ValueTask<bool> ParkJobAsync(
        string jobId, string? owner, int? revision, Parked parked, CancellationToken ct) => TransactAsync(
        () =>
        {
            var job = Find(jobId);
            if (job is null || (owner is not null && !Holds(owner)(job)))
            {
                return false;
            }

            Execute("UPDATE jobs SET attempts = 0 WHERE id = $0", jobId);
            if (revision is { } judged && judged != job.Revision)
            {
                MoveTo(jobId, JobState.Receiving, "more arrived while it was processed");
                return false;
            }

            MoveTo(jobId, JobState.Parked, "may not leave", parked);
            return true;
        },
        ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ReclaimJobsAsync(bool everyLease, CancellationToken ct) =>
        TransactAsync<IReadOnlyList<string>>(
        () =>
        {
            var poison = new List<string>();
            foreach (var job in Query(
                $"SELECT {JobColumns} FROM jobs WHERE state = 'Processing' AND ($0 OR lease_until < $1)",
                ReadJob, everyLease, Now))
            {
                if (job.Attempts < DeathsUntilPoison)
                {
                    MoveTo(job.Id, JobState.Ready, "its worker stopped without finishing");
                    continue;
                }

                Execute("UPDATE jobs SET attempts = 0 WHERE id = $0", job.Id);
                MoveTo(job.Id, JobState.Parked, "may not leave", new Parked(
                    ParkCause.Poison,
                    $"The process ended {job.Attempts} times while this study was being processed.",
                    "Look for the cause in the log of those moments (memory?), then retry, or send the originals to "
                        + "support."));
                poison.Add(job.Id);
            }

            return poison;
        },
        ct);

    /// <inheritdoc/>
    public ValueTask<bool> DecideAsync(string jobId, JobDecision decision, CancellationToken ct) => TransactAsync(
        () => Find(jobId) is { } job && Decide(job, decision), ct);

    /// <inheritdoc/>
    public ValueTask<bool> MarkCleanedAsync(string jobId, CancellationToken ct) => TransactAsync(
        () => When(jobId, j => j.State is JobState.Done or JobState.Rejected, () =>
        {
            Execute("UPDATE instances SET has_original = 0 WHERE job_id = $0", jobId);
            Execute("UPDATE jobs SET is_cleaned = 1 WHERE id = $0", jobId);
        }),
        ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueLength>> JobQueuesAsync(CancellationToken ct) =>
        ReadAsync<IReadOnlyList<QueueLength>>(
        () => Query(
            "SELECT state, count(*), min(changed_at) FROM jobs GROUP BY state",
            r => new QueueLength(r.GetString(0), r.GetInt32(1), Time(r, 2))),
        ct);

    private bool Decide(Job job, JobDecision decision)
    {
        switch (decision, job.State, job.Parked?.Cause)
        {
            case (JobDecision.Approve, JobState.AwaitingApproval, _):
                MoveTo(job.Id, JobState.Forwarding, "approved by a person");
                return true;
            case (JobDecision.Reject,
                JobState.AwaitingApproval or JobState.Parked or JobState.Forwarding or JobState.Ready, _):
                MoveTo(job.Id, JobState.Rejected, "rejected by a person");
                return true;
            case (JobDecision.Retry, JobState.Parked, ParkCause.Destination):
                Execute("UPDATE deliveries SET state = 'Pending', attempts = 0 WHERE job_id = $0 AND state = 'Held'",
                    job.Id);
                MoveTo(job.Id, JobState.Forwarding, "sent again by a person");
                return true;

            // A person must choose between two contents of one instance; processing again cannot.
            case (JobDecision.Retry, JobState.Parked, not ParkCause.ConflictingDuplicate):
                MoveTo(job.Id, JobState.Ready, "processed again by a person");
                return true;
            case (JobDecision.Release, JobState.Parked, ParkCause.NotAHead or ParkCause.NoFaceInView):
                Execute("UPDATE jobs SET is_released = 1 WHERE id = $0", job.Id);
                MoveTo(job.Id, JobState.Ready, "released by a person");
                return true;
            default:
                return false;
        }
    }

    private bool When(string jobId, Predicate<Job> condition, Action then)
    {
        if (Find(jobId) is not { } job || !condition(job))
        {
            return false;
        }

        then();
        return true;
    }

    private static Predicate<Job> Holds(string owner) =>
        job => job.State == JobState.Processing && job.Lease?.Owner == owner;
}
