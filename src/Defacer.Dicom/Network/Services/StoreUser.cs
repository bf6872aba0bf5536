using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>Storage as SCU (PS3.4 Annex B).</summary>
internal static class StoreUser
{
    internal static async Task<StoreResponse> StoreAsync(
        DimseChannel channel, StoreObject item, ushort messageId, CancellationToken cancellationToken)
    {
        // Its own syntax first: no byte changes then.
        var context = channel.Contexts.Find(item.SOPClassUID, s => item.CanStay && s == item.TransferSyntax.UID)
            ?? channel.Contexts.Find(item.SOPClassUID, item.CanBecome);
        if (context is null)
        {
            var why = DicomStatus.SOPClassNotSupported.WithComment(
                "Not sent: no accepted context has this class and syntax");
            return new StoreResponse(item.SOPClassUID, item.SOPInstanceUID, why, null, 0);
        }

        using var source = new CountingSource(item.Read(context.TransferSyntax));
        var request = new CommandSet
        {
            CommandField = CommandField.CStoreRQ,
            MessageID = messageId,
            AffectedSOPClassUID = item.SOPClassUID,
            AffectedSOPInstanceUID = item.SOPInstanceUID,
            Priority = 0,
            HasDataSet = true,
        };
        await channel.SendAsync(request, context.Id, source, cancellationToken).ConfigureAwait(false);
        var status = await ResponseReader.ReceiveAsync(channel, request, cancellationToken).ConfigureAwait(false);
        return new StoreResponse(item.SOPClassUID, item.SOPInstanceUID, status, context.TransferSyntax, source.Count);
    }

    private sealed class CountingSource(IDataSetSource inner) : IDataSetSource
    {
        internal long Count { get; private set; }

        public bool IsAtEnd => inner.IsAtEnd;

        public int Read(Span<byte> target)
        {
            var read = inner.Read(target);
            Count += read;
            return read;
        }

        public void Dispose() => inner.Dispose();
    }
}
