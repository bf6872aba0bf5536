namespace Defacer.Ledger;

/// <summary>What the ledger knows of storage commitment, both ways. Each method is one durable transaction.</summary>
public interface ICommitmentLedger
{
    /// <summary>
    /// Outputs that a destination stored and has not committed to: never asked about, or asked before a moment without
    /// a report since. Oldest job first.
    /// </summary>
    ValueTask<IReadOnlyList<Delivery>> NextCommitmentsAsync(
        string destination, DateTimeOffset askedBefore, int max, CancellationToken ct);

    /// <summary>Notes that a transaction asks about these; an earlier one about the same no longer counts.</summary>
    ValueTask BeginCommitmentAsync(string transactionUid, IReadOnlyList<Delivery> deliveries, CancellationToken ct);

    /// <summary>The question did not reach the destination: nothing is waited for.</summary>
    ValueTask ForgetCommitmentAsync(string transactionUid, CancellationToken ct);

    /// <summary>
    /// Records what a destination reported about instances of a transaction; gives the jobs concerned, none for a
    /// transaction that is unknown or over.
    /// </summary>
    ValueTask<IReadOnlyList<string>> RecordCommitmentAsync(
        string transactionUid, IReadOnlyList<CommitmentOutcome> outcomes, CancellationToken ct);

    /// <summary>
    /// Takes what destinations stored as delivered, unless they are among those that commit: nobody would ask.
    /// </summary>
    ValueTask AcceptUncommittedAsync(IReadOnlyCollection<string> committing, CancellationToken ct);

    /// <summary>Adds a request of a source; one that is open already stays as it is.</summary>
    ValueTask AddCommitmentRequestAsync(SourceCommitment request, CancellationToken ct);

    /// <summary>Requests whose report is due.</summary>
    ValueTask<IReadOnlyList<SourceCommitment>> DueCommitmentRequestsAsync(CancellationToken ct);

    /// <summary>The next attempt to report comes at this moment.</summary>
    ValueTask PostponeCommitmentRequestAsync(SourceCommitment request, DateTimeOffset until, CancellationToken ct);

    /// <summary>The request is answered, or given up.</summary>
    ValueTask CloseCommitmentRequestAsync(string caller, string transactionUid, CancellationToken ct);

    /// <summary>
    /// Which of these instances lie here as received, and marks their jobs: what was promised is not removed before it
    /// is delivered, not even when a person rejects the job.
    /// </summary>
    ValueTask<IReadOnlySet<string>> PromiseAsync(IReadOnlyList<string> sopInstanceUids, CancellationToken ct);

    /// <summary>Whether an instance of the job was promised to its source.</summary>
    ValueTask<bool> IsPromisedAsync(string jobId, CancellationToken ct);
}

/// <summary>What a destination reported of an instance.</summary>
/// <param name="SOPInstanceUID">The output.</param>
/// <param name="State">Delivered; pending, to send it again; held.</param>
/// <param name="Reason">The failure reason; null when committed.</param>
public sealed record CommitmentOutcome(string SOPInstanceUID, DeliveryState State, int? Reason);

/// <summary>A request of a source to commit to what it sent here.</summary>
public sealed record SourceCommitment
{
    /// <summary>Who asked.</summary>
    public required string Caller { get; init; }

    /// <summary>Under which title of ours.</summary>
    public required string Called { get; init; }

    /// <summary>The source's transaction.</summary>
    public required string TransactionUID { get; init; }

    /// <summary>The instances, class and UID.</summary>
    public required IReadOnlyList<(string SOPClassUID, string SOPInstanceUID)> References { get; init; }

    /// <summary>When it was asked.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the report is due.</summary>
    public required DateTimeOffset NextAt { get; init; }

    /// <summary>Attempts to report that failed.</summary>
    public int Attempts { get; init; }
}
