using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Services;
using Defacer.Ledger;

namespace Defacer.Forward;

/// <summary>
/// Takes what destinations report about outputs that they stored (PS3.4 J.3.3). A report that is late, repeated or about
/// an unknown transaction changes nothing and is success: the destination has done its part.
/// </summary>
public sealed class CommitmentReports(ILedger ledger, ILogger<CommitmentReports> log) : ICommitmentReports
{
    /// <summary>Called with a job that is done or parked now.</summary>
    public Action<string>? OnSettled { get; set; }

    /// <summary>Called when instances must be sent again.</summary>
    public Action? OnPending { get; set; }

    /// <inheritdoc/>
    public async ValueTask<DicomStatus> TakeReportAsync(
        AssociationInfo association, CommitmentReport report, CancellationToken cancellationToken)
    {
        var outcomes = report.Committed
            .Select(r => new CommitmentOutcome(r.SOPInstanceUID, DeliveryState.Delivered, null))
            .Concat(report.Failed.Select(f => new CommitmentOutcome(
                f.Reference.SOPInstanceUID, StateFor(f.Reason), f.Reason)))
            .ToList();
        var jobs = await ledger.RecordCommitmentAsync(report.TransactionUID, outcomes, cancellationToken);
        if (report.Failed.Count > 0)
        {
            log.LogWarning(
                "{Peer} does not commit to {Failed} of {All} instances; reasons {Reasons}.", association.Peer,
                report.Failed.Count, outcomes.Count,
                string.Join(", ", report.Failed.Select(f => $"{f.Reason:X4}H").Distinct()));
        }

        foreach (var job in jobs)
        {
            if (await ledger.SettleAsync(job, cancellationToken) is JobState.Done or JobState.Parked)
            {
                OnSettled?.Invoke(job);
            }
        }

        if (jobs.Count > 0 && report.Failed.Count > 0)
        {
            OnPending?.Invoke();
        }

        return DicomStatus.Success;
    }

    // PS3.3 C.14.1.1: what is not there or had no room is sent again; what is not supported or conflicts never will be
    // committed.
    private static DeliveryState StateFor(ushort reason) =>
        reason is 0x0110 or 0x0112 or 0x0213 ? DeliveryState.Pending : DeliveryState.Held;
}
