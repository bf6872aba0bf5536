using System.Numerics;
using Defacer.Configuration;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Services;
using Defacer.Ledger;
using Defacer.Spool;

namespace Defacer.Forward;

/// <summary>
/// Asks a destination to commit to what it stored (PS3.4 Annex J), before its originals may be removed. Each question is
/// durable before it is asked; one without a report for the destination's time is asked again, without an end.
/// </summary>
public sealed class CommitmentQueue(
    string name, DestinationOptions options, ClientOptions peer, ICommitmentLedger ledger, CommitmentReports reports,
    SpoolStore spool, TimeProvider time, ILogger<CommitmentQueue> log)
{
    // Some archives take no longer ones.
    private const int MaxReferences = 500;
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(5);
    private static readonly DicomReadOptions s_head = new() { StopBefore = new DicomTag(0x0008, 0x0000) };
    private static readonly ProposedContext s_context = ProposedContext.Uncompressed(
        DicomUID.StorageCommitmentPushModel.UID);

    private readonly CommitmentOptions _commitment = options.StorageCommitment;
    private readonly Signal _signal = new();

    /// <summary>The destination's name.</summary>
    public string Name => name;

    /// <summary>Why it cannot be asked; null when the last attempt worked.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Something may wait; look now.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var asked = 0;
            try
            {
                asked = await AskAsync(ct);
                Trouble = null;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Top of the loop: what is not asked stays, with its files.
                Trouble = e is AssociationException or DimseException ? e.Message : e.GetType().Name;
                log.LogWarning(
                    "Destination {Destination}: storage commitment could not be asked for. {Reason} Next attempt in "
                        + "{Delay}.",
                    name, Trouble, _commitment.RetryDelay);
                await Task.Delay(_commitment.RetryDelay, time, ct);
            }

            if (asked == 0)
            {
                await _signal.WaitAsync(s_poll, time, ct);
            }
        }
    }

    private async Task<int> AskAsync(CancellationToken ct)
    {
        var open = await ledger.NextCommitmentsAsync(name, time.GetUtcNow() - _commitment.Timeout, MaxReferences, ct);
        if (open.Count == 0)
        {
            return 0;
        }

        var transaction = NewUid();
        await ledger.BeginCommitmentAsync(transaction, open, ct);
        try
        {
            await AskAsync(new CommitmentRequest(transaction, [.. open.Select(Refer)]), ct);
            return open.Count;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Not asked, so there is nothing to wait for.
            await ledger.ForgetCommitmentAsync(transaction, CancellationToken.None);
            throw;
        }
    }

    private async Task AskAsync(CommitmentRequest request, CancellationToken ct)
    {
        var services = new IDimseService[] { new StorageCommitmentService(null, reports) };
        await using var association = await DicomClient.ConnectAsync(
            peer with { Services = services }, [s_context], time, ct);
        var status = await association.RequestCommitmentAsync(request, ct);
        if (!status.IsSuccessOrWarning)
        {
            throw new DimseException(status);
        }

        try
        {
            // Some report at once on this association; from the others a report comes on one of theirs.
            if (_commitment.Wait > TimeSpan.Zero && !await association.ServeAsync(_commitment.Wait, ct)
                && !association.IsUsable)
            {
                return;
            }

            await association.ReleaseAsync(ct);
        }
        catch (AssociationException e)
        {
            // It was asked; the report is awaited all the same.
            log.LogInformation("Destination {Destination}: {Reason}", name, e.Message);
        }
    }

    private SopReference Refer(Delivery delivery)
    {
        var path = spool.Folders.Output(delivery.JobId, delivery.Output.SOPInstanceUID);
        return new SopReference(
            DicomFile.Open(path, s_head).FileMetaInfo.GetString(DicomTag.MediaStorageSOPClassUID) ?? string.Empty,
            delivery.Output.SOPInstanceUID);
    }

    // PS3.5 B.2: the root for UUIDs; random, because a transaction says nothing of what it is about.
    private static string NewUid() => "2.25." + new BigInteger(Guid.NewGuid().ToByteArray(), isUnsigned: true);
}
