using Defacer.Spool;

namespace Defacer.Tests.Spool;

/// <summary>
/// A disk that loses power at a given step. It keeps beside the real files what a file system must have kept: bytes
/// that were flushed, and names as they were when their folder was last flushed; nothing more.
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

    public IDiskFile Create(string path)
    {
        lock (_lock)
        {
            Step();
            var body = new Body();
            _names[path] = body;
            return new CutFile(this, _disk.Create(path), body);
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
    public void Restore(string from, string to)
    {
        foreach (var (name, body) in _durableNames)
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, name));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, body.Durable);
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
        public byte[] Durable { get; set; } = [];
    }

    private sealed class CutFile(PowerCutDisk disk, IDiskFile file, Body body) : IDiskFile
    {
        private readonly MemoryStream _bytes = new();

        public Stream Stream => file.Stream;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            lock (disk._lock)
            {
                disk.Step();
                file.Write(bytes);
                _bytes.Write(bytes);
            }
        }

        public void Flush()
        {
            lock (disk._lock)
            {
                disk.Step();
                file.Flush();
                body.Durable = _bytes.ToArray();
            }
        }

        public void Dispose() => file.Dispose();
    }
}
