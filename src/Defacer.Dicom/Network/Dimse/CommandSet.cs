using System.Buffers.Binary;
using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Network.Dimse;

/// <summary>
/// The command set of a message (PS3.7 6.3.1, Annex E): implicit little endian, whatever the context's transfer syntax.
/// Holds the elements that the services here use; others are passed over.
/// </summary>
public sealed record CommandSet
{
    /// <summary>(0000,0800) of a message without a data set.</summary>
    public const ushort NoDataSet = 0x0101;

    private const ushort DataSetFollows = 0x0000;
    private const int HeaderBytes = 8;

    /// <summary>(0000,0100).</summary>
    public required ushort CommandField { get; init; }

    /// <summary>(0000,0110) of a request; 0 in a response.</summary>
    public ushort MessageID { get; init; }

    /// <summary>(0000,0120) of a response; 0 in a request.</summary>
    public ushort MessageIDBeingRespondedTo { get; init; }

    /// <summary>(0000,0002), without padding; null when absent.</summary>
    public string? AffectedSOPClassUID { get; init; }

    /// <summary>(0000,1000), without padding; null when absent.</summary>
    public string? AffectedSOPInstanceUID { get; init; }

    /// <summary>(0000,0003) of an N-ACTION, without padding; null when absent.</summary>
    public string? RequestedSOPClassUID { get; init; }

    /// <summary>(0000,1001) of an N-ACTION, without padding; null when absent.</summary>
    public string? RequestedSOPInstanceUID { get; init; }

    /// <summary>(0000,1002) of an N-EVENT-REPORT; null when absent.</summary>
    public ushort? EventTypeID { get; init; }

    /// <summary>(0000,1008) of an N-ACTION; null when absent.</summary>
    public ushort? ActionTypeID { get; init; }

    /// <summary>(0000,0600) of a C-MOVE; null when absent.</summary>
    public string? MoveDestination { get; init; }

    /// <summary>(0000,1020) of a C-MOVE or C-GET response; null when absent.</summary>
    public ushort? NumberOfRemainingSuboperations { get; init; }

    /// <summary>(0000,1021) of a C-MOVE or C-GET response; null when absent.</summary>
    public ushort? NumberOfCompletedSuboperations { get; init; }

    /// <summary>(0000,1022) of a C-MOVE or C-GET response; null when absent.</summary>
    public ushort? NumberOfFailedSuboperations { get; init; }

    /// <summary>(0000,1023) of a C-MOVE or C-GET response; null when absent.</summary>
    public ushort? NumberOfWarningSuboperations { get; init; }

    /// <summary>(0000,0700): 0 medium, 1 high, 2 low; null when absent.</summary>
    public ushort? Priority { get; init; }

    /// <summary>(0000,1030); null when absent.</summary>
    public string? MoveOriginatorAeTitle { get; init; }

    /// <summary>(0000,1031); null when absent.</summary>
    public ushort? MoveOriginatorMessageID { get; init; }

    /// <summary>Whether a data set follows, by (0000,0800).</summary>
    public bool HasDataSet { get; init; }

    /// <summary>(0000,0900) with (0000,0902), of a response; null in a request.</summary>
    public DicomStatus? Status { get; init; }

    /// <summary>Whether this answers a request.</summary>
    public bool IsResponse => (CommandField & Dimse.CommandField.ResponseBit) != 0;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    internal int Size =>
        HeaderBytes + 4 + GroupLength;

    private int GroupLength =>
        TextSize(AffectedSOPClassUID) + TextSize(RequestedSOPClassUID) + US + US + TextSize(MoveDestination)
        + NumberSize(Priority) + US
        + (Status is { } status ? US + TextSize(Comment(status)) : 0)
        + TextSize(AffectedSOPInstanceUID) + TextSize(RequestedSOPInstanceUID)
        + NumberSize(EventTypeID) + NumberSize(ActionTypeID)
        + NumberSize(NumberOfRemainingSuboperations) + NumberSize(NumberOfCompletedSuboperations)
        + NumberSize(NumberOfFailedSuboperations) + NumberSize(NumberOfWarningSuboperations)
        + TextSize(MoveOriginatorAeTitle) + NumberSize(MoveOriginatorMessageID);

    // C-CANCEL names the message that it ends, as a response does (PS3.7 9.3.2.3).
    private bool NamesEarlierMessage => IsResponse || CommandField == Dimse.CommandField.CCancelRQ;

    private static int US => HeaderBytes + 2;

