using Defacer.Imaging;
using Microsoft.Data.Sqlite;

namespace Defacer.Ledger;

// Instances into jobs.
public sealed partial class SqliteLedger
{
    private const string InstanceColumns =
        "arrival_id, sop_instance_uid, series_instance_uid, content_hash, bytes, arrived_at, is_processed, "
            + "has_original";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<IntakeDecision>> TakeInAsync(IReadOnlyList<Intake> arrivals, CancellationToken ct) =>
        TransactAsync<IReadOnlyList<IntakeDecision>>(
            () =>
            {
                // A job's own row is read and written once, not for each of its instances.
                var grown = new Dictionary<string, Growth>(StringComparer.Ordinal);
                var decisions = arrivals.Select(a => TakeIn(a, grown)).ToList();
                foreach (var (jobId, growth) in grown)
                {
                    Grow(jobId, growth);
                }

                return decisions;
            },
            ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Instance>> InstancesAsync(string jobId, CancellationToken ct) =>
        ReadAsync<IReadOnlyList<Instance>>(
        () => Query(
            $"SELECT {InstanceColumns} FROM instances WHERE job_id = $0 ORDER BY arrival_id", ReadInstance, jobId), ct);

    /// <inheritdoc/>
    public async ValueTask AddParkedAsync(
        string jobId, string route, Instance instance, Parked parked, CancellationToken ct) => await TransactAsync(
        () =>
        {
            if (Find(jobId) is null)
            {
                Insert(jobId, route, JobState.Parked, "received", instance.ArrivedAt);
                MoveTo(jobId, JobState.Parked, "received", parked);
                Add(jobId, instance);
            }

            return true;
        },
        ct);

    /// <inheritdoc/>
    public async ValueTask RestoreAsync(Job job, CancellationToken ct) => await TransactAsync(
        () =>
        {
            if (Find(job.Id) is null)
            {
                Insert(job.Id, job.Route, job.State, job.Reason, job.CreatedAt);
                MoveTo(job.Id, job.State, job.Reason, job.Parked);
            }

            return true;
        },
        ct);

    private IntakeDecision TakeIn(Intake intake, Dictionary<string, Growth> grown)
    {
        var (jobId, instance) = (intake.JobId, intake.Instance);
        if (!grown.TryGetValue(jobId, out var growth))
        {
            grown.Add(jobId, growth = new Growth(Find(jobId)?.State));
        }

        if (growth.State is null)
        {
            Insert(jobId, intake.Route, JobState.Receiving, "first instance", instance.ArrivedAt);
            Note(jobId, JobState.Receiving, "first instance");
            growth.State = JobState.Receiving;
            Add(jobId, instance);
            return IntakeDecision.Take;
        }

        var known = Query(
            $"SELECT {InstanceColumns} FROM instances WHERE job_id = $0 AND sop_instance_uid = $1",
            ReadInstance, jobId, instance.SOPInstanceUID);
        if (known is [])
        {
            Add(jobId, instance);
            Reopen(jobId, growth, instance, "late instance");
            return IntakeDecision.Take;
        }

        if (known[0].ArrivalId == instance.ArrivalId)
        {
            return IntakeDecision.Take;
        }

        if (known[0].ContentHash != instance.ContentHash)
        {
            return IntakeDecision.Conflict;
        }

        if (known[0].HasOriginal)
        {
            Execute("UPDATE jobs SET last_arrival_at = max(last_arrival_at, $1) WHERE id = $0 AND state = 'Receiving'",
                jobId, instance.ArrivedAt);
            return IntakeDecision.Superfluous;
        }

        // Sent again after the original was removed: kept, because a late slice needs its neighbours to be processed
        // with it.
        Execute(
            "UPDATE instances SET arrival_id = $2, arrived_at = $3, bytes = $4, has_original = 1 WHERE job_id = $0 "
                + "AND sop_instance_uid = $1",
            jobId, instance.SOPInstanceUID, instance.ArrivalId, instance.ArrivedAt, instance.Bytes);
        Reopen(jobId, growth, instance, "sent again");
        return IntakeDecision.Take;
    }

    private void Reopen(string jobId, Growth growth, Instance instance, string reason)
    {
        growth.Add(instance.ArrivedAt);

        // A worker in the middle finds the new revision at its end and lets the job go back.
        if (growth.State is not JobState.Receiving and not JobState.Processing)
        {
            MoveTo(jobId, JobState.Receiving, reason);
            growth.State = JobState.Receiving;
        }
    }

    private void Grow(string jobId, Growth growth)
    {
        if (growth.Revisions > 0)
        {
            Execute(
                "UPDATE jobs SET revision = revision + $2, is_cleaned = 0, last_arrival_at = max(last_arrival_at, $1) "
                    + "WHERE id = $0",
                jobId, growth.Latest, growth.Revisions);
        }
    }

    private void Insert(string jobId, string route, JobState state, string reason, DateTimeOffset arrivedAt) => Execute(
        """
        INSERT INTO jobs (id, route, state, reason, revision, created_at, last_arrival_at, changed_at)
        VALUES ($0, $1, $2, $3, 1, $4, $4, $5)
        """,
        jobId, route, state, reason, arrivedAt, Now);

    private void Add(string jobId, Instance i) => Execute(
        """
        INSERT INTO instances
            (job_id, arrival_id, sop_instance_uid, series_instance_uid, content_hash, bytes, arrived_at)
        VALUES ($0, $1, $2, $3, $4, $5, $6)
        """,
        jobId, i.ArrivalId, i.SOPInstanceUID, i.SeriesInstanceUID, i.ContentHash, i.Bytes, i.ArrivedAt);

    private static Instance ReadInstance(SqliteDataReader row) => new()
    {
        ArrivalId = row.GetString(0),
        SOPInstanceUID = row.GetString(1),
        SeriesInstanceUID = row.GetString(2),
        ContentHash = row.GetString(3),
        Bytes = row.GetInt64(4),
        ArrivedAt = Time(row, 5),
        IsProcessed = row.GetInt64(6) != 0,
        HasOriginal = row.GetInt64(7) != 0,
    };

    // What a transaction adds to a job.
    private sealed class Growth(JobState? state)
    {
        // Null: there is no such job yet.
        internal JobState? State { get; set; } = state;

        internal int Revisions { get; private set; }

        internal DateTimeOffset Latest { get; private set; }

        internal void Add(DateTimeOffset arrivedAt)
        {
            Revisions++;
            Latest = arrivedAt > Latest ? arrivedAt : Latest;
        }
    }
}
