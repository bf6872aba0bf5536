namespace Defacer.Ledger;

/// <summary>
/// The tables of the ledger on SQLite. Times are milliseconds since 1970, states are names of the enums.
/// </summary>
internal static class Schema
{
    /// <summary>
    /// Kept in <c>user_version</c>; a ledger of another version is set aside and rebuilt from the spool.
    /// </summary>
    internal const int Version = 1;

    internal const string Create = """
        CREATE TABLE IF NOT EXISTS jobs (
            id TEXT PRIMARY KEY, route TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
            evidence TEXT NOT NULL DEFAULT '',
            cause TEXT, detail TEXT, remedy TEXT,
            revision INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
            is_released INTEGER NOT NULL DEFAULT 0, is_cleaned INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL, last_arrival_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
            lease_owner TEXT, lease_until INTEGER) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, changed_at);
        CREATE TABLE IF NOT EXISTS instances (
            job_id TEXT NOT NULL REFERENCES jobs (id), arrival_id TEXT NOT NULL, sop_instance_uid TEXT NOT NULL,
            series_instance_uid TEXT NOT NULL, content_hash TEXT NOT NULL, bytes INTEGER NOT NULL,
            arrived_at INTEGER NOT NULL,
            is_processed INTEGER NOT NULL DEFAULT 0, has_original INTEGER NOT NULL DEFAULT 1,
            PRIMARY KEY (job_id, arrival_id)) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX IF NOT EXISTS instances_by_uid ON instances (job_id, sop_instance_uid);
        CREATE TABLE IF NOT EXISTS deliveries (
            job_id TEXT NOT NULL REFERENCES jobs (id), sop_instance_uid TEXT NOT NULL, destination TEXT NOT NULL,
            content_hash TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, status INTEGER,
            created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
            PRIMARY KEY (job_id, sop_instance_uid, destination)) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (destination, job_id) WHERE state = 'Pending';
        CREATE TABLE IF NOT EXISTS history (
            job_id TEXT NOT NULL REFERENCES jobs (id), at INTEGER NOT NULL, state TEXT NOT NULL,
            reason TEXT NOT NULL) STRICT;
        CREATE INDEX IF NOT EXISTS history_by_job ON history (job_id);
        """;
}
