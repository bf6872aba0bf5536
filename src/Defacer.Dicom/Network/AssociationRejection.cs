namespace Defacer.Dicom.Network;

/// <summary>Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21).</summary>
/// <param name="Result">1 rejected permanent, 2 rejected transient.</param>
/// <param name="Source">1 service user, 2 service provider (ACSE), 3 service provider (presentation).</param>
/// <param name="Reason">Its meaning depends on the source.</param>
public readonly record struct AssociationRejection(byte Result, byte Source, byte Reason)
{
    /// <summary>1/1/1: no reason given.</summary>
    public static AssociationRejection NoReasonGiven => new(1, 1, 1);

    /// <summary>1/1/2: the application context is not DICOM's.</summary>
    public static AssociationRejection ApplicationContextNotSupported => new(1, 1, 2);

    /// <summary>1/1/3: the caller is not on the list.</summary>
    public static AssociationRejection CallingAeTitleNotRecognized => new(1, 1, 3);

    /// <summary>1/1/7: the called title is not ours.</summary>
    public static AssociationRejection CalledAeTitleNotRecognized => new(1, 1, 7);

    /// <summary>1/2/2: bit 0 of the protocol version is not set.</summary>
    public static AssociationRejection ProtocolVersionNotSupported => new(1, 2, 2);

    /// <summary>2/3/1: no resources now, or shutting down. A good sender tries again later.</summary>
    public static AssociationRejection TemporaryCongestion => new(2, 3, 1);

    /// <summary>2/3/2: as many associations as are allowed. A good sender tries again later.</summary>
    public static AssociationRejection LocalLimitExceeded => new(2, 3, 2);

    /// <summary>Whether the peer may try the same again later.</summary>
    public bool IsTransient => Result == 2;

    /// <summary>What the code means, and what the two administrators can do about it.</summary>
    public string Explanation => (Source, Reason) switch
    {
        (1, 1) => "the peer gives no reason; ask its administrator for the log entry of this moment",
        (1, 2) =>
            "the peer does not speak the DICOM application context; check that host and port are those of a DICOM node",
        (1, 3) =>
            "the peer does not know our AE title; ask the PACS administrator to add it, with our address",
        (1, 7) =>
            "the peer does not answer to this AE title; ask the PACS administrator for its exact title (case counts)",
        (2, 1) =>
            "the peer's association layer gives no reason; ask its administrator for the log entry of this moment",
        (2, 2) =>
            "the peer does not support this protocol version; check that host and port are those of a DICOM node",
        (3, 1) => "the peer is congested for now; it may be tried again later",
        (3, 2) => "the peer has as many associations as it allows; try later, or send with fewer at a time",
        _ =>
            "the peer gives a reason unknown to the standard; ask its administrator for the log entry of this moment",
    };

    /// <summary><c>1/1/3</c>.</summary>
    public override string ToString() => $"{Result}/{Source}/{Reason}";
}

/// <summary>The peer answered our A-ASSOCIATE-RQ with A-ASSOCIATE-RJ.</summary>
public sealed class AssociationRejectedException : AssociationException
{
    /// <summary>The rejection as the peer sent it.</summary>
    public AssociationRejectedException(AssociationRejection rejection)
        : base(
            $"The peer rejected the association ({(rejection.IsTransient ? "transient" : "permanent")}, {rejection}): "
                + $"{rejection.Explanation}.",
            null) => Rejection = rejection;

    /// <summary>Result, source and reason.</summary>
    public AssociationRejection Rejection { get; }

    /// <inheritdoc/>
    public override bool IsTransient => Rejection.IsTransient;
}
