using System.Collections.Concurrent;

namespace Defacer.Spool;

/// <summary>
/// A nameless place for an instance: an empty file with space set aside, in <c>slots/</c>.
/// </summary>
/// <param name="Path">Its name.</param>
/// <param name="File">Open for writing.</param>
/// <param name="IsNameDurable">Whether the name survives a power cut already.</param>
internal sealed record Slot(string Path, IDiskFile File, bool IsNameDurable);

/// <summary>
/// Files made before their instance comes. Making a name durable costs a flush of the folder; made ahead, many names
/// share one, and an instance waits for the flush of its own bytes alone.
/// </summary>
internal sealed class SlotPool(IDisk disk, string folder, Action<Exception> onError) : IDisposable
{
    internal const string Extension = ".slot";

    /// <summary>
    /// Slots ready at most. A flush of the folder for each 24; at 1,000 instances a second one in 24 ms. The space of 32
    /// is small.
    /// </summary>
    internal const int Full = 32;

    // Fewer than these ready, and more are made.
    private const int Low = 8;
    private const long FirstRoom = 512 * 1024;
    private const long BlockMask = 4095;
    private const long LargestRoom = 4 * 1024 * 1024;
    private readonly ConcurrentQueue<Slot> _ready = new();
    private readonly Lock _lock = new();
    private long _room = FirstRoom;
    private int _isFilling;
    private bool _isClosed;

    /// <summary>A slot; one made on the spot when none is ready.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal Slot Take()
    {
        var found = _ready.TryDequeue(out var slot);
        if (_ready.Count < Low && Interlocked.Exchange(ref _isFilling, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.Fill(), this, preferLocal: false);
        }

        return found ? slot! : Make(isNameDurable: false);
    }

    /// <summary>The size of an instance that came: the next ones are likely to be alike.</summary>
    internal void Learn(long bytes) =>
        Volatile.Write(ref _room, Math.Clamp((bytes + BlockMask) & ~BlockMask, 0, LargestRoom));

    /// <summary>Removes what nobody used.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            while (_ready.TryDequeue(out var slot))
            {
                slot.File.Dispose();
                Remove(slot.Path);
            }
        }
    }

    private void Fill()
    {
        try
        {
            lock (_lock)
            {
                while (!_isClosed && _ready.Count < Low)
                {
                    Refill();
                }
            }
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            // The next instance tries on its own and is answered accordingly.
            onError(e);
        }
        finally
        {
            Volatile.Write(ref _isFilling, 0);
        }
    }

    private void Refill()
    {
        var made = new List<Slot>();
        try
        {
            while (_ready.Count + made.Count < Full)
            {
                made.Add(Make(isNameDurable: true));
            }

            disk.FlushFolder(folder);
        }
        catch
        {
            foreach (var slot in made)
            {
                slot.File.Dispose();
                Remove(slot.Path);
            }

            throw;
        }

        made.ForEach(_ready.Enqueue);
    }

    private Slot Make(bool isNameDurable)
    {
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N") + Extension);
        try
        {
            return new Slot(path, disk.Create(path, Volatile.Read(ref _room)), isNameDurable);
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    private void Remove(string path)
    {
        try
        {
            disk.Delete(path);
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            // Without a valid record it is removed at the next start.
            onError(e);
        }
    }
}
