using Defacer.Spool;

namespace Defacer.Tests.Spool;

/// <summary>
/// A disk that loses power at a given step. It keeps beside the real files what a file system must have kept: bytes
/// that were flushed, and names as they were when their folder was last flushed. What was not flushed it keeps in part
/// or not at all, as it likes.
/// </summary>
internal sealed class PowerCutDisk : IDisk
{
    private readonly SystemDisk _disk = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Body> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Body> _durableNames = new(StringComparer.Ordinal);

    /// <summary>The step that no longer happens; the count goes on over all operations.</summary>
    public int CutAt { get; set; } = int.MaxValue;

    public int Steps { get; private set; }

    public IDiskFile Create(string path, long room)
    {
        lock (_lock)
        {
            Step();
            var body = new Body();
            _names[path] = body;
            return new CutFile(this, _disk.Create(path, room), body, room);
        }
    }

    public void Move(string from, string to)
    {
        lock (_lock)
        {
            Step();
            _disk.Move(from, to);
            _names[to] = BodyOf(from, to);
            _names.Remove(from);
        }
    }

    public void Link(string from, string to)
    {
        lock (_lock)
        {
            Step();
            _disk.Link(from, to);
            _names[to] = BodyOf(from, from);
        }
    }

    public void FlushFolder(string path)
    {
        lock (_lock)
        {
            Step();
            foreach (var name in _durableNames.Keys.Where(n => Path.GetDirectoryName(n) == path).ToList())
            {
                _durableNames.Remove(name);
            }

            foreach (var (name, body) in _names.Where(n => Path.GetDirectoryName(n.Key) == path))
            {
                _durableNames[name] = body;
            }
        }
    }

    public void FlushFile(string path)
    {
        lock (_lock)
        {
            Step();
            BodyOf(path, path).Durable = File.ReadAllBytes(path);
        }
    }

    public void Delete(string path)
    {
        lock (_lock)
        {
            Step();
            _disk.Delete(path);
            _names.Remove(path);
        }
    }

    public long FreeBytes(string path) => long.MaxValue;

    /// <summary>What is on the disk when the power is back, under another root.</summary>
    /// <param name="from">The root of the spool.</param>
    /// <param name="to">The other root.</param>
    /// <param name="latestNames">Whether the names are those of the last moment, or those last flushed.</param>
    public void Restore(string from, string to, bool latestNames)
    {
        foreach (var (name, body) in latestNames ? _names : _durableNames)
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, name));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, body.Durable ?? body.Torn());
        }
    }

    private void Step()
    {
        if (++Steps >= CutAt)
        {
            throw new IOException("The power is off.");
        }
    }

    // Small files of the node (descriptions) are written outside and told here when they are flushed.
    private Body BodyOf(string path, string name)
    {
        if (!_names.TryGetValue(path, out var body))
        {
            body = new Body();
        }

        return _names[name] = body;
    }

    private sealed class Body
    {
        public byte[]? Durable { get; set; }

        public MemoryStream Written { get; } = new();

        // The system writes pages when it likes: here the second half has reached the disk and the first has not.
        public byte[] Torn()
        {
            var bytes = Written.ToArray();
            bytes.AsSpan(0, bytes.Length / 2).Clear();
            return bytes;
        }
    }

    private sealed class CutFile : IDiskFile
    {
        private readonly PowerCutDisk _disk;
        private readonly IDiskFile _file;
        private readonly Body _body;

        public CutFile(PowerCutDisk disk, IDiskFile file, Body body, long room)
        {
            (_disk, _file, _body) = (disk, file, body);
            _body.Written.SetLength(room);
        }

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            lock (_disk._lock)
            {
                _disk.Step();
                _file.Write(position, bytes);
                _body.Written.Position = position;
                _body.Written.Write(bytes);
            }
        }

        public void StartWriteBack(long position, long length) => _file.StartWriteBack(position, length);

        public void Flush(long length)
        {
            lock (_disk._lock)
            {
                _disk.Step();
                _file.Flush(length);
                _body.Written.SetLength(length);
                _body.Durable = _body.Written.ToArray();
            }
        }

        public Stream OpenRead() => _file.OpenRead();

        public void Dispose() => _file.Dispose();
    }
}
