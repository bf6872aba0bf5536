using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Negotiation;

namespace Defacer.Forward;

/// <summary>A storage SCP: C-STORE (PS3.4 Annex B), one association for as many instances as it can carry.</summary>
public sealed class DimseDestination(ClientOptions peer, TimeProvider time) : IDestination
{
    private static readonly DicomReadOptions s_head = new() { StopBefore = new DicomTag(0x0008, 0x0000) };

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<Outgoing> batch, Func<Outgoing, Answer, Task> onAnswer,
        CancellationToken stop, CancellationToken abort)
    {
        var kinds = batch.Select(o => (Outgoing: o, Kind: KindOf(o.Path))).ToList();
        foreach (var planned in ContextPlanner.Plan(kinds.Select(k => k.Kind)))
        {
            var part = kinds.Where(k => planned.Kinds.Contains(k.Kind)).Select(k => k.Outgoing);
            try
            {
                await SendAsync(planned.Contexts, part, onAnswer, stop, abort);
            }
            catch (AssociationException e)
            {
                throw new DestinationException(TypeOf(e), e.Message, e);
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task SendAsync(
        IReadOnlyList<ProposedContext> contexts, IEnumerable<Outgoing> part, Func<Outgoing, Answer, Task> onAnswer,
        CancellationToken stop, CancellationToken abort)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, abort);
        await using var association = await DicomClient.ConnectAsync(peer, contexts, time, either.Token);
        foreach (var outgoing in part)
        {
            if (stop.IsCancellationRequested)
            {
                break;
            }

            var response = await association.StoreAsync(outgoing.Path, abort);
            await onAnswer(outgoing, new Answer(response.Status.Code, response.Comment));
        }

        await association.ReleaseAsync(abort);
    }

    private static ObjectKind KindOf(string path)
    {
        var meta = DicomFile.Open(path, s_head).FileMetaInfo;
        return new ObjectKind(meta.GetString(DicomTag.MediaStorageSOPClassUID) ?? string.Empty,
            meta.GetString(DicomTag.TransferSyntaxUID) ?? string.Empty);
    }

    private static string TypeOf(AssociationException e) => e switch
    {
        AssociationRejectedException => "rejected",
        AssociationAbortedException => "aborted",
        AssociationLostException { Cause: LostCause.NotConnected } => "connect",
        AssociationLostException { Cause: LostCause.NotSecured } => "tls",
        AssociationLostException { Cause: LostCause.TimedOut } => "timeout",
        AssociationLostException => "closed",
        _ => "protocol",
    };
}
