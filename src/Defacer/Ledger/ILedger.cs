using Defacer.Imaging;

namespace Defacer.Ledger;

/// <summary>
/// Jobs, instances, deliveries, with states and causes. Each method is one transaction that is durable when it returns.
/// Work is lent with an end: who reports after another took over is not heard (false).
/// </summary>
public interface ILedger : ICommitmentLedger, IAsyncDisposable
{
    /// <summary>
    /// Takes instances into their jobs, makes or re-opens the jobs; the decisions in the order given. Repeating it
    /// changes nothing.
    /// </summary>
    ValueTask<IReadOnlyList<IntakeDecision>> TakeInAsync(IReadOnlyList<Intake> arrivals, CancellationToken ct);

    /// <summary>A job; null when there is none.</summary>
    ValueTask<Job?> FindJobAsync(string jobId, CancellationToken ct);

    /// <summary>Jobs in a state, or all; oldest change first.</summary>
    ValueTask<IReadOnlyList<Job>> JobsAsync(JobState? state, CancellationToken ct);

    /// <summary>The received instances of a job in the order of arrival.</summary>
    ValueTask<IReadOnlyList<Instance>> InstancesAsync(string jobId, CancellationToken ct);

    /// <summary>The deliveries of a job.</summary>
    ValueTask<IReadOnlyList<Delivery>> DeliveriesAsync(string jobId, CancellationToken ct);

    /// <summary>Receiving to ready, when nothing arrived since the revision that the evidence is about.</summary>
    ValueTask<bool> MarkReadyAsync(string jobId, int revision, string evidence, CancellationToken ct);

    /// <summary>
    /// Lends the job that is ready longest; its attempts are counted durably before anything is done. Null when none
    /// is.
    /// </summary>
    ValueTask<Job?> LeaseJobAsync(string owner, TimeSpan duration, CancellationToken ct);

    /// <summary>Extends a lease.</summary>
    ValueTask<bool> RenewLeaseAsync(string jobId, string owner, TimeSpan duration, CancellationToken ct);

    /// <summary>Gives a job back undone, in order: the attempt does not count.</summary>
    ValueTask<bool> ReturnJobAsync(string jobId, string owner, string reason, CancellationToken ct);

    /// <summary>
    /// Ends processing of a revision with verified outputs; deliveries of outputs that are new or changed become
    /// pending. When more arrived meanwhile, the job is received again and false comes back.
    /// </summary>
    ValueTask<bool> CompleteJobAsync(JobCompletion completion, CancellationToken ct);

    /// <summary>
    /// Stops a job: nothing of it is forwarded. When more arrived since the revision that the cause is about (null: any),
    /// the job is received again and false comes back.
    /// </summary>
    ValueTask<bool> ParkJobAsync(
        string jobId, string? owner, int? revision, Parked parked, CancellationToken ct);

    /// <summary>
    /// Adds a job that is parked from the start: a conflicting duplicate, or what a lost ledger knew.
    /// </summary>
    ValueTask AddParkedAsync(string jobId, string route, Instance instance, Parked parked, CancellationToken ct);

    /// <summary>
    /// Jobs whose worker died while processing: ready again, or parked as poison at the second death; gives those
    /// parked. A node alone on its spool takes every lease at start, because nobody else can be alive; otherwise only
    /// those run out.
    /// </summary>
    ValueTask<IReadOnlyList<string>> ReclaimJobsAsync(bool everyLease, CancellationToken ct);

    /// <summary>
    /// The next outputs for a destination, oldest job first, without those in work; only jobs in forwarding.
    /// </summary>
    ValueTask<IReadOnlyList<Delivery>> NextDeliveriesAsync(
        string destination, IReadOnlySet<(string JobId, string UID)> inWork, int max, CancellationToken ct);

    /// <summary>
    /// Holds what waits for destinations that are not among these: nobody would send it. Gives the number.
    /// </summary>
    ValueTask<int> HoldForeignDeliveriesAsync(IReadOnlyCollection<string> destinations, CancellationToken ct);

    /// <summary>
    /// Jobs in forwarding with nothing pending: a stop came between the last answer and the settling.
    /// </summary>
    ValueTask<IReadOnlyList<string>> UnsettledAsync(CancellationToken ct);

    /// <summary>Records what a destination answered for an output with this content.</summary>
    ValueTask RecordDeliveryAsync(Delivery delivery, DeliveryState state, int? status, CancellationToken ct);

    /// <summary>
    /// Forwarding to done when everything is delivered, to parked when the rest is held; the state it has now.
    /// </summary>
    ValueTask<JobState> SettleAsync(string jobId, CancellationToken ct);

    /// <summary>
    /// A person's decision: retry, release, approve, reject; false when the job's state does not allow it.
    /// </summary>
    ValueTask<bool> DecideAsync(string jobId, JobDecision decision, CancellationToken ct);

    /// <summary>
    /// Notes that the files of a finished job are about to be removed; false when it was re-opened meanwhile.
    /// </summary>
    ValueTask<bool> MarkCleanedAsync(string jobId, CancellationToken ct);

    /// <summary>Every change of state of a job, oldest first.</summary>
    ValueTask<IReadOnlyList<JobChange>> HistoryAsync(string jobId, CancellationToken ct);

    /// <summary>Adds a finished job that the ledger forgot, from its report in the spool.</summary>
    ValueTask RestoreAsync(Job job, CancellationToken ct);

    /// <summary>Jobs by state.</summary>
    ValueTask<IReadOnlyList<QueueLength>> JobQueuesAsync(CancellationToken ct);

    /// <summary>Pending deliveries by destination.</summary>
    ValueTask<IReadOnlyList<QueueLength>> DeliveryQueuesAsync(CancellationToken ct);
}

/// <summary>The end of a processing run.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Owner">Who had it.</param>
/// <param name="Revision">The revision processed.</param>
/// <param name="ProcessedArrivals">The instances that the run included.</param>
/// <param name="Outputs">Verified outputs, durable in <c>output/</c>.</param>
/// <param name="Destinations">Where they go.</param>
/// <param name="NeedsApproval">Whether a person must approve first.</param>
/// <param name="Reason">For the record.</param>
public sealed record JobCompletion(
    string JobId,
    string Owner,
    int Revision,
    IReadOnlyList<string> ProcessedArrivals,
    IReadOnlyList<JobOutput> Outputs,
    IReadOnlyList<string> Destinations,
    bool NeedsApproval,
    string Reason);

/// <summary>What a person can decide about a job.</summary>
public enum JobDecision
{
    /// <summary>Parked: process again, or send held outputs again.</summary>
    Retry,

    /// <summary>
    /// Parked because it shows no head or face: let it pass with its headers de-identified and verified.
    /// </summary>
    Release,

    /// <summary>Awaiting approval: forward.</summary>
    Approve,

    /// <summary>Ready, awaiting approval, forwarding or parked: no more of it leaves.</summary>
    Reject,
}
