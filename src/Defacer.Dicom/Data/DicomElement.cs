using System.Text;

namespace Defacer.Dicom.Data;

/// <summary>A data element with a value in bytes, little endian, padding included, exactly as read.</summary>
public sealed class DicomElement : DicomItem
{
    private readonly ReadOnlyMemory<byte> _value;

    /// <summary>An element whose value is in memory.</summary>
    public DicomElement(DicomTag tag, DicomVR vr, ReadOnlyMemory<byte> value)
        : base(tag, vr) => _value = value;

    /// <summary>An element whose value stays where it is until it is asked for.</summary>
    public DicomElement(DicomTag tag, DicomVR vr, DicomBulk bulk)
        : base(tag, vr) => Bulk = bulk;

    /// <summary>
    /// An element of characters taken as they are, padded to even length: for what is passed on, where
    /// <see cref="DicomDataset.AddOrUpdate(DicomTag, DicomVR, ReadOnlySpan{string})"/> would refuse a value that
    /// violates its VR.
    /// </summary>
    public static DicomElement FromText(DicomTag tag, DicomVR vr, string text)
    {
        var bytes = new byte[text.Length + (text.Length & 1)];
        Encoding.Latin1.GetBytes(text, bytes);
        if (bytes.Length > text.Length)
        {
            bytes[^1] = vr.Padding;
        }

        return new DicomElement(tag, vr, bytes);
    }

    /// <summary>Where a large value lies, or null when it is in memory.</summary>
    public DicomBulk? Bulk { get; }

    /// <summary>The length of the value in bytes.</summary>
    public long Length => Bulk?.Length ?? _value.Length;

    /// <summary>Reads a part of the value, wherever it lies.</summary>
    /// <param name="offset">Of its first byte in the value.</param>
    /// <param name="buffer">Filled wholly.</param>
    public void Read(long offset, Span<byte> buffer)
    {
        if (Bulk is null)
        {
            _value.Span.Slice((int)offset, buffer.Length).CopyTo(buffer);
        }
        else
        {
            Bulk.Read(offset, buffer);
        }
    }

    /// <summary>The value; a large one is read from its file at each call.</summary>
    public ReadOnlyMemory<byte> Value => Bulk is null ? _value : Bulk.ToArray();
}
