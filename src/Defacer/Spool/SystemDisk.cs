using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Defacer.Spool;

/// <summary>The disk of the operating system.</summary>
public sealed partial class SystemDisk : IDisk
{
    /// <inheritdoc/>
    public IDiskFile Create(string path) => new SystemFile(path);

    /// <inheritdoc/>
    public void Move(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS journals names; write-through makes the rename itself durable before it returns.
            if (!MoveFileEx(from, to, MoveFileWriteThrough))
            {
                throw new IOException(
                    $"Renaming within the spool failed (Windows error {Marshal.GetLastPInvokeError()}).");
            }

            return;
        }

        File.Move(from, to, overwrite: false);
    }

    /// <inheritdoc/>
    public void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"A folder of the spool cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        }

        var failed = Synchronize(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failed)
        {
            throw new IOException($"A folder of the spool cannot be flushed (errno {error}).");
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
    public long FreeBytes(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            return new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;
        }

        // DriveInfo knows drive letters only; a spool may lie on a share.
        return GetDiskFreeSpaceEx(path, out var free, out _, out _)
            ? (long)Math.Min(free, long.MaxValue)
            : throw new IOException($"Free space cannot be read (Windows error {Marshal.GetLastPInvokeError()}).");
    }

    private const int ReadOnly = 0;
    private const uint MoveFileWriteThrough = 8;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", StringMarshalling = StringMarshalling.Utf16,
        SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool MoveFileEx(string from, string to, uint flags);

    [LibraryImport("kernel32", EntryPoint = "GetDiskFreeSpaceExW", StringMarshalling = StringMarshalling.Utf16,
        SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetDiskFreeSpaceEx(string path, out ulong free, out ulong total, out ulong all);

    private sealed class SystemFile : IDiskFile
    {
        private readonly FileStream _stream;

        // Readable too: the routing attributes are read back from the same handle before the file gets its name.
        internal SystemFile(string path) =>
            _stream = new FileStream(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 128 * 1024);

        public Stream Stream => _stream;

        public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

        public void Flush()
        {
            _stream.Flush(flushToDisk: false);
            RandomAccess.FlushToDisk(Handle);
        }

        public void Dispose() => _stream.Dispose();

        private SafeFileHandle Handle => _stream.SafeFileHandle;
    }
}
