using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Defacer.Dicom.Data;

/// <summary>
/// A part of a file. The file is opened for each read and never held open; where its state at the time of parsing is
/// known, a
/// file that was written to since is refused, because its bytes may mean something else.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="position">Where the value begins.</param>
/// <param name="length">Its length in bytes.</param>
/// <param name="swapUnit">Bytes that swap together when the file is big endian; 1 where nothing swaps.</param>
public sealed class FileBulk(string path, long position, long length, int swapUnit = 1) : DicomBulk
{
    private const int CopyBytes = 256 * 1024;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Where the value begins in the file.</summary>
    public long Position => position;

    /// <inheritdoc/>
    public override long Length => length;

    /// <summary>The file's state when it was parsed; null when unknown.</summary>
    internal FileStamp? Stamp { get; init; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file is gone or was written to since it was parsed.</exception>
    public override void Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length - buffer.Length);
        using var handle = Open();
        Read(handle, offset, buffer);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file is gone or was written to since it was parsed.</exception>
    public override void CopyTo(Stream target)
    {
        // Opened once for all parts, whose size is a multiple of every unit. Rented and returned here.
        using var handle = Open();
        var copied = swapUnit == 1 && target is FileStream file ? FileRange.Copy(handle, position, length, file) : 0;
        if (copied == length)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            for (var at = copied; at < length; at += CopyBytes)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(CopyBytes, length - at));
                Read(handle, at, part);
                target.Write(part);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private SafeFileHandle Open()
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            Stamp?.Verify(handle);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void Read(SafeFileHandle handle, long offset, Span<byte> buffer)
    {
        var before = (int)(offset % swapUnit);
        var end = offset + buffer.Length;
        var after = (int)Math.Min((swapUnit - (end % swapUnit)) % swapUnit, length - end);
        if (before == 0 && after == 0)
        {
            ReadFully(handle, position + offset, buffer);
            ByteOrder.Swap(buffer, swapUnit);
            return;
        }

        // A part that begins or ends inside a number of a big endian file.
        var whole = new byte[before + buffer.Length + after];
        ReadFully(handle, position + offset - before, whole);
        ByteOrder.Swap(whole, swapUnit);
        whole.AsSpan(before, buffer.Length).CopyTo(buffer);
    }

    private static void ReadFully(SafeFileHandle handle, long at, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(handle, buffer, at);
            if (read == 0)
            {
                throw new EndOfStreamException(
                    $"The file ends at byte {at}, {buffer.Length} bytes before the end of the value.");
            }

            buffer = buffer[read..];
            at += read;
        }
    }
}
