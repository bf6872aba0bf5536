using System.Buffers;

namespace Defacer.Dicom.Data;

/// <summary>A large value left where it is: read only when asked for.</summary>
public abstract class DicomBulk
{
    // Stays in the second cache between reading and writing.
    private const int CopyBytes = 256 * 1024;

    /// <summary>Length in bytes, padding included.</summary>
    public abstract long Length { get; }

    /// <summary>Reads the whole of <paramref name="buffer"/> from <paramref name="offset"/> of the value.</summary>
    /// <exception cref="EndOfStreamException">The value ends earlier than it says.</exception>
    public abstract void Read(long offset, Span<byte> buffer);

    /// <summary>Writes the whole value to a stream, in parts.</summary>
    /// <exception cref="EndOfStreamException">The value ends earlier than it says.</exception>
    public virtual void CopyTo(Stream target)
    {
        // Rented and returned here.
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            for (long at = 0; at < Length; at += CopyBytes)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(CopyBytes, Length - at));
                Read(at, part);
                target.Write(part);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The whole value in memory.</summary>
    /// <exception cref="IOException">It has more bytes than an array; read it in parts.</exception>
    public byte[] ToArray()
    {
        if (Length > Array.MaxLength)
        {
            throw new IOException($"The value has {Length} bytes, more than an array holds; read it in parts.");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)Length);
        Read(0, bytes);
        return bytes;
    }
}
