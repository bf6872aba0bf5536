using Microsoft.Data.Sqlite;

namespace Defacer.Ledger;

// Storage commitment: what destinations promised us, and what we promised sources.
public sealed partial class SqliteLedger
{
    private const string CommitmentTables = """
        CREATE TABLE IF NOT EXISTS commitments (
            job_id TEXT NOT NULL, sop_instance_uid TEXT NOT NULL, destination TEXT NOT NULL,
            content_hash TEXT NOT NULL, transaction_uid TEXT NOT NULL, asked_at INTEGER NOT NULL,
            PRIMARY KEY (job_id, sop_instance_uid, destination)) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS commitments_by_transaction ON commitments (transaction_uid);
        CREATE INDEX IF NOT EXISTS deliveries_sent ON deliveries (destination, job_id) WHERE state = 'Sent';
        CREATE TABLE IF NOT EXISTS commitment_requests (
            caller TEXT NOT NULL, transaction_uid TEXT NOT NULL, called TEXT NOT NULL, instances TEXT NOT NULL,
            created_at INTEGER NOT NULL, next_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (caller, transaction_uid)) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS promises (job_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS instances_by_uid ON instances (sop_instance_uid);
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Delivery>> NextCommitmentsAsync(
        string destination, DateTimeOffset askedBefore, int max, CancellationToken ct) =>
        ReadAsync<IReadOnlyList<Delivery>>(
        () => Query(
            $"""
            SELECT {DeliveryColumns.Replace(", ", ", d.", StringComparison.Ordinal).Insert(0, "d.")}
            FROM deliveries d JOIN jobs j ON j.id = d.job_id
            LEFT JOIN commitments c ON c.job_id = d.job_id AND c.sop_instance_uid = d.sop_instance_uid
                AND c.destination = d.destination AND c.content_hash = d.content_hash
            WHERE d.destination = $0 AND d.state = 'Sent' AND j.state = 'Forwarding'
                AND (c.asked_at IS NULL OR c.asked_at < $1)
            ORDER BY j.changed_at, d.job_id, d.sop_instance_uid LIMIT $2
            """,
            ReadDelivery, destination, askedBefore, (long)max),
        ct);

    /// <inheritdoc/>
    public async ValueTask BeginCommitmentAsync(
        string transactionUid, IReadOnlyList<Delivery> deliveries, CancellationToken ct) => await TransactAsync(
        () => deliveries.Sum(d => Execute(
            """
            INSERT OR REPLACE INTO commitments
                (job_id, sop_instance_uid, destination, content_hash, transaction_uid, asked_at)
            VALUES ($0, $1, $2, $3, $4, $5)
            """,
            d.JobId, d.Output.SOPInstanceUID, d.Destination, d.Output.ContentHash, transactionUid, Now)),
        ct);

    /// <inheritdoc/>
    public async ValueTask ForgetCommitmentAsync(string transactionUid, CancellationToken ct) => await TransactAsync(
        () => Execute("DELETE FROM commitments WHERE transaction_uid = $0", transactionUid), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> RecordCommitmentAsync(
        string transactionUid, IReadOnlyList<CommitmentOutcome> outcomes, CancellationToken ct) =>
        TransactAsync<IReadOnlyList<string>>(
        () =>
        {
            var jobs = new HashSet<string>(StringComparer.Ordinal);
            foreach (var outcome in outcomes)
            {
                foreach (var (jobId, destination, hash) in Query(
                    "SELECT job_id, destination, content_hash FROM commitments "
                        + "WHERE transaction_uid = $0 AND sop_instance_uid = $1",
                    r => (r.GetString(0), r.GetString(1), r.GetString(2)), transactionUid, outcome.SOPInstanceUID))
                {
                    Execute(
                        """
                        UPDATE deliveries SET state = $4, status = coalesce($5, status), attempts = attempts + $6,
                            changed_at = $7
                        WHERE job_id = $0 AND sop_instance_uid = $1 AND destination = $2 AND content_hash = $3
                            AND state = 'Sent'
                        """,
                        jobId, outcome.SOPInstanceUID, destination, hash, outcome.State, outcome.Reason,
                        outcome.State == DeliveryState.Delivered ? 0 : 1, Now);
                    Execute(
                        "DELETE FROM commitments WHERE job_id = $0 AND sop_instance_uid = $1 AND destination = $2",
                        jobId, outcome.SOPInstanceUID, destination);
                    jobs.Add(jobId);
                }
            }

            return [.. jobs];
        },
        ct);

    /// <inheritdoc/>
    public async ValueTask AcceptUncommittedAsync(IReadOnlyCollection<string> committing, CancellationToken ct) =>
        await TransactAsync(
        () => Query("SELECT DISTINCT destination FROM deliveries WHERE state = 'Sent'", r => r.GetString(0))
            .Except(committing, StringComparer.Ordinal)
            .Sum(name => Execute(
                "UPDATE deliveries SET state = 'Delivered', changed_at = $1 WHERE state = 'Sent' AND destination = $0",
                name, Now)),
        ct);

    /// <inheritdoc/>
    public async ValueTask AddCommitmentRequestAsync(SourceCommitment request, CancellationToken ct) =>
        await TransactAsync(
        () => Execute(
            """
            INSERT OR IGNORE INTO commitment_requests
                (caller, transaction_uid, called, instances, created_at, next_at) VALUES ($0, $1, $2, $3, $4, $5)
            """,
            request.Caller, request.TransactionUID, request.Called,
            string.Join('\n', request.References.Select(r => $"{r.SOPClassUID} {r.SOPInstanceUID}")),
            request.CreatedAt, request.NextAt),
        ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SourceCommitment>> DueCommitmentRequestsAsync(CancellationToken ct) =>
        ReadAsync<IReadOnlyList<SourceCommitment>>(
        () => Query(
            "SELECT caller, transaction_uid, called, instances, created_at, next_at, attempts FROM commitment_requests "
                + "WHERE next_at <= $0 ORDER BY next_at",
            ReadRequest, Now),
        ct);

    /// <inheritdoc/>
    public async ValueTask PostponeCommitmentRequestAsync(
        SourceCommitment request, DateTimeOffset until, CancellationToken ct) => await TransactAsync(
        () => Execute(
            "UPDATE commitment_requests SET next_at = $2, attempts = attempts + 1 WHERE caller = $0 "
                + "AND transaction_uid = $1",
            request.Caller, request.TransactionUID, until),
        ct);

    /// <inheritdoc/>
    public async ValueTask CloseCommitmentRequestAsync(string caller, string transactionUid, CancellationToken ct) =>
        await TransactAsync(
        () => Execute(
            "DELETE FROM commitment_requests WHERE caller = $0 AND transaction_uid = $1", caller, transactionUid),
        ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlySet<string>> PromiseAsync(IReadOnlyList<string> sopInstanceUids, CancellationToken ct) =>
        TransactAsync<IReadOnlySet<string>>(
        () =>
        {
            var here = new HashSet<string>(StringComparer.Ordinal);
            foreach (var uid in sopInstanceUids)
            {
                foreach (var jobId in Query(
                    """
                    SELECT i.job_id FROM instances i JOIN jobs j ON j.id = i.job_id
                    WHERE i.sop_instance_uid = $0 AND i.has_original = 1 AND j.state <> 'Rejected'
                    """,
                    r => r.GetString(0), uid))
                {
                    here.Add(uid);
                    Execute("INSERT OR IGNORE INTO promises (job_id) VALUES ($0)", jobId);
                }
            }

            return here;
        },
        ct);

    /// <inheritdoc/>
    public ValueTask<bool> IsPromisedAsync(string jobId, CancellationToken ct) => ReadAsync(
        () => Count("SELECT count(*) FROM promises WHERE job_id = $0", jobId) > 0, ct);

    private static SourceCommitment ReadRequest(SqliteDataReader row) => new()
    {
        Caller = row.GetString(0),
        TransactionUID = row.GetString(1),
        Called = row.GetString(2),
        References =
        [
            .. row.GetString(3).Split('\n').Select(line => line.Split(' ')).Select(parts => (parts[0], parts[1])),
        ],
        CreatedAt = Time(row, 4),
        NextAt = Time(row, 5),
        Attempts = row.GetInt32(6),
    };
}
