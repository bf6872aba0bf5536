using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// Takes fields from the body of a PDU; what is too short is an <see cref="AssociationException"/>.
/// <code>
///  byte 1        2          3        4
/// +-----------+----------+-----------------+---------------------+
/// | item type | reserved | length (uint16) | 'length' more bytes |
/// +-----------+----------+-----------------+---------------------+
/// </code>
/// </summary>
internal ref struct ItemReader(ReadOnlySpan<byte> bytes)
{
    // PS3.5 9.1.
    private const int MaxUidLength = 64;
    private static readonly SearchValues<byte> s_uidBytes = SearchValues.Create("0123456789."u8);
    private ReadOnlySpan<byte> _rest = bytes;

    internal readonly bool IsEmpty => _rest.IsEmpty;

    internal byte Byte() => Take(1)[0];

    internal ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    internal uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    internal void Skip(int count) => Take(count);

    internal ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            throw AssociationException.Invalid($"A PDU ends {count - _rest.Length} bytes inside a field.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>The next item's type and body.</summary>
    internal byte Item(out ItemReader body)
    {
        var type = Byte();
        Skip(1);
        body = new ItemReader(Take(UInt16()));
        return type;
    }

    /// <summary>What has not been taken yet.</summary>
    internal readonly ReadOnlySpan<byte> Rest() => _rest;

    /// <summary>A UID of the 16-bit length that stands before it.</summary>
    internal string CountedUid() => Uid(Take(UInt16()));

    /// <summary>The rest as a UID.</summary>
    internal string Uid() => Uid(Take(_rest.Length));

    // Only digits and dots: UIDs go into logs. Padding is not allowed here (PS3.8 Annex F), but is seen.
    private static string Uid(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.TrimEnd(" \0"u8);
        if (bytes.Length > MaxUidLength || bytes.ContainsAnyExcept(s_uidBytes))
        {
            throw AssociationException.Invalid("A PDU holds text where a UID must be.");
        }

        return Encoding.ASCII.GetString(bytes);
    }
}
