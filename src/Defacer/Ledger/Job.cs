using Defacer.Imaging;

namespace Defacer.Ledger;

/// <summary>States of a job: one study on one route.</summary>
public enum JobState
{
    /// <summary>Instances arrive, or arrived a moment ago.</summary>
    Receiving,

    /// <summary>Complete by evidence; waits for a worker.</summary>
    Ready,

    /// <summary>A worker has it.</summary>
    Processing,

    /// <summary>Checked; waits for a person.</summary>
    AwaitingApproval,

    /// <summary>On its way to the destinations.</summary>
    Forwarding,

    /// <summary>Every destination confirmed every instance.</summary>
    Done,

    /// <summary>May not leave; cause and remedy say why and what to do.</summary>
    Parked,

    /// <summary>A person decided that it does not leave.</summary>
    Rejected,
}

/// <summary>A job as the ledger knows it.</summary>
public sealed record Job
{
    /// <summary>
    /// Keyed hash of route and study: the same study on the same route is the same job, also after a lost ledger.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>Name of the route.</summary>
    public required string Route { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Why it stands there, in a word or sentence without patient data.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>Why the study was taken as complete; empty while it is being received for the first time.</summary>
    public string Evidence { get; init; } = string.Empty;

    /// <summary>Why it may not leave; null unless parked.</summary>
    public Parked? Parked { get; init; }

    /// <summary>
    /// Grows with every instance taken in; a result is valid only for the revision that was processed.
    /// </summary>
    public int Revision { get; init; }

    /// <summary>Times that processing began and has not ended in order since.</summary>
    public int Attempts { get; init; }

    /// <summary>Whether a person let a study without a head or face pass.</summary>
    public bool IsReleased { get; init; }

    /// <summary>Whether the files of the finished job were removed.</summary>
    public bool IsCleaned { get; init; }

    /// <summary>First arrival.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Latest arrival.</summary>
    public required DateTimeOffset LastArrivalAt { get; init; }

    /// <summary>Latest change of state.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Who works on it, and until when that is believed; null when nobody.</summary>
    public Lease? Lease { get; init; }
}

/// <summary>A job lent to a worker. What a worker reports counts only while the ledger still has its lease.</summary>
/// <param name="Owner">The worker.</param>
/// <param name="Until">After this moment another may take it.</param>
public sealed record Lease(string Owner, DateTimeOffset Until);

/// <summary>How many items wait and since when.</summary>
/// <param name="Name">State of jobs, or destination.</param>
/// <param name="Count">Items.</param>
/// <param name="Oldest">Since when the oldest waits; null without items.</param>
public sealed record QueueLength(string Name, int Count, DateTimeOffset? Oldest);

/// <summary>A change of a job's state.</summary>
/// <param name="At">When.</param>
/// <param name="State">The new state.</param>
/// <param name="Reason">Why.</param>
public sealed record JobChange(DateTimeOffset At, JobState State, string Reason);
