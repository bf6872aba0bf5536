using System.Runtime.InteropServices;

namespace Defacer.Spool;

/// <summary>The few calls of Windows that .NET lacks.</summary>
internal static partial class WindowsCalls
{
    private const uint WriteThrough = 8;
    private const int InvalidFunction = 1;
    private const int NotSupported = 50;
    private const int TooManyLinks = 1142;

    /// <summary>Renames without replacing; NTFS has the name in its journal when this returns.</summary>
    internal static void MoveThrough(string from, string to)
    {
        if (!MoveFileEx(from, to, WriteThrough))
        {
            throw new IOException(
                $"Renaming within the spool failed (Windows error {Marshal.GetLastPInvokeError()}).");
        }
    }

    /// <summary>Gives a file a second name; false where the file system has no such thing.</summary>
    internal static bool TryLink(string from, string to)
    {
        if (CreateHardLink(to, from, 0))
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is InvalidFunction or NotSupported or TooManyLinks
            ? false
            : throw new IOException($"A second name cannot be given within the spool (Windows error {error}).");
    }

    /// <summary>Free bytes; DriveInfo knows drive letters only, and a spool may lie on a share.</summary>
    internal static long FreeBytes(string path) => GetDiskFreeSpaceEx(path, out var free, out _, out _)
        ? (long)Math.Min(free, long.MaxValue)
        : throw new IOException($"Free space cannot be read (Windows error {Marshal.GetLastPInvokeError()}).");

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", StringMarshalling = StringMarshalling.Utf16,
        SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool MoveFileEx(string from, string to, uint flags);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16,
        SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string name, string existing, nint security);

    [LibraryImport("kernel32", EntryPoint = "GetDiskFreeSpaceExW", StringMarshalling = StringMarshalling.Utf16,
        SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetDiskFreeSpaceEx(string path, out ulong free, out ulong total, out ulong all);
}
