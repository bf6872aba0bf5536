using System.Text;

namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// User information (PS3.8 Annex D, PS3.7 Annex D.3.3), the same in request and answer.
/// <code>
///  50H | 00 | length(2) |
///    51H  maximum length       00 00 00 00          bytes of a P-DATA-TF that the writer of this takes; 0 = any
///    52H  implementation class UID
///    53H  asynchronous window  invoked(2) performed(2)
///    54H  role selection       uid-length(2) uid scu(1) scp(1)
///    55H  implementation version, 1 to 16 characters
///    56H  extended negotiation uid-length(2) uid information
///    57H  common extended      see <see cref="CommonExtendedItem"/>
///    58H  user identity        type(1) wants-response(1) length(2) primary length(2) secondary
///    59H  identity response    length(2) response
/// </code>
/// </summary>
internal sealed record UserInformation
{
    internal const byte ItemType = 0x50;

    /// <summary>0 means without limit.</summary>
    internal uint MaxPduLength { get; init; }

    internal string? ImplementationClassUID { get; init; }

    internal string? ImplementationVersionName { get; init; }

    internal (ushort Invoked, ushort Performed)? AsynchronousWindow { get; init; }

    internal IReadOnlyList<RoleSelection> Roles { get; init; } = [];

    internal IReadOnlyList<ExtendedNegotiation> ExtendedNegotiations { get; init; } = [];

    internal IReadOnlyList<CommonExtendedNegotiation> CommonExtendedNegotiations { get; init; } = [];

    internal UserIdentity? UserIdentity { get; init; }

    internal ReadOnlyMemory<byte>? UserIdentityResponse { get; init; }

    internal int Size =>
        4 + 8
        + (ImplementationClassUID is { } uid ? 4 + uid.Length : 0)
        + (ImplementationVersionName is { } version ? 4 + version.Length : 0)
        + (AsynchronousWindow is null ? 0 : 8)
        + Roles.Sum(r => 8 + r.SopClassUID.Length)
        + ExtendedNegotiations.Sum(e => 6 + e.SopClassUID.Length + e.Information.Length)
        + CommonExtendedNegotiations.Sum(CommonExtendedItem.Size)
        + (UserIdentity is { } identity ? 10 + identity.Primary.Length + identity.Secondary.Length : 0)
        + (UserIdentityResponse is { } response ? 6 + response.Length : 0);

    internal static UserInformation Read(ItemReader body)
    {
        var result = new UserInformation();
        var roles = new List<RoleSelection>();
        var extended = new List<ExtendedNegotiation>();
        var common = new List<CommonExtendedNegotiation>();
        while (!body.IsEmpty)
        {
            switch (body.Item(out var item))
            {
                case 0x51:
                    result = result with { MaxPduLength = item.UInt32() };
                    break;
                case 0x52:
                    result = result with { ImplementationClassUID = item.Uid() };
                    break;
                case 0x53:
                    result = result with { AsynchronousWindow = (item.UInt16(), item.UInt16()) };
                    break;
                case 0x54:
                    roles.Add(new RoleSelection(item.CountedUid(), item.Byte() == 1, item.Byte() == 1));
                    break;
                case 0x55:
                    result = result with { ImplementationVersionName = Printable(item.Rest()) };
                    break;
                case 0x56:
                    extended.Add(new ExtendedNegotiation(item.CountedUid(), item.Rest().ToArray()));
                    break;
                case 0x57:
                    common.Add(CommonExtendedItem.Read(item));
                    break;
                case 0x58:
                    result = result with { UserIdentity = ReadIdentity(item) };
                    break;
                case 0x59:
                    result = result with { UserIdentityResponse = item.Take(item.UInt16()).ToArray() };
                    break;
                default:
                    // PS3.7 D.3.3: items that one does not know are ignored.
                    break;
            }
        }

        return result with { Roles = roles, ExtendedNegotiations = extended, CommonExtendedNegotiations = common };
    }

    internal void Write(ref ItemWriter writer)
    {
        var place = writer.Begin(ItemType);
        var length = writer.Begin(0x51);
        writer.UInt32(MaxPduLength);
        writer.End(length);
        if (ImplementationClassUID is { } uid)
        {
            writer.AsciiItem(0x52, uid);
        }

        if (AsynchronousWindow is { } window)
        {
            var at = writer.Begin(0x53);
            writer.UInt16(window.Invoked);
            writer.UInt16(window.Performed);
            writer.End(at);
        }

        foreach (var role in Roles)
        {
            var at = writer.Begin(0x54);
            writer.CountedAscii(role.SopClassUID);
            writer.Byte(role.IsUser ? (byte)1 : (byte)0);
            writer.Byte(role.IsProvider ? (byte)1 : (byte)0);
            writer.End(at);
        }

        if (ImplementationVersionName is { } version)
        {
            writer.AsciiItem(0x55, version);
        }

        foreach (var negotiation in ExtendedNegotiations)
        {
            var at = writer.Begin(0x56);
            writer.CountedAscii(negotiation.SopClassUID);
            writer.Bytes(negotiation.Information.Span);
            writer.End(at);
        }

        foreach (var negotiation in CommonExtendedNegotiations)
        {
            CommonExtendedItem.Write(negotiation, ref writer);
        }

        WriteIdentity(ref writer);
        writer.End(place);
    }

    private void WriteIdentity(ref ItemWriter writer)
    {
        if (UserIdentity is { } identity)
        {
            var at = writer.Begin(0x58);
            writer.Byte((byte)identity.Type);
            writer.Byte(identity.IsResponseRequested ? (byte)1 : (byte)0);
            writer.CountedBytes(identity.Primary.Span);
            writer.CountedBytes(identity.Secondary.Span);
            writer.End(at);
        }

        if (UserIdentityResponse is { } response)
        {
            var at = writer.Begin(0x59);
            writer.CountedBytes(response.Span);
            writer.End(at);
        }
    }

    private static UserIdentity ReadIdentity(ItemReader item)
    {
        var type = (UserIdentityType)item.Byte();
        var wantsResponse = item.Byte() == 1;
        var primary = item.Take(item.UInt16()).ToArray();
        // Some senders leave the secondary field out altogether when it is empty.
        var secondary = item.IsEmpty ? [] : item.Take(item.UInt16()).ToArray();
        return new UserIdentity(type, wantsResponse, primary, secondary);
    }

    // Goes into logs: what is not printable ASCII becomes '?'.
    private static string? Printable(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 16)]).Trim(' ', '\0');
        return text.Length == 0 ? null : string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c : '?'));
    }
}
