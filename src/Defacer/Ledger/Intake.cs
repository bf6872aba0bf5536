namespace Defacer.Ledger;

/// <summary>A received instance of a job.</summary>
public sealed record Instance
{
    /// <summary>The arrival's id; the file's name.</summary>
    public required string ArrivalId { get; init; }

    /// <summary>As received.</summary>
    public required string SOPInstanceUID { get; init; }

    /// <summary>As received; empty when unreadable.</summary>
    public required string SeriesInstanceUID { get; init; }

    /// <summary>128-bit hash of the data set's bytes.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Length of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset ArrivedAt { get; init; }

    /// <summary>Whether a finished run of the job included it.</summary>
    public bool IsProcessed { get; init; }

    /// <summary>Whether the received file is still in the spool.</summary>
    public bool HasOriginal { get; init; } = true;
}

/// <summary>What to do with the file of an arrival.</summary>
public enum IntakeDecision
{
    /// <summary>New to the job: it goes there.</summary>
    Take,

    /// <summary>The job has the same instance with the same content and its file: this copy is superfluous.</summary>
    Superfluous,

    /// <summary>The job has another content under the same UID: this one is set aside for a person.</summary>
    Conflict,
}

/// <summary>An arrival on a route.</summary>
/// <param name="JobId">The job it belongs to.</param>
/// <param name="Route">The route.</param>
/// <param name="Instance">The instance.</param>
public sealed record Intake(string JobId, string Route, Instance Instance);
