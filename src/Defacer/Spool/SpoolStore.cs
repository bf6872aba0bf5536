using System.Collections.Concurrent;
using System.Threading.Channels;
using Defacer.Configuration;

namespace Defacer.Spool;

/// <summary>
/// Where instances wait. The files are the truth: what is in <c>incoming/</c> or <c>jobs/</c>, and what is whole in
/// <c>slots/</c>, was acknowledged, and after a crash it is found there again.
/// </summary>
public sealed partial class SpoolStore : IAsyncDisposable
{
    /// <summary>The version of the layout; another one is refused, never converted in silence.</summary>
    public const string LayoutVersion = "1";

    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly ILogger<SpoolStore> _log;
    private readonly SpoolLock _lock;
    private readonly SlotPool _slots;
    // Not told of its single reader: the channel made for that cannot be counted.
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>();
    private readonly ConcurrentDictionary<string, byte> _openAssociations = new(StringComparer.Ordinal);

    private SpoolStore(SpoolFolders folders, SpoolLock held, SpoolOptions options, IDisk disk, TimeProvider time,
        ILogger<SpoolStore> log)
    {
        (Folders, _lock, _disk, _time, _log) = (folders, held, disk, time, log);
        Key = SpoolKey.LoadOrCreate(Path.Combine(folders.Root, "spool.key"));
        Space = new FreeSpace(disk, folders.Root, options.MinFreeSpace.Bytes, time);
        _slots = new SlotPool(disk, folders.Slots, ReportDiskError);
    }

    /// <summary>The names.</summary>
    public SpoolFolders Folders { get; }

    /// <summary>Makes ids from what identifies a patient.</summary>
    public SpoolKey Key { get; }

    /// <summary>The watermark.</summary>
    public FreeSpace Space { get; }

    /// <summary>The disk.</summary>
    public IDisk Disk => _disk;

    /// <summary>Acknowledged instances in the order of their acknowledgement, for one reader.</summary>
    public ChannelReader<Arrival> Arrivals => _arrivals.Reader;

    /// <summary>
    /// Acknowledged instances that may wait for their studies, about a kilobyte of memory each. More mean that the ledger
    /// stands still: nothing new is taken then.
    /// </summary>
    public int MaxWaiting { get; set; } = 10_000;

    /// <summary>Acknowledged instances whose study does not have them yet.</summary>
    public int Waiting => _arrivals.Reader.Count;

    /// <summary>Whether too many wait.</summary>
    public bool IsCongested => Waiting >= MaxWaiting;

    /// <summary>Keeps a job's folder to one writer at a time.</summary>
    public JobLocks Locks { get; } = new();

    /// <summary>Time that each instance took to become durable is told here, with success or failure.</summary>
    public Action<TimeSpan, bool>? OnCommit { get; set; }

