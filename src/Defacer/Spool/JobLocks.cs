namespace Defacer.Spool;

/// <summary>
/// One writer at a time in a job's folder: taking in, publishing, parking and cleaning move the same files.
/// </summary>
public sealed class JobLocks
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Waits for the job's folder; dispose to let go.</summary>
    public async ValueTask<IDisposable> TakeAsync(string jobId, CancellationToken ct)
    {
        Entry entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(jobId, out entry!))
            {
                _entries.Add(jobId, entry = new Entry());
            }

            entry.Users++;
        }

        try
        {
            await entry.Gate.WaitAsync(ct);
        }
        catch
        {
            Leave(jobId, entry);
            throw;
        }

        return new Held(this, jobId, entry);
    }

    private void Leave(string jobId, Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Users == 0)
            {
                _entries.Remove(jobId);
                entry.Gate.Dispose();
            }
        }
    }

    private sealed class Entry
    {
        internal SemaphoreSlim Gate { get; } = new(1, 1);

        internal int Users { get; set; }
    }

    private sealed class Held(JobLocks owner, string jobId, Entry entry) : IDisposable
    {
        private int _isReleased;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            {
                entry.Gate.Release();
                owner.Leave(jobId, entry);
            }
        }
    }
}
