namespace Defacer.Spool;

/// <summary>
/// A received instance on stable storage. Texts are the sender's and may identify a patient: never to a log.
/// </summary>
public sealed record Arrival
{
    /// <summary>Our own random id, sortable by time; the file's name in a job.</summary>
    public required string Id { get; init; }

    /// <summary>Where the file lies until its job has it; empty while it arrives.</summary>
    public string Path { get; init; } = string.Empty;

    /// <summary>When it came.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The title that was called.</summary>
    public required string CalledAeTitle { get; init; }

    /// <summary>The title that called.</summary>
    public required string CallingAeTitle { get; init; }

    /// <summary>The negotiated transfer syntax.</summary>
    public required string TransferSyntaxUID { get; init; }

    /// <summary>From the command.</summary>
    public required string SOPClassUID { get; init; }

    /// <summary>From the command.</summary>
    public required string SOPInstanceUID { get; init; }

    /// <summary>Study and series, as far as the data set could be read.</summary>
    public required RoutingAttributes Routing { get; init; }

    /// <summary>128-bit hash of the data set's bytes, hexadecimal.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Length of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>The association on which it came; empty when found in the spool at start.</summary>
    public string Association { get; init; } = string.Empty;
}

/// <summary>The few attributes that routing needs; null where the data set could not be read so far.</summary>
/// <param name="SOPInstanceUID">(0008,0018).</param>
/// <param name="StudyInstanceUID">(0020,000D).</param>
/// <param name="SeriesInstanceUID">(0020,000E).</param>
public sealed record RoutingAttributes(string? SOPInstanceUID, string? StudyInstanceUID, string? SeriesInstanceUID)
{
    /// <summary>Nothing could be read.</summary>
    public static RoutingAttributes None { get; } = new(null, null, null);
}