    /// <summary>Takes the spool, makes its folders, removes what was never finished.</summary>
    /// <exception cref="SpoolInUseException">Another node runs on it.</exception>
    /// <exception cref="InvalidDataException">It has another layout.</exception>
    public static SpoolStore Open(
        string root, SpoolOptions options, IDisk disk, TimeProvider time, ILogger<SpoolStore> log)
    {
        var folders = new SpoolFolders(root);
        MakeRoot(folders.Root);
        var held = SpoolLock.Take(folders);
        try
        {
            CheckVersion(folders, disk);
            foreach (var folder in new[] { folders.Slots, folders.Incoming, folders.Jobs, folders.Parked })
            {
                Directory.CreateDirectory(folder);
            }

            disk.FlushFolder(folders.Root);
            RemoveUnfinished(folders);
            RecoverSlots(folders, disk, log);
            return new SpoolStore(folders, held, options, disk, time, log);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A file for an instance about to arrive; null when too many wait, or the disk is below its mark or cannot be
    /// written.
    /// </summary>
    public IncomingFile? TryCreate(Arrival description)
    {
        if (IsCongested || !Space.IsAboveMark)
        {
            return null;
        }

        Slot? slot = null;
        try
        {
            slot = _slots.Take();
            return new IncomingFile(this, description, slot);
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            ReportDiskError(e);
            if (slot is not null)
            {
                slot.File.Dispose();
                Discard(slot.Path);
            }

            return null;
        }
    }

    /// <summary>A new arrival id: random, sortable by time.</summary>
    public string NewArrivalId() => Guid.CreateVersion7(_time.GetUtcNow()).ToString("N");

    /// <summary>An association that may send is open; the studies it sends to stay open.</summary>
    public void AssociationOpened(string association) => _openAssociations.TryAdd(association, 0);

    /// <summary>The association ended, however.</summary>
    public void AssociationClosed(string association) => _openAssociations.TryRemove(association, out _);

    /// <summary>Whether the association is still open.</summary>
    public bool IsOpen(string association) => _openAssociations.ContainsKey(association);

    /// <summary>Puts what an earlier run acknowledged and did not place back in line; gives their number.</summary>
    public int Rescan()
    {
        var count = 0;
        foreach (var path in Directory.EnumerateFiles(Folders.Incoming, "*.dcm").Order(StringComparer.Ordinal))
        {
            if (TryDescribe(path) is { } arrival && _arrivals.Writer.TryWrite(arrival))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>An arrival as its file tells it; null, with a log line, when the file is not ours.</summary>
    public Arrival? TryDescribe(string path)
    {
        try
        {
            return ReceivedFile.Read(path, new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero));
        }
        catch (Exception e) when (e is Dicom.Data.DicomFormatException or IOException)
        {
            _log.LogError("{File} in the spool is no instance that was received here; it is left where it is.",
                Path.GetFileName(path));
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _slots.Dispose();
        _arrivals.Writer.TryComplete();
        _lock.Dispose();
        return default;
    }

    /// <summary>
    /// Makes the instance in a slot durable with one flush, of the file. It keeps the slot's name until its job has it.
    /// </summary>
    internal bool TryCommit(Slot slot, ReadOnlySpan<byte> front, Arrival arrival)
    {
        var start = _time.GetTimestamp();
        var succeeded = false;
        try
        {
            slot.File.Write(0, front);

            // One attempt only: after a failed flush the kernel may call the lost pages clean, and a second would lie.
            slot.File.Flush(arrival.Bytes);
            if (!slot.IsNameDurable)
            {
                _disk.FlushFolder(Folders.Slots);
            }

            succeeded = true;
            _slots.Learn(arrival.Bytes);
            _arrivals.Writer.TryWrite(arrival with { Path = slot.Path });
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            ReportDiskError(e);
        }

        OnCommit?.Invoke(_time.GetElapsedTime(start), succeeded);
        return succeeded;
    }

    internal void Discard(string path)
    {
        try
        {
            _disk.Delete(path);
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            // Removed at the next start.
            ReportDiskError(e);
        }
    }

    internal void ReportDiskError(Exception e) =>
        _log.LogError(e, "The spool's disk failed; the instance is answered with A700H and not kept.");

    // Patients' data lie here: readable by the owner only. On Windows the folder inherits; the service script sets it.
    private static void MakeRoot(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void CheckVersion(SpoolFolders folders, IDisk disk)
    {
        var path = Path.Combine(folders.Root, "VERSION");
        if (!File.Exists(path))
        {
            File.WriteAllText(path, LayoutVersion + "\n");
            disk.FlushFile(path);
            return;
        }

        var version = File.ReadAllText(path).Trim();
        if (version != LayoutVersion)
        {
            throw new InvalidDataException(
                $"The spool {folders.Root} has layout version {version}, this program reads version {LayoutVersion}. "
                    + "Use the program that wrote it.");
        }
    }

    // What is whole was acknowledged, or all but: it waits with the other arrivals. The rest was made ahead or still
    // arriving.
    private static void RecoverSlots(SpoolFolders folders, IDisk disk, ILogger log)
    {
        var slots = Directory.EnumerateFiles(folders.Slots, "*" + SlotPool.Extension).ToList();
        var recovered = 0;
        foreach (var slot in slots)
        {
            if (ReceivedFile.Recover(slot) is { } arrivalId && !File.Exists(folders.Arrival(arrivalId)))
            {
                disk.Link(slot, folders.Arrival(arrivalId));
                recovered++;
            }
        }

        disk.FlushFolder(folders.Incoming);
        slots.ForEach(disk.Delete);
        if (recovered > 0)
        {
            log.LogInformation("{Count} instances of the last run were received and not yet in a study.", recovered);
        }
    }

    private static void RemoveUnfinished(SpoolFolders folders)
    {
        foreach (var part in Directory.EnumerateFiles(folders.Root, "*.part", SearchOption.AllDirectories).ToList())
        {
            File.Delete(part);
        }

        var works = Directory.EnumerateDirectories(folders.Jobs).Select(j => Path.Combine(j, "work"));
        foreach (var work in works.Where(Directory.Exists).ToList())
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
