using Microsoft.Win32.SafeHandles;

namespace Defacer.Dicom.Data;

/// <summary>What tells whether a file was written to: its length and the time of its last change.</summary>
internal readonly record struct FileStamp(long Length, DateTime LastWriteUtc)
{
    internal static FileStamp Of(SafeFileHandle handle) =>
        new(RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));

    /// <exception cref="IOException">The file is in another state.</exception>
    internal void Verify(SafeFileHandle handle)
    {
        if (Of(handle) != this)
        {
            throw new IOException(
                "The file was written to after its header was read; read it again before its values.");
        }
    }
}
