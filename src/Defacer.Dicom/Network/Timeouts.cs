namespace Defacer.Dicom.Network;

/// <summary>How long each kind of waiting may last.</summary>
public sealed record Timeouts
{
    /// <summary>For the TCP connection of a client. Default 10 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// ARTIM (PS3.8 9.1.5): for the whole A-ASSOCIATE-RQ after a connection, and for the peer's close after a
    /// rejection,
    /// an abort or a release. Default 10 s: bounds port scanners and slow-loris.
    /// </summary>
    public TimeSpan Artim { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the answer to our A-ASSOCIATE-RQ or A-RELEASE-RQ. Default 30 s.</summary>
    public TimeSpan Acse { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For the next message on an open association, as acceptor. Default 5 min: slow modalities pause between series.
    /// </summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For one whole PDU once its first byte is there, for the next PDU of a message, and for a write to be taken.
    /// Default 30 s.
    /// </summary>
    public TimeSpan Progress { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For the response to a message of ours. Default 5 min: an archive answers a large multi-frame object only after
    /// storing it.
    /// </summary>
    public TimeSpan DimseResponse { get; init; } = TimeSpan.FromMinutes(5);

    /// <exception cref="ArgumentOutOfRangeException">A time is not above zero.</exception>
    internal void Validate()
    {
        OptionBounds.Require(Connect, nameof(Connect));
        OptionBounds.Require(Artim, nameof(Artim));
        OptionBounds.Require(Acse, nameof(Acse));
        OptionBounds.Require(Idle, nameof(Idle));
        OptionBounds.Require(Progress, nameof(Progress));
        OptionBounds.Require(DimseResponse, nameof(DimseResponse));
    }
}
