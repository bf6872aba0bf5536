using System.Globalization;
using Defacer.Imaging;
using Microsoft.Data.Sqlite;

namespace Defacer.Ledger;

/// <summary>
/// The ledger of a single machine: SQLite in WAL mode with <c>synchronous=FULL</c>, so that what a method reports
/// survives a power cut. One connection, one transaction at a time; other processes (the job verbs) wait for their
/// turn.
/// </summary>
public sealed partial class SqliteLedger : ILedger
{
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    private SqliteLedger(SqliteConnection connection, TimeProvider time) => (_connection, _time) = (connection, time);

    /// <summary>
    /// Opens the ledger, or makes an empty one. One that is damaged or of another version is set aside; the spool
    /// fills the new one.
    /// </summary>
    /// <returns>The ledger, and the name under which an unusable one was set aside; null when there was none.</returns>
    public static (SqliteLedger Ledger, string? SetAside) Open(string path, TimeProvider time)
    {
        try
        {
            return (Connect(path, time), null);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26)
        {
            // SQLITE_CORRUPT, SQLITE_NOTADB.
            var aside = SetAside(path, time);
            return (Connect(path, time), aside);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        foreach (var command in _prepared.Values)
        {
            await command.DisposeAsync();
        }

        await _connection.DisposeAsync();
        SqliteConnection.ClearPool(_connection);
        _turn.Dispose();
    }

    private static SqliteLedger Connect(string path, TimeProvider time)
    {
        var text =
            new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 60, Pooling = false }.ToString();
        var connection = new SqliteConnection(text);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText =
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA quick_check(1);";
            command.ExecuteNonQuery();
            command.CommandText = "PRAGMA user_version";
            var version = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
            if (version is not 0 and not Schema.Version)
            {
                throw new SqliteException($"The ledger has version {version}.", 26);
            }

            command.CommandText = Schema.Create + CommitmentTables + $"PRAGMA user_version={Schema.Version};";
            command.ExecuteNonQuery();
            return new SqliteLedger(connection, time);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string SetAside(string path, TimeProvider time)
    {
        var aside = $"{path}.unusable-{time.GetUtcNow():yyyyMMddHHmmss}";
        File.Move(path, aside);
        foreach (var suffix in new[] { "-wal", "-shm" })
        {
            File.Delete(path + suffix);
        }

        return aside;
    }

    // Runs the body as one durable transaction.
    private async ValueTask<T> TransactAsync<T>(Func<T> body, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            Execute("BEGIN IMMEDIATE");
            try
            {
                var result = body();
                Execute("COMMIT");
                return result;
            }
            catch
            {
                RollBack();
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void RollBack()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself after a disk error; the first error is the one to report.
        }
    }

    private async ValueTask<T> ReadAsync<T>(Func<T> body, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return body();
        }
        finally
        {
            _turn.Release();
        }
    }

    private int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    private long Count(string sql, params ReadOnlySpan<object?> values) =>
        Convert.ToInt64(Prepare(sql, values).ExecuteScalar() ?? 0L, CultureInfo.InvariantCulture);

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    // Parameters are $0, $1, ... in order.
    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _prepared.Add(sql, command);
        }

        command.Parameters.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i}", values[i] switch
            {
                null => DBNull.Value,
                DateTimeOffset time => time.ToUnixTimeMilliseconds(),
                Enum name => name.ToString(),
                bool flag => flag ? 1L : 0L,
                var value => value,
            });
        }

        return command;
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    private void Note(string jobId, JobState state, string reason) =>
        Execute("INSERT INTO history (job_id, at, state, reason) VALUES ($0, $1, $2, $3)", jobId, Now, state, reason);

    // Every change of state goes through here: it ends the lease, forgets the cause, and is noted.
    private void MoveTo(string jobId, JobState state, string reason, Parked? parked = null)
    {
        Execute(
            """
            UPDATE jobs SET state = $1, reason = $2, changed_at = $3, cause = $4, detail = $5, remedy = $6,
                lease_owner = NULL, lease_until = NULL
            WHERE id = $0
            """,
            jobId, state, reason, Now, parked?.Cause, parked?.Detail, parked?.Remedy);
        Note(jobId, state, parked is null ? reason : $"{parked.Cause}: {parked.Detail}");
    }

    private static DateTimeOffset Time(SqliteDataReader row, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static T Name<T>(SqliteDataReader row, int column)
        where T : struct, Enum => Enum.TryParse<T>(row.GetString(column), out var value) ? value : default;

    private const string JobColumns =
        "id, route, state, reason, cause, detail, remedy, revision, attempts, is_released, is_cleaned, "
        + "created_at, last_arrival_at, changed_at, lease_owner, lease_until, evidence";

    private static Job ReadJob(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Route = row.GetString(1),
        State = Name<JobState>(row, 2),
        Reason = row.GetString(3),
        Parked = row.IsDBNull(4) ? null : new Parked(Name<ParkCause>(row, 4), row.GetString(5), row.GetString(6)),
        Revision = row.GetInt32(7),
        Attempts = row.GetInt32(8),
        IsReleased = row.GetInt64(9) != 0,
        IsCleaned = row.GetInt64(10) != 0,
        CreatedAt = Time(row, 11),
        LastArrivalAt = Time(row, 12),
        ChangedAt = Time(row, 13),
        Evidence = row.GetString(16),
        Lease = row.IsDBNull(14) ? null : new Lease(row.GetString(14), Time(row, 15)),
    };

    private Job? Find(string jobId) =>
        Query($"SELECT {JobColumns} FROM jobs WHERE id = $0", ReadJob, jobId) is [var job] ? job : null;
}
