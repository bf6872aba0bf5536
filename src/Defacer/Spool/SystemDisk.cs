using Microsoft.Win32.SafeHandles;

namespace Defacer.Spool;

/// <summary>The disk of the operating system.</summary>
public sealed class SystemDisk : IDisk
{
    /// <inheritdoc/>
    public IDiskFile Create(string path, long room) => new SystemFile(path, room);

    /// <inheritdoc/>
    public void Move(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            WindowsCalls.MoveThrough(from, to);
        }
        else if (!OperatingSystem.IsLinux() || !LinuxCalls.TryMove(from, to))
        {
            File.Move(from, to, overwrite: false);
        }
    }

    /// <inheritdoc/>
    public void Link(string from, string to)
    {
        var isLinked = OperatingSystem.IsWindows() ? WindowsCalls.TryLink(from, to) : LinuxCalls.TryLink(from, to);
        if (!isLinked)
        {
            var partial = to + ".part";
            File.Copy(from, partial, overwrite: true);
            FlushFile(partial);
            Move(partial, to);
        }
    }

    /// <inheritdoc/>
    public void FlushFolder(string path)
    {
        // NTFS journals names, and renames are written through.
        if (!OperatingSystem.IsWindows())
        {
            LinuxCalls.FlushFolder(path);
        }
    }

    /// <inheritdoc/>
    public void FlushFile(string path)
    {
        using var handle = File.OpenHandle(
            path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(handle);
    }

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public long FreeBytes(string path) => OperatingSystem.IsWindows()
        ? WindowsCalls.FreeBytes(path)
        : new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;

    private sealed class SystemFile : IDiskFile
    {
        private const long BlockMask = 4095;
        private readonly string _path;
        private readonly SafeFileHandle _handle;
        private readonly long _room;

        internal SystemFile(string path, long room)
        {
            (_path, _room) = (path, room);
            _handle = File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            if (OperatingSystem.IsLinux())
            {
                LinuxCalls.SetAside(_handle, room);
            }
        }

        public void Write(long position, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_handle, bytes, position);

        public void StartWriteBack(long position, long length)
        {
            if (OperatingSystem.IsLinux())
            {
                LinuxCalls.StartWriteBack(_handle, position, length);
            }
        }

        public void Flush(long length)
        {
            // Gives back what was set aside and not used; instances of a series are alike, and then nothing is.
            if (((length + BlockMask) & ~BlockMask) < _room)
            {
                RandomAccess.SetLength(_handle, length);
            }

            if (OperatingSystem.IsLinux())
            {
                LinuxCalls.FlushData(_handle);
            }
            else
            {
                RandomAccess.FlushToDisk(_handle);
            }
        }

        public Stream OpenRead() => new FileStream(
            _path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

        public void Dispose() => _handle.Dispose();
    }
}
