namespace Defacer.Dicom.Network.Pdu;

/// <summary>
/// A-RELEASE-RQ (PS3.8 9.3.6).
/// <code>
///  byte 1   2    3-6                7-10
/// +-----+----+-------------------+-------------+
/// | 05H | 00 | 00 00 00 04       | 00 00 00 00 |
/// +-----+----+-------------------+-------------+
/// </code>
/// </summary>
internal static class AReleaseRQ
{
    internal const int Size = 10;

    internal static void Write(Span<byte> target)
    {
        PduHeader.Write(target, PduType.ReleaseRQ, 4);
        target.Slice(PduHeader.Size, 4).Clear();
    }
}

/// <summary>
/// A-RELEASE-RP (PS3.8 9.3.7).
/// <code>
///  byte 1   2    3-6                7-10
/// +-----+----+-------------------+-------------+
/// | 06H | 00 | 00 00 00 04       | 00 00 00 00 |
/// +-----+----+-------------------+-------------+
/// </code>
/// </summary>
internal static class AReleaseRP
{
    internal const int Size = 10;

    internal static void Write(Span<byte> target)
    {
        PduHeader.Write(target, PduType.ReleaseRP, 4);
        target.Slice(PduHeader.Size, 4).Clear();
    }
}
