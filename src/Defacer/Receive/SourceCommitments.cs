using Defacer.Configuration;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Services;
using Defacer.Ledger;
using Defacer.Peers;
using Defacer.Spool;

namespace Defacer.Receive;

/// <summary>
/// Storage commitment towards sources that are allowed it (PS3.4 Annex J as SCP): granted only for what lies here on
/// stable storage as it was received, and then kept until it is delivered. Requests are durable; a report is tried until
/// the source took it, for a day.
/// </summary>
public sealed class SourceCommitments(
    DefacerOptions options, PeerSecurity security, ICommitmentLedger ledger, TimeProvider time,
    ILogger<SourceCommitments> log) : ICommitmentRequests
{
    private const ushort NoSuchObjectInstance = 0x0112;

    // What was acknowledged comes into the ledger a moment later; a request may be quicker.
    private static readonly TimeSpan s_intake = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_intakePause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_giveUp = TimeSpan.FromDays(1);
    private readonly Signal _signal = new();

    /// <summary>Whether any source is allowed it.</summary>
    public static bool IsWanted(DefacerOptions options) => options.Sources.Any(s => s.StorageCommitment);

    /// <inheritdoc/>
    public bool Allows(string callingAeTitle) => Find(callingAeTitle) is { StorageCommitment: true };

    /// <inheritdoc/>
    public async ValueTask<CommitmentReport?> TakeRequestAsync(
        AssociationInfo association, CommitmentRequest request, CancellationToken cancellationToken)
    {
        var onSame = Find(association.CallingAeTitle) is { ReportOnSameAssociation: true };
        var now = time.GetUtcNow();
        var taken = new SourceCommitment
        {
            Caller = association.CallingAeTitle,
            Called = association.CalledAeTitle,
            TransactionUID = request.TransactionUID,
            References = [.. request.References.Select(r => (r.SOPClassUID, r.SOPInstanceUID))],
            CreatedAt = now,
            NextAt = onSame ? now + s_firstPause : now,
        };
        await ledger.AddCommitmentRequestAsync(taken, cancellationToken);
        _signal.Set();
        if (!onSame)
        {
            return null;
        }

        var report = await JudgeAsync(taken, cancellationToken);
        return report.Failed.Count == 0 ? report : null;
    }

    /// <inheritdoc/>
    public async ValueTask ReportAnsweredAsync(
        AssociationInfo association, string transactionUID, DicomStatus status, CancellationToken cancellationToken)
    {
        if (status.IsSuccessOrWarning)
        {
            await ledger.CloseCommitmentRequestAsync(association.CallingAeTitle, transactionUID, cancellationToken);
        }
    }

    /// <summary>Reports what is due, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var wait = s_poll;
            try
            {
                foreach (var request in await ledger.DueCommitmentRequestsAsync(ct))
                {
                    wait = await ReportAsync(request, ct) ? wait : s_intakePause;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Top of the loop: the requests stay in the ledger.
                log.LogError(e, "Reports of storage commitment could not be sent; trying again.");
            }

            await _signal.WaitAsync(wait, time, ct);
        }
    }

    // False when it is too early to say no.
    private async Task<bool> ReportAsync(SourceCommitment request, CancellationToken ct)
    {
        var report = await JudgeAsync(request, ct);
        if (report.Failed.Count > 0 && time.GetUtcNow() - request.CreatedAt < s_intake)
        {
            await ledger.PostponeCommitmentRequestAsync(request, time.GetUtcNow() + s_intakePause, ct);
            return false;
        }

        var failure = await SendAsync(request, report, ct);
        if (failure is null)
        {
            await ledger.CloseCommitmentRequestAsync(request.Caller, request.TransactionUID, ct);
            log.LogInformation(
                "Source {Source} was told: {Committed} instances are committed, {Failed} are not.", request.Caller,
                report.Committed.Count, report.Failed.Count);
        }
        else if (time.GetUtcNow() - request.CreatedAt > s_giveUp)
        {
            await ledger.CloseCommitmentRequestAsync(request.Caller, request.TransactionUID, ct);
            log.LogError("Source {Source} took no report for a day; it is given up. {Reason}", request.Caller, failure);
        }
        else
        {
            var pause = s_firstPause * Math.Pow(2, Math.Min(request.Attempts, 10));
            pause = pause < s_longestPause ? pause : s_longestPause;
            await ledger.PostponeCommitmentRequestAsync(request, time.GetUtcNow() + pause, ct);
            log.LogWarning(
                "Source {Source} could not be told about its commitment. {Reason} Next attempt in {Delay}.",
                request.Caller, failure, pause);
        }

        return true;
    }

    private async Task<CommitmentReport> JudgeAsync(SourceCommitment request, CancellationToken ct)
    {
        var here = await ledger.PromiseAsync([.. request.References.Select(r => r.SOPInstanceUID)], ct);
        var all = request.References.Select(r => new SopReference(r.SOPClassUID, r.SOPInstanceUID)).ToList();
        return new CommitmentReport(
            request.TransactionUID,
            [.. all.Where(r => here.Contains(r.SOPInstanceUID))],
            [
                .. all.Where(r => !here.Contains(r.SOPInstanceUID))
                    .Select(r => new CommitmentFailure(r, NoSuchObjectInstance)),
            ]);
    }

    // Null when the source took it.
    private async Task<string?> SendAsync(SourceCommitment request, CommitmentReport report, CancellationToken ct)
    {
        if (Find(request.Caller) is not { } source)
        {
            return "The configuration has it no longer.";
        }

        var commitment = DicomUID.StorageCommitmentPushModel.UID;
        var peer = PeerConnection.To(source, request.Called, security) with
        {
            Roles = [new RoleSelection(commitment, IsUser: false, IsProvider: true)],
        };
        try
        {
            await using var association = await DicomClient.ConnectAsync(
                peer,
                [ProposedContext.Uncompressed(commitment)],
                time,
                ct);
            var status = await association.ReportCommitmentAsync(report, ct);
            await association.ReleaseAsync(ct);
            return status.IsSuccessOrWarning ? null : $"It answered {status}.";
        }
        catch (AssociationException e)
        {
            return e.Message;
        }
    }

    private SourceOptions? Find(string aeTitle) => options.Sources.FirstOrDefault(s => s.AeTitle.Trim() == aeTitle);
}
