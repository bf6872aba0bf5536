namespace Defacer.Dicom.Network;

/// <summary>
/// Every bound on what a peer may make this process hold. A length is compared with its bound before memory is taken.
/// </summary>
public sealed record Limits
{
    /// <summary>
    /// The largest value that <see cref="MaxPduLength"/> may have, in bytes: one buffer of this size is held for each
    /// association.
    /// </summary>
    public const int LargestMaxPduLength = 1024 * 1024;

    /// <summary>
    /// The smallest value that <see cref="MaxPduLength"/> may have, in bytes: some senders fail below it.
    /// </summary>
    public const int SmallestMaxPduLength = 4096;

    /// <summary>
    /// The P-DATA-TF length in bytes that we announce (PS3.8 Annex D.1). Default 256 KiB: DCMTK sends at most 128 KiB,
    /// and a larger one saves no measurable time.
    /// </summary>
    public int MaxPduLength { get; init; } = 256 * 1024;

    /// <summary>
    /// Bytes of an A-ASSOCIATE PDU. Default 512 KiB: 128 contexts of 40 transfer syntaxes need 360 KB, and a SAML
    /// assertion at most 64 KB. The text of an HTTP request on this port declares 800 MB here.
    /// </summary>
    public int MaxAssociatePduLength { get; init; } = 512 * 1024;

    /// <summary>
    /// Bytes of a command set. Default 64 KiB: the longest of C-STORE has 400; attribute lists of N-GET a few thousand.
    /// </summary>
    public int MaxCommandBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Bytes of the data set of one message. Default 16 GiB: a value ends at 4 GiB, and a sender that never ends must.
    /// </summary>
    public long MaxDataSetBytes { get; init; } = 16L << 30;

    /// <summary>Associations at the same time. Default 64: each holds a PDU buffer and a file.</summary>
    public int MaxAssociations { get; init; } = 64;

    /// <summary>
    /// Associations at the same time from one calling AE title at one address. Default 16: one sender must not shut out
    /// the others.
    /// </summary>
    public int MaxAssociationsPerCaller { get; init; } = 16;

    /// <summary>
    /// Connections that have not yet asked for an association. Default 128; further ones are closed: they are scanners,
    /// not modalities.
    /// </summary>
    public int MaxPendingConnections { get; init; } = 128;

    /// <exception cref="ArgumentOutOfRangeException">A bound is out of its range.</exception>
    internal void Validate()
    {
        OptionBounds.Require(MaxPduLength, SmallestMaxPduLength, LargestMaxPduLength, nameof(MaxPduLength));
        OptionBounds.Require(
            MaxAssociatePduLength, SmallestMaxPduLength, LargestMaxPduLength, nameof(MaxAssociatePduLength));
        OptionBounds.Require(MaxCommandBytes, 1024, LargestMaxPduLength, nameof(MaxCommandBytes));
        OptionBounds.Require(MaxDataSetBytes, 1, long.MaxValue, nameof(MaxDataSetBytes));
        OptionBounds.Require(MaxAssociations, 1, int.MaxValue, nameof(MaxAssociations));
        OptionBounds.Require(MaxAssociationsPerCaller, 1, int.MaxValue, nameof(MaxAssociationsPerCaller));
        OptionBounds.Require(MaxPendingConnections, 1, int.MaxValue, nameof(MaxPendingConnections));
    }
}
