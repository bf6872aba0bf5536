using Microsoft.Win32.SafeHandles;

namespace Defacer.Dicom.Data;

/// <summary>A large value left where it is: read only when asked for.</summary>
public abstract class DicomBulk
{
    /// <summary>Length in bytes, padding included.</summary>
    public abstract long Length { get; }

    /// <summary>Reads the whole of <paramref name="buffer"/> from <paramref name="offset"/> of the value.</summary>
    /// <exception cref="EndOfStreamException">The value ends earlier than it says.</exception>
    public abstract void Read(long offset, Span<byte> buffer);

    /// <summary>The whole value in memory.</summary>
    public byte[] ToArray()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)Length));
        Read(0, bytes);
        return bytes;
    }
}

/// <summary>A part of a file. The file is opened for each read and never held open.</summary>
/// <param name="path">The file.</param>
/// <param name="position">Where the value begins.</param>
/// <param name="length">Its length in bytes.</param>
/// <param name="swapUnit">Bytes that swap together when the file is big endian; 1 where nothing swaps.</param>
public sealed class FileBulk(string path, long position, long length, int swapUnit = 1) : DicomBulk
{
    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Where the value begins in the file.</summary>
    public long Position => position;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length - buffer.Length);
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        ReadFully(handle, position + offset, buffer);
        if (swapUnit > 1)
        {
            ByteOrder.Swap(buffer, swapUnit);
        }
    }

    private static void ReadFully(SafeFileHandle handle, long at, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(handle, buffer, at);
            if (read == 0)
            {
                throw new EndOfStreamException($"The file ends at byte {at}, {buffer.Length} bytes before the end of the value.");
            }

            buffer = buffer[read..];
            at += read;
        }
    }
}
