namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// A-ASSOCIATE-RJ (PS3.8 9.3.4).
/// <code>
///  byte 1   2    3-6                7    8        9        10
/// +-----+----+-------------------+----+--------+--------+--------+
/// | 03H | 00 | 00 00 00 04       | 00 | result | source | reason |
/// +-----+----+-------------------+----+--------+--------+--------+
/// </code>
/// </summary>
internal static class AAssociateRJ
{
    internal const int Size = 10;

    /// <exception cref="AssociationException">The body has not four bytes.</exception>
    internal static AssociationRejection Read(ReadOnlySpan<byte> body)
    {
        var reader = new ItemReader(body);
        reader.Skip(1);
        return new AssociationRejection(reader.Byte(), reader.Byte(), reader.Byte());
    }

    internal static void Write(Span<byte> target, AssociationRejection rejection)
    {
        PduHeader.Write(target, PduType.AssociateRJ, 4);
        var writer = new ItemWriter(target[PduHeader.Size..]);
        writer.Byte(0);
        writer.Byte(rejection.Result);
        writer.Byte(rejection.Source);
        writer.Byte(rejection.Reason);
    }
}
