namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// A-ASSOCIATE-RQ (PS3.8 9.3.2).
/// <code>
///  byte 1   2    3-6          7-8            9-10    11-26        27-42         43-74     75-
/// +-----+----+------------+----------------+-------+------------+-------------+---------+--------------------------+
/// | 01H | 00 | length (4) | version, bit 0 | 00 00 | called (16)| calling (16)| 32 x 00 | 10H, 20H ..., 50H items  |
/// +-----+----+------------+----------------+-------+------------+-------------+---------+--------------------------+
/// </code>
/// </summary>
internal sealed record AAssociateRQ
{
    internal const string DicomApplicationContext = "1.2.840.10008.3.1.1.1";
    internal const byte ApplicationContextType = 0x10;
    internal const int FixedBodyLength = 68;

    internal ushort ProtocolVersion { get; init; } = 1;

    /// <summary>Null when it holds what no title may: then nobody can know it.</summary>
    internal required string? CalledAeTitle { get; init; }

    /// <inheritdoc cref="CalledAeTitle"/>
    internal required string? CallingAeTitle { get; init; }

    internal string ApplicationContext { get; init; } = DicomApplicationContext;

    internal required IReadOnlyList<ProposedContextItem> Contexts { get; init; }

    internal required UserInformation UserInformation { get; init; }

    /// <summary>Bytes with the head.</summary>
    internal int Size =>
        PduHeader.Size + FixedBodyLength + 4 + ApplicationContext.Length + Contexts.Sum(c =>
            c.Size) + UserInformation.Size;

    /// <summary>Reads what follows the head.</summary>
    /// <exception cref="AssociationException">A field is cut, even, twice, or no UID.</exception>
    internal static AAssociateRQ Read(ReadOnlySpan<byte> body)
    {
        var reader = new ItemReader(body);
        var version = reader.UInt16();
        reader.Skip(2);
        var called = AeTitle.Decode(reader.Take(AeTitle.Length));
        var calling = AeTitle.Decode(reader.Take(AeTitle.Length));
        reader.Skip(32);
        var applicationContext = string.Empty;
        var userInformation = new UserInformation();
        var contexts = new List<ProposedContextItem>();
        while (!reader.IsEmpty)
        {
            switch (reader.Item(out var item))
            {
                case ApplicationContextType:
                    applicationContext = item.Uid();
                    break;
                case ProposedContextItem.ItemType:
                    contexts.Add(ProposedContextItem.Read(item));
                    break;
                case UserInformation.ItemType:
                    userInformation = UserInformation.Read(item);
                    break;
                default:
                    // PS3.8 9.3.1: unrecognized items are ignored.
                    break;
            }
        }

        return contexts.DistinctBy(c => c.Id).Count() == contexts.Count
            ? new AAssociateRQ
            {
                ProtocolVersion = version,
                CalledAeTitle = called,
                CallingAeTitle = calling,
                ApplicationContext = applicationContext,
                Contexts = contexts,
                UserInformation = userInformation,
            }
            : throw AssociationException.Invalid("Two presentation contexts have the same id.");
    }

    internal void Write(Span<byte> target)
    {
        PduHeader.Write(target, PduType.AssociateRQ, Size - PduHeader.Size);
        var writer = new ItemWriter(target[PduHeader.Size..]);
        writer.UInt16(ProtocolVersion);
        writer.Zeros(2);
        writer.Title(CalledAeTitle ?? string.Empty);
        writer.Title(CallingAeTitle ?? string.Empty);
        writer.Zeros(32);
        writer.AsciiItem(ApplicationContextType, ApplicationContext);
        foreach (var context in Contexts)
        {
            context.Write(ref writer);
        }

        UserInformation.Write(ref writer);
    }
}
