namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// SOP class common extended negotiation (PS3.7 D.3.3.6); the acceptor does not answer it.
/// <code>
///  57H | 00 | length(2) | uid-length(2) SOP class | uid-length(2) service class
///      | related-length(2) [ uid-length(2) related general SOP class ] ...
/// </code>
/// </summary>
internal static class CommonExtendedItem
{
    internal static int Size(CommonExtendedNegotiation item) =>
        10 + item.SopClassUID.Length + item.ServiceClassUID.Length + item.RelatedGeneralSopClassUIDs.Sum(u =>
            2 + u.Length);

    internal static CommonExtendedNegotiation Read(ItemReader body)
    {
        var sopClass = body.CountedUid();
        var serviceClass = body.CountedUid();
        var related = new List<string>();
        if (!body.IsEmpty)
        {
            var list = new ItemReader(body.Take(body.UInt16()));
            while (!list.IsEmpty)
            {
                related.Add(list.CountedUid());
            }
        }

        return new CommonExtendedNegotiation(sopClass, serviceClass, related);
    }

    internal static void Write(CommonExtendedNegotiation item, ref ItemWriter writer)
    {
        var place = writer.Begin(0x57);
        writer.CountedAscii(item.SopClassUID);
        writer.CountedAscii(item.ServiceClassUID);
        writer.UInt16(item.RelatedGeneralSopClassUIDs.Sum(u => 2 + u.Length));
        foreach (var uid in item.RelatedGeneralSopClassUIDs)
        {
            writer.CountedAscii(uid);
        }

        writer.End(place);
    }
}
