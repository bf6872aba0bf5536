using Defacer.Spool;

namespace Defacer.Tests.Spool;

/// <summary>The real disk, with faults on order.</summary>
internal sealed class FaultyDisk : IDisk
{
    private readonly SystemDisk _disk = new();

    /// <summary>Bytes until the disk is full; null for never.</summary>
    public long? BytesUntilFull { get; set; }

    public bool FailFileFlush { get; set; }

    public bool FailFolderFlush { get; set; }

    public bool FailMove { get; set; }

    public long Free { get; set; } = long.MaxValue;

    public int FileFlushes { get; private set; }

    public bool FailCreate { get; set; }

    public List<string> Steps { get; } = [];

    public void ClearSteps()
    {
        lock (Steps)
        {
            Steps.Clear();
        }
    }

    public List<string> CopySteps()
    {
        lock (Steps)
        {
            return [.. Steps];
        }
    }

    public IDiskFile Create(string path, long room) => FailCreate
        ? throw new IOException("ENOSPC")
        : new FaultyFile(this, _disk.Create(path, room));

    public void Move(string from, string to)
    {
        if (FailMove)
        {
            throw new IOException("EIO (rename)");
        }

        Note($"move {Path.GetExtension(from)}>{Path.GetExtension(to)}");
        _disk.Move(from, to);
    }

    public void Link(string from, string to)
    {
        Note($"link {Path.GetExtension(from)}>{Path.GetExtension(to)}");
        _disk.Link(from, to);
    }

    public void FlushFolder(string path)
    {
        Note($"flush {Path.GetFileName(path)}");
        if (FailFolderFlush)
        {
            throw new IOException("EIO (fsync of a folder)");
        }

        _disk.FlushFolder(path);
    }

    public void FlushFile(string path) => _disk.FlushFile(path);

    public void Delete(string path) => _disk.Delete(path);

    public long FreeBytes(string path) => Free;

    private void Note(string step)
    {
        lock (Steps)
        {
            Steps.Add(step);
        }
    }

    private sealed class FaultyFile(FaultyDisk disk, IDiskFile file) : IDiskFile
    {
        public Stream OpenRead() => file.OpenRead();

        public void StartWriteBack(long position, long length) => file.StartWriteBack(position, length);

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            if (disk.BytesUntilFull is { } left)
            {
                var written = (int)Math.Min(left, bytes.Length);
                file.Write(position, bytes[..written]);
                disk.BytesUntilFull = left - written;
                if (written < bytes.Length)
                {
                    throw new IOException("ENOSPC");
                }
            }
            else
            {
                file.Write(position, bytes);
            }
        }

        public void Flush(long length)
        {
            disk.FileFlushes++;
            disk.Note("flush file");
            if (disk.FailFileFlush)
            {
                throw new IOException("EIO (fsync)");
            }

            file.Flush(length);
        }

        public void Dispose() => file.Dispose();
    }
}
