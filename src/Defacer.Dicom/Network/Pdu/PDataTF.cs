using System.Buffers.Binary;

namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// P-DATA-TF (PS3.8 9.3.5) and its presentation data values (PDV; PS3.8 9.3.5.1, Annex E.2).
/// <code>
///  byte 1   2    3-6        one or more of:
/// +-----+----+------------+-------------------+------------+------------------------------+-----------------+
/// | 04H | 00 | length (4) | PDV length (4)    | context id | bit 0: command, bit 1: last  | fragment        |
/// +-----+----+------------+-------------------+------------+------------------------------+-----------------+
///                           counts what follows it: 2 + the fragment's bytes
/// </code>
/// </summary>
internal static class PDataTF
{
    /// <summary>Bytes of a PDV before its fragment.</summary>
    internal const int PdvHeaderSize = 6;

    private const byte CommandFlag = 1;
    private const byte LastFlag = 2;

    /// <summary>Takes the next PDV from the body of a P-DATA-TF.</summary>
    /// <exception cref="AssociationException">The PDV is cut, or shorter than its own head.</exception>
    internal static Pdv Take(ref ReadOnlyMemory<byte> rest)
    {
        var bytes = rest.Span;
        if (bytes.Length < PdvHeaderSize)
        {
            throw AssociationException.Invalid("A P-DATA-TF ends inside the head of a PDV, or has none.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length < 2 || length > bytes.Length - 4)
        {
            throw AssociationException.Invalid(
                $"A PDV declares {length} bytes; its P-DATA-TF has {bytes.Length - 4} left.");
        }

        var flags = bytes[5];
        var pdv = new Pdv(
            bytes[4], (flags & CommandFlag) != 0, (flags & LastFlag) != 0, rest[PdvHeaderSize..(int)(length + 4)]);
        rest = rest[(int)(length + 4)..];
        return pdv;
    }

    /// <summary>
    /// Writes the heads of a P-DATA-TF with one PDV; the fragment stands after them. Gives their size, 12 bytes.
    /// </summary>
    internal static int WriteHeads(Span<byte> target, byte contextId, bool isCommand, bool isLast, int fragmentLength)
    {
        PduHeader.Write(target, PduType.PDataTF, PdvHeaderSize + fragmentLength);
        BinaryPrimitives.WriteUInt32BigEndian(target[PduHeader.Size..], (uint)fragmentLength + 2);
        target[PduHeader.Size + 4] = contextId;
        target[PduHeader.Size + 5] = (byte)((isCommand ? CommandFlag : 0) | (isLast ? LastFlag : 0));
        return PduHeader.Size + PdvHeaderSize;
    }
}

/// <summary>
/// A presentation data value. The fragment lies in the receive buffer and is gone when the next PDU is read.
/// </summary>
internal readonly record struct Pdv(byte ContextId, bool IsCommand, bool IsLast, ReadOnlyMemory<byte> Fragment);
