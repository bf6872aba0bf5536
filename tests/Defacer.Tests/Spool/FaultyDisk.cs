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

    public int FolderFlushes;

    /// <summary>Called before each folder flush; may block.</summary>
    public Action? OnFolderFlush { get; set; }

    public List<string> Steps { get; } = [];

    public IDiskFile Create(string path) => new FaultyFile(this, _disk.Create(path));

    public void Move(string from, string to)
    {
        if (FailMove)
        {
            throw new IOException("EIO (rename)");
        }

        Note($"move {Path.GetExtension(from)}>{Path.GetExtension(to)}");
        _disk.Move(from, to);
    }

    public void FlushFolder(string path)
    {
        OnFolderFlush?.Invoke();
        Note("flush folder");
        Interlocked.Increment(ref FolderFlushes);
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
        public Stream Stream => file.Stream;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            if (disk.BytesUntilFull is { } left)
            {
                var written = (int)Math.Min(left, bytes.Length);
                file.Write(bytes[..written]);
                disk.BytesUntilFull = left - written;
                if (written < bytes.Length)
                {
                    throw new IOException("ENOSPC");
                }
            }
            else
            {
                file.Write(bytes);
            }
        }

        public void Flush()
        {
            disk.FileFlushes++;
            disk.Note("flush file");
            if (disk.FailFileFlush)
            {
                throw new IOException("EIO (fsync)");
            }

            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}
