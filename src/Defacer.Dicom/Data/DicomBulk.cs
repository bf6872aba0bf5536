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
