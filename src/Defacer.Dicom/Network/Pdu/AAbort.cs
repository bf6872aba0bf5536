namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// A-ABORT (PS3.8 9.3.8).
/// <code>
///  byte 1   2    3-6                7    8    9        10
/// +-----+----+-------------------+----+----+--------+--------+
/// | 07H | 00 | 00 00 00 04       | 00 | 00 | source | reason |
/// +-----+----+-------------------+----+----+--------+--------+
/// </code>
/// </summary>
internal static class AAbort
{
    internal const int Size = 10;

    /// <exception cref="AssociationException">The body has not four bytes.</exception>
    internal static AssociationAbortedException Read(ReadOnlySpan<byte> body)
    {
        var reader = new ItemReader(body);
        reader.Skip(2);
        return new AssociationAbortedException((AbortSource)reader.Byte(), (AbortReason)reader.Byte());
    }

    internal static void Write(Span<byte> target, AbortSource source, AbortReason reason)
    {
        PduHeader.Write(target, PduType.Abort, 4);
        var writer = new ItemWriter(target[PduHeader.Size..]);
        writer.Zeros(2);
        writer.Byte((byte)source);
        writer.Byte(source == AbortSource.ServiceUser ? (byte)0 : (byte)reason);
    }
}