    /// <summary>Reads a command set.</summary>
    /// <exception cref="AssociationException">It is cut, has a group other than 0000, or lacks what every command
    /// has.</exception>
    internal static CommandSet Read(ReadOnlySpan<byte> bytes)
    {
        ushort? field = null, dataSetType = null, status = null;
        string? comment = null;
        var result = new CommandSet { CommandField = 0 };
        while (!bytes.IsEmpty)
        {
            var (tag, value) = Take(ref bytes);
            result = tag.Element switch
            {
                0x0002 => result with { AffectedSOPClassUID = Text(value) },
                0x0003 => result with { RequestedSOPClassUID = Text(value) },
                0x0110 => result with { MessageID = UInt16(value) },
                0x0120 => result with { MessageIDBeingRespondedTo = UInt16(value) },
                0x0600 => result with { MoveDestination = AeTitle.Decode(value) },
                0x0700 => result with { Priority = UInt16(value) },
                0x1000 => result with { AffectedSOPInstanceUID = Text(value) },
                0x1001 => result with { RequestedSOPInstanceUID = Text(value) },
                0x1002 => result with { EventTypeID = UInt16(value) },
                0x1008 => result with { ActionTypeID = UInt16(value) },
                0x1020 => result with { NumberOfRemainingSuboperations = UInt16(value) },
                0x1021 => result with { NumberOfCompletedSuboperations = UInt16(value) },
                0x1022 => result with { NumberOfFailedSuboperations = UInt16(value) },
                0x1023 => result with { NumberOfWarningSuboperations = UInt16(value) },
                0x1030 => result with { MoveOriginatorAeTitle = AeTitle.Decode(value) },
                0x1031 => result with { MoveOriginatorMessageID = UInt16(value) },
                _ => result,
            };
            switch (tag.Element)
            {
                case 0x0100:
                    field = UInt16(value);
                    break;
                case 0x0800:
                    dataSetType = UInt16(value);
                    break;
                case 0x0900:
                    status = UInt16(value);
                    break;
                case 0x0902:
                    comment = Text(value);
                    break;
                default:
                    break;
            }
        }

        if (field is null || dataSetType is null)
        {
            throw AssociationException.ByUser("A command set lacks (0000,0100) or (0000,0800).");
        }

        return result with
        {
            CommandField = field.Value,
            HasDataSet = dataSetType != NoDataSet,
            Status = status is null ? null : WithComment(new DicomStatus(status.Value), comment),
        };
    }

    /// <summary>Writes the command set, in the order of the tags, with its group length.</summary>
    internal void Write(Span<byte> target)
    {
        Header(ref target, 0x0000, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)GroupLength);
        target = target[4..];
        WriteText(ref target, 0x0002, AffectedSOPClassUID, '\0');
        WriteText(ref target, 0x0003, RequestedSOPClassUID, '\0');
        WriteUS(ref target, 0x0100, CommandField);
        WriteUS(
            ref target,
            NamesEarlierMessage ? (ushort)0x0120 : (ushort)0x0110,
            NamesEarlierMessage ? MessageIDBeingRespondedTo : MessageID);
        WriteText(ref target, 0x0600, MoveDestination, ' ');
        WriteUS(ref target, 0x0700, Priority);
        WriteUS(ref target, 0x0800, HasDataSet ? DataSetFollows : NoDataSet);
        WriteUS(ref target, 0x0900, Status?.Code);
        WriteText(ref target, 0x0902, Status is { } status ? Comment(status) : null, ' ');
        WriteText(ref target, 0x1000, AffectedSOPInstanceUID, '\0');
        WriteText(ref target, 0x1001, RequestedSOPInstanceUID, '\0');
        WriteUS(ref target, 0x1002, EventTypeID);
        WriteUS(ref target, 0x1008, ActionTypeID);
        WriteUS(ref target, 0x1020, NumberOfRemainingSuboperations);
        WriteUS(ref target, 0x1021, NumberOfCompletedSuboperations);
        WriteUS(ref target, 0x1022, NumberOfFailedSuboperations);
        WriteUS(ref target, 0x1023, NumberOfWarningSuboperations);
        WriteText(ref target, 0x1030, MoveOriginatorAeTitle, ' ');
        WriteUS(ref target, 0x1031, MoveOriginatorMessageID);
    }

    private static DicomStatus WithComment(DicomStatus status, string? comment) =>
        string.IsNullOrEmpty(comment) ? status : status.WithComment(comment);

    private static string? Comment(DicomStatus status) =>
        string.IsNullOrEmpty(status.ErrorComment) ? null : status.ErrorComment;

    private static (DicomTag Tag, byte[] Value) Take(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes)
        {
            throw AssociationException.ByUser("A command set ends inside an element's header.");
        }

        var tag = new DicomTag(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        bytes = bytes[HeaderBytes..];
        if (tag.Group != 0 || length > bytes.Length)
        {
            throw AssociationException.ByUser(
                $"A command set holds {tag} with {length} bytes; it has {bytes.Length} left.");
        }

        var value = bytes[..(int)length].ToArray();
        bytes = bytes[(int)length..];
        return (tag, value);
    }

    private static ushort UInt16(byte[] value) => value.Length == 2
        ? BinaryPrimitives.ReadUInt16LittleEndian(value)
        : throw AssociationException.ByUser($"A command set holds a number of {value.Length} bytes where two are due.");

    private static string Text(byte[] value) => Encoding.Latin1.GetString(value).Trim(' ', '\0');

    private static int TextSize(string? text) => text is null ? 0 : HeaderBytes + ((text.Length + 1) & ~1);

    private static int NumberSize(ushort? number) => number is null ? 0 : US;

    private static void Header(ref Span<byte> target, ushort element, int length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], element);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], (uint)length);
        target = target[HeaderBytes..];
    }

    private static void WriteUS(ref Span<byte> target, ushort element, ushort? value)
    {
        if (value is { } number)
        {
            Header(ref target, element, 2);
            BinaryPrimitives.WriteUInt16LittleEndian(target, number);
            target = target[2..];
        }
    }

    private static void WriteText(ref Span<byte> target, ushort element, string? text, char padding)
    {
        if (text is not null)
        {
            var length = (text.Length + 1) & ~1;
            Header(ref target, element, length);
            Encoding.ASCII.GetBytes(text, target);
            if (length > text.Length)
            {
                target[text.Length] = (byte)padding;
            }

            target = target[length..];
        }
    }
}
