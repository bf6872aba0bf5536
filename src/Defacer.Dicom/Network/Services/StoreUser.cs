using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>Storage as SCU (PS3.4 Annex B).</summary>
internal static class StoreUser
{
    internal static async Task<StoreResponse> StoreAsync(
        DimseChannel channel, StoreObject item, ushort messageId, CancellationToken cancellationToken)
    {
        // Its own syntax first: no byte changes then. Then uncompressed, then any that keeps every pixel.
        var context = channel.Contexts.Find(item.SOPClassUID, s => item.CanStay && s == item.TransferSyntax.UID)
            ?? channel.Contexts.Find(item.SOPClassUID, item.CanBecomeNative)
            ?? channel.Contexts.Find(item.SOPClassUID, item.CanBecome);
        if (context is null)
        {
            var takesClass = channel.Contexts.Find(item.SOPClassUID, static _ => true) is not null;
            return NotSent(item, DicomStatus.SOPClassNotSupported.WithComment(takesClass
                ? "Not sent: the syntaxes accepted cannot carry it without loss"
                : "Not sent: SOP class or all its lossless syntaxes were refused"));
        }

        IDataSetSource bytes;
        try
        {
            bytes = item.Read(context.TransferSyntax, cancellationToken);
        }
        catch (DicomFormatException)
        {
            return NotSent(item, DicomStatus.CannotUnderstand.WithComment(
                "Not sent: pixels cannot be brought into an accepted syntax"));
        }

        using var source = new CountingSource(bytes);
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

    private static StoreResponse NotSent(StoreObject item, DicomStatus why) =>
        new(item.SOPClassUID, item.SOPInstanceUID, why, null, 0);

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
