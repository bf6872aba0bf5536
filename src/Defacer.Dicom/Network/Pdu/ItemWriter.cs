using System.Buffers.Binary;
using System.Text;

namespace Defacer.Dicom.Network.Pdu;

/// <summary>Puts fields into the body of a PDU; an item's length is written when the item ends.</summary>
internal ref struct ItemWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    /// <summary>Bytes written.</summary>
    internal int Position { get; private set; }

    internal void Byte(byte value) => _target[Position++] = value;

    internal void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_target[Position..], checked((ushort)value));
        Position += 2;
    }

    internal void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_target[Position..], value);
        Position += 4;
    }

    internal void Zeros(int count)
    {
        _target.Slice(Position, count).Clear();
        Position += count;
    }

    internal void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_target[Position..]);
        Position += bytes.Length;
    }

    internal void Ascii(string text) => Position += Encoding.ASCII.GetBytes(text, _target[Position..]);

    internal void Title(string title)
    {
        AeTitle.Encode(title, _target.Slice(Position, AeTitle.Length));
        Position += AeTitle.Length;
    }

    internal void CountedAscii(string text)
    {
        UInt16(text.Length);
        Ascii(text);
    }

    internal void CountedBytes(ReadOnlySpan<byte> bytes)
    {
        UInt16(bytes.Length);
        Bytes(bytes);
    }

    /// <summary>Writes an item's head; gives the place of its length for <see cref="End"/>.</summary>
    internal int Begin(byte itemType)
    {
        Byte(itemType);
        Byte(0);
        Position += 2;
        return Position - 2;
    }

    /// <summary>Completes the item that began at the place given.</summary>
    internal readonly void End(int place) =>
        BinaryPrimitives.WriteUInt16BigEndian(_target[place..], checked((ushort)(Position - place - 2)));

    internal void AsciiItem(byte itemType, string text)
    {
        var place = Begin(itemType);
        Ascii(text);
        End(place);
    }
}
