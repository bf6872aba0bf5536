using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Defacer.Spool;

/// <summary>The few calls of Linux (and, for folders, of other Unix systems) that .NET lacks.</summary>
internal static partial class LinuxCalls
{
    private const int ReadOnly = 0;
    private const int CurrentFolder = -100;
    private const int KeepSize = 1;
    private const uint NoReplace = 1;
    private const uint BeginWriting = 2;
    private const int EPERM = 1;
    private const int EINVAL = 22;
    private const int ENOSPC = 28;
    private const int EMLINK = 31;
    private const int ENOSYS = 38;
    private const int EOPNOTSUPP = 95;

    /// <summary>
    /// Sets space aside beyond the end: blocks are chosen now and not while an instance waits for its flush. Some file
    /// systems cannot; writing works all the same.
    /// </summary>
    /// <exception cref="IOException">The disk is full.</exception>
    [SupportedOSPlatform("linux")]
    internal static void SetAside(SafeFileHandle file, long length)
    {
        if (Allocate(file, KeepSize, 0, length) != 0 && Marshal.GetLastPInvokeError() == ENOSPC)
        {
            throw new IOException("The spool's disk is full.");
        }
    }

    /// <summary>Begins to write a range to the disk without waiting (sync_file_range); errors show at the flush.</summary>
    [SupportedOSPlatform("linux")]
    internal static void StartWriteBack(SafeFileHandle file, long position, long length) =>
        _ = SynchronizeRange(file, position, length, BeginWriting);

    /// <summary>
    /// Flushes the data and as much of the inode as reading them needs (fdatasync): times are not worth a wait.
    /// </summary>
    [SupportedOSPlatform("linux")]
    internal static void FlushData(SafeFileHandle file)
    {
        if (SynchronizeData(file) != 0)
        {
            throw new IOException($"A file of the spool cannot be flushed (errno {Marshal.GetLastPInvokeError()}).");
        }
    }

    /// <summary>Renames without replacing; false where the file system has no such call.</summary>
    [SupportedOSPlatform("linux")]
    internal static bool TryMove(string from, string to)
    {
        if (Rename(CurrentFolder, from, CurrentFolder, to, NoReplace) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is EINVAL or ENOSYS
            ? false
            : throw new IOException($"Renaming within the spool failed (errno {error}).");
    }

    /// <summary>Gives a file a second name; false where the file system has no such thing.</summary>
    internal static bool TryLink(string from, string to)
    {
        if (MakeLink(from, to) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is EPERM or EMLINK or ENOSYS or EOPNOTSUPP
            ? false
            : throw new IOException($"A second name cannot be given within the spool (errno {error}).");
    }

    /// <summary>Flushes a folder.</summary>
    internal static void FlushFolder(string path)
    {
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

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fallocate64", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SynchronizeRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SynchronizeData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int MakeLink(string from, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Rename(int fromFolder, string from, int toFolder, string to, uint flags);
}
