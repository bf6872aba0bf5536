using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Defacer.Dicom.Data;

/// <summary>Copies a part of a file into another one inside the system, where it can (copy_file_range of Linux).</summary>
internal static class FileRange
{
    /// <summary>
    /// Copies to where the target stands and moves it on; gives how many bytes were copied. Fewer than asked where the
    /// system or the file systems cannot, or the source ends early: whoever asked reads and writes the rest, and meets
    /// the cause there.
    /// </summary>
    internal static long Copy(SafeFileHandle source, long position, long length, FileStream target)
    {
        if (!OperatingSystem.IsLinux() || !target.CanSeek)
        {
            return 0;
        }

        var at = target.Position;
        var to = target.SafeFileHandle;
        var copied = 0L;
        while (copied < length)
        {
            var (from, into) = (position + copied, at + copied);
            // Both handles live until this method has returned.
            var count = CopyFileRange(
                (int)source.DangerousGetHandle(), ref from, (int)to.DangerousGetHandle(), ref into, (nuint)(length - copied), 0);
            if (count <= 0)
            {
                break;
            }

            copied += count;
        }

        target.Position = at + copied;
        GC.KeepAlive(source);
        return copied;
    }

    [DllImport("libc", EntryPoint = "copy_file_range", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint CopyFileRange(
        int source, ref long sourceAt, int target, ref long targetAt, nuint length, uint flags);
}
