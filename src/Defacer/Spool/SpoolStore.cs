using System.Collections.Concurrent;
using System.Threading.Channels;
using Defacer.Configuration;

namespace Defacer.Spool;

/// <summary>
/// Where instances wait. The files are the truth: what is in <c>incoming/</c> or <c>jobs/</c> was acknowledged, and
/// after a crash it is found there again.
/// </summary>
public sealed partial class SpoolStore : IAsyncDisposable
{
    /// <summary>The version of the layout; another one is refused, never converted in silence.</summary>
    public const string LayoutVersion = "1";

    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly ILogger<SpoolStore> _log;
    private readonly SpoolLock _lock;
    private readonly GroupCommit _commit;
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, byte> _openAssociations = new(StringComparer.Ordinal);

    private SpoolStore(SpoolFolders folders, SpoolLock held, SpoolOptions options, IDisk disk, TimeProvider time,
        ILogger<SpoolStore> log)
    {
        (Folders, _lock, _disk, _time, _log) = (folders, held, disk, time, log);
        Key = SpoolKey.LoadOrCreate(Path.Combine(folders.Root, "spool.key"));
        Space = new FreeSpace(disk, folders.Root, options.MinFreeSpace.Bytes, time);
        _commit = new GroupCommit(disk, folders.Incoming, ReportDiskError);
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

    /// <summary>Keeps a job's folder to one writer at a time.</summary>
    public JobLocks Locks { get; } = new();

    /// <summary>Time that each shared flush took is told here, with success or failure.</summary>
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
            foreach (var folder in new[] { folders.Incoming, folders.Jobs, folders.Parked })
            {
                Directory.CreateDirectory(folder);
            }

            disk.FlushFolder(folders.Root);
            RemoveUnfinished(folders);
            return new SpoolStore(folders, held, options, disk, time, log);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A file for an instance about to arrive; null when the disk is below its mark or cannot be written.
    /// </summary>
    public IncomingFile? TryCreate(Arrival description)
    {
        if (!Space.IsAboveMark)
        {
            return null;
        }

        var path = Path.Combine(Folders.Incoming, description.Id + ".part");
        IDiskFile? file = null;
        try
        {
            file = _disk.Create(path);
            return new IncomingFile(this, description, path, file);
        }
        catch (Exception e) when (DiskError.Is(e))
        {
            ReportDiskError(e);
            file?.Dispose();
            Discard(path);
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
    public async ValueTask DisposeAsync()
    {
        await _commit.DisposeAsync();
        _arrivals.Writer.TryComplete();
        _lock.Dispose();
    }

    internal async ValueTask<bool> CommitAsync(IncomingFile file, Arrival arrival, CancellationToken ct)
    {
        var start = _time.GetTimestamp();
        var succeeded = await _commit.CommitAsync(file.PartPath, Folders.Arrival(file.Id), ct);
        OnCommit?.Invoke(_time.GetElapsedTime(start), succeeded);
        if (succeeded)
        {
            _arrivals.Writer.TryWrite(arrival);
        }

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
