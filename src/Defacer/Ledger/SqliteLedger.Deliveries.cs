using System.Globalization;
using Defacer.Imaging;
using Microsoft.Data.Sqlite;

namespace Defacer.Ledger;

// Outputs on their way.
public sealed partial class SqliteLedger
{
    private const string DeliveryColumns =
        "job_id, sop_instance_uid, content_hash, destination, state, attempts, status, created_at";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Delivery>> DeliveriesAsync(string jobId, CancellationToken ct) =>
        ReadAsync<IReadOnlyList<Delivery>>(
        () => Query(
            $"SELECT {DeliveryColumns} FROM deliveries WHERE job_id = $0 ORDER BY destination, sop_instance_uid",
            ReadDelivery, jobId),
        ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Delivery>> NextDeliveriesAsync(
        string destination, IReadOnlySet<(string JobId, string UID)> inWork, int max,
            CancellationToken ct) => ReadAsync<IReadOnlyList<Delivery>>(
        () =>
        {
            var rows = Query(
                $"""
                SELECT {DeliveryColumns.Replace(", ", ", d.", StringComparison.Ordinal).Insert(0, "d.")}
                FROM deliveries d JOIN jobs j ON j.id = d.job_id
                WHERE d.destination = $0 AND d.state = 'Pending' AND j.state = 'Forwarding'
                ORDER BY d.attempts, j.changed_at, d.job_id, d.sop_instance_uid LIMIT $1
                """,
                ReadDelivery, destination, (long)max + inWork.Count);
            return [.. rows.Where(r => !inWork.Contains((r.JobId, r.Output.SOPInstanceUID))).Take(max)];
        },
        ct);

    /// <inheritdoc/>
    public ValueTask<int> HoldForeignDeliveriesAsync(IReadOnlyCollection<string> destinations, CancellationToken ct) =>
        TransactAsync(
        () =>
        {
            var foreign = Query(
                "SELECT DISTINCT destination FROM deliveries WHERE state = 'Pending'", r => r.GetString(0))
                .Except(destinations, StringComparer.Ordinal);
            return foreign.Sum(name => Execute(
                "UPDATE deliveries SET state = 'Held', changed_at = $1 WHERE state = 'Pending' AND destination = $0",
                name, Now));
        },
        ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> UnsettledAsync(CancellationToken ct) => ReadAsync<IReadOnlyList<string>>(
        () => Query(
            """
            SELECT id FROM jobs WHERE state = 'Forwarding'
            AND NOT EXISTS
                (SELECT 1 FROM deliveries d WHERE d.job_id = jobs.id AND d.state IN ('Pending', 'Sent'))
            """,
            r => r.GetString(0)),
        ct);

    /// <inheritdoc/>
    public async ValueTask RecordDeliveryAsync(
        Delivery delivery, DeliveryState state, int? status, CancellationToken ct) => await TransactAsync(
        () => Execute(
            """
            UPDATE deliveries SET state = $4, status = coalesce($5, status), attempts = attempts + $6, changed_at = $7
            WHERE job_id = $0 AND sop_instance_uid = $1 AND destination = $2 AND content_hash = $3
            """,
            delivery.JobId, delivery.Output.SOPInstanceUID, delivery.Destination, delivery.Output.ContentHash,
            state, status, state is DeliveryState.Delivered or DeliveryState.Sent ? 0 : 1, Now),
        ct);

    /// <inheritdoc/>
    public ValueTask<JobState> SettleAsync(string jobId, CancellationToken ct) => TransactAsync(
        () =>
        {
            var job = Find(jobId);
            if (job is not { State: JobState.Forwarding } || CountPending(jobId) > 0)
            {
                return job?.State ?? JobState.Done;
            }

            var held = Query(
                "SELECT destination, count(*), max(status) FROM deliveries WHERE job_id = $0 AND state = 'Held' GROUP "
                    + "BY destination",
                r => string.Create(CultureInfo.InvariantCulture, $"{r.GetInt64(1)} for {r.GetString(0)}{Answer(r)}"),
                    jobId);
            if (held.Count == 0)
            {
                MoveTo(jobId, JobState.Done, "every destination confirmed every instance");
                return JobState.Done;
            }

            MoveTo(jobId, JobState.Parked, "may not leave", new Parked(
                ParkCause.Destination,
                $"Instances refused for good: {string.Join(", ", held)}.",
                "Let the destination accept these objects (its log says why it refused), then retry."));
            return JobState.Parked;
        },
        ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueLength>> DeliveryQueuesAsync(CancellationToken ct) =>
        ReadAsync<IReadOnlyList<QueueLength>>(
        () => Query(
            "SELECT destination, count(*), min(created_at) FROM deliveries WHERE state = 'Pending' GROUP BY "
                + "destination",
            r => new QueueLength(r.GetString(0), r.GetInt32(1), Time(r, 2))),
        ct);

    private long CountPending(string jobId) =>
        Count("SELECT count(*) FROM deliveries WHERE job_id = $0 AND state IN ('Pending', 'Sent')", jobId);

    private void AddDeliveries(JobCompletion completion)
    {
        foreach (var output in completion.Outputs)
        {
            foreach (var destination in completion.Destinations)
            {
                Execute(
                    """
                    INSERT INTO deliveries
                        (job_id, sop_instance_uid, destination, content_hash, state, created_at, changed_at)
                    VALUES ($0, $1, $2, $3, 'Pending', $4, $4)
                    ON CONFLICT (job_id, sop_instance_uid, destination) DO UPDATE
                    SET content_hash = excluded.content_hash, state = 'Pending', attempts = 0, status = NULL,
                        changed_at = excluded.changed_at
                    WHERE content_hash <> excluded.content_hash
                    """,
                    completion.JobId, output.SOPInstanceUID, destination, output.ContentHash, Now);
            }
        }
    }

    private static string Answer(SqliteDataReader row) =>
        row.IsDBNull(2) ? string.Empty : string.Create(
            CultureInfo.InvariantCulture, $" (answer {row.GetInt64(2):X4}H)");

    private static Delivery ReadDelivery(SqliteDataReader row) => new()
    {
        JobId = row.GetString(0),
        Output = new JobOutput(row.GetString(1), row.GetString(2)),
        Destination = row.GetString(3),
        State = Name<DeliveryState>(row, 4),
        Attempts = row.GetInt32(5),
        Status = row.IsDBNull(6) ? null : row.GetInt32(6),
        CreatedAt = Time(row, 7),
    };
}
