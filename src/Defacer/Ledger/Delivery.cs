namespace Defacer.Ledger;

/// <summary>A verified output of a job.</summary>
/// <param name="SOPInstanceUID">The new UID; the file's name in <c>output/</c>.</param>
/// <param name="ContentHash">128-bit hash of the file: an unchanged output is not sent again.</param>
public sealed record JobOutput(string SOPInstanceUID, string ContentHash);

/// <summary>States of a delivery: one output to one destination.</summary>
public enum DeliveryState
{
    /// <summary>To be sent.</summary>
    Pending,

    /// <summary>The destination stored it, and is to commit to it before it counts as delivered.</summary>
    Sent,

    /// <summary>The destination confirmed it.</summary>
    Delivered,

    /// <summary>The destination refuses it for good; a person must look.</summary>
    Held,
}

/// <summary>One output on its way to one destination.</summary>
public sealed record Delivery
{
    /// <summary>The job.</summary>
    public required string JobId { get; init; }

    /// <summary>The output.</summary>
    public required JobOutput Output { get; init; }

    /// <summary>The destination's name.</summary>
    public required string Destination { get; init; }

    /// <summary>Where it stands.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>Attempts that failed.</summary>
    public int Attempts { get; init; }

    /// <summary>The last status answered; null when there was none.</summary>
    public int? Status { get; init; }

    /// <summary>Since when it waits.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
