using System.Buffers.Binary;

namespace Defacer.Dicom.Network.Pdu;

/// <summary>PDU types (PS3.8 9.3.1).</summary>
internal enum PduType : byte
{
    AssociateRQ = 0x01,
    AssociateAC = 0x02,
    AssociateRJ = 0x03,
    PDataTF = 0x04,
    ReleaseRQ = 0x05,
    ReleaseRP = 0x06,
    Abort = 0x07,
}

/// <summary>
/// The head of every PDU (PS3.8 9.3.1). Numbers of the upper layer are big endian.
/// <code>
///  byte 1     2          3        6
/// +--------+----------+-----------------+---------------------+
/// | type   | reserved | length (uint32) | 'length' more bytes |
/// +--------+----------+-----------------+---------------------+
/// </code>
/// </summary>
internal readonly record struct PduHeader(PduType Type, int Length)
{
    internal const int Size = 6;

    /// <summary>Bytes of the PDU with its head.</summary>
    internal int TotalLength => Size + Length;

    /// <summary>Reads a head; false when fewer than six bytes are there.</summary>
    /// <exception cref="AssociationException">The type is none of the standard, or the length is longer than the limits
    /// allow.</exception>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, Limits limits, out PduHeader header)
    {
        header = default;
        if (bytes.Length < Size)
        {
            return false;
        }

        var type = (PduType)bytes[0];
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]);
        var allowed = type switch
        {
            PduType.AssociateRQ or PduType.AssociateAC => limits.MaxAssociatePduLength,
            PduType.PDataTF => limits.MaxPduLength,
            PduType.AssociateRJ or PduType.ReleaseRQ or PduType.ReleaseRP or PduType.Abort => 4,
            _ => throw new AssociationException(
                AbortSource.ServiceProvider,
                AbortReason.UnrecognizedPdu,
                $"{bytes[0]:X2}H is no PDU type; is the peer a DICOM node?"),
        };
        // Before any memory is taken: the text of a stray HTTP request reads as a length of 800 MB.
        if (length > allowed)
        {
            throw AssociationException.Invalid(
                $"A PDU of type {bytes[0]:X2}H declares {length} bytes; {allowed} are allowed.");
        }

        header = new PduHeader(type, (int)length);
        return true;
    }

    /// <summary>Writes the head of a PDU whose body has <paramref name="length"/> bytes.</summary>
    internal static void Write(Span<byte> target, PduType type, int length)
    {
        target[0] = (byte)type;
        target[1] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(target[2..], (uint)length);
    }
}
