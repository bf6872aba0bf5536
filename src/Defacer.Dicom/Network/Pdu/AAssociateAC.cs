namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// A-ASSOCIATE-AC (PS3.8 9.3.3): laid out as the request. The titles are sent back as they came and never tested.
/// <code>
///  byte 1   2    3-6          7-8            9-10    11-74     75-
/// +-----+----+------------+----------------+-------+---------+--------------------------+
/// | 02H | 00 | length (4) | version, bit 0 | 00 00 | 64 bytes| 10H, 21H ..., 50H items  |
/// +-----+----+------------+----------------+-------+---------+--------------------------+
/// </code>
/// </summary>
internal sealed record AAssociateAC
{
    internal required string CalledAeTitle { get; init; }

    internal required string CallingAeTitle { get; init; }

    internal required IReadOnlyList<AnsweredContextItem> Contexts { get; init; }

    internal required UserInformation UserInformation { get; init; }

    /// <summary>Bytes with the head.</summary>
    internal int Size =>
        PduHeader.Size + AAssociateRQ.FixedBodyLength + 4 + AAssociateRQ.DicomApplicationContext.Length
        + Contexts.Sum(c => c.Size) + UserInformation.Size;

    /// <summary>Reads what follows the head.</summary>
    /// <exception cref="AssociationException">A field is cut or no UID.</exception>
    internal static AAssociateAC Read(ReadOnlySpan<byte> body)
    {
        var reader = new ItemReader(body);
        reader.Skip(4);
        var called = AeTitle.Decode(reader.Take(AeTitle.Length));
        var calling = AeTitle.Decode(reader.Take(AeTitle.Length));
        reader.Skip(32);
        var userInformation = new UserInformation();
        var contexts = new List<AnsweredContextItem>();
        while (!reader.IsEmpty)
        {
            switch (reader.Item(out var item))
            {
                case AnsweredContextItem.ItemType:
                    contexts.Add(AnsweredContextItem.Read(item));
                    break;
                case UserInformation.ItemType:
                    userInformation = UserInformation.Read(item);
                    break;
                default:
                    break;
            }
        }

        return new AAssociateAC
        {
            CalledAeTitle = called ?? string.Empty,
            CallingAeTitle = calling ?? string.Empty,
            Contexts = contexts,
            UserInformation = userInformation,
        };
    }

    internal void Write(Span<byte> target)
    {
        PduHeader.Write(target, PduType.AssociateAC, Size - PduHeader.Size);
        var writer = new ItemWriter(target[PduHeader.Size..]);
        writer.UInt16(1);
        writer.Zeros(2);
        writer.Title(CalledAeTitle);
        writer.Title(CallingAeTitle);
        writer.Zeros(32);
        writer.AsciiItem(AAssociateRQ.ApplicationContextType, AAssociateRQ.DicomApplicationContext);
        foreach (var context in Contexts)
        {
            context.Write(ref writer);
        }

        UserInformation.Write(ref writer);
    }
}
