using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>Query as SCU (PS3.4 C.4.1).</summary>
internal static class FindUser
{
    internal static async Task<DicomStatus> FindAsync(
        UserChannel channel,
        string model,
        DicomDataset identifier,
        Func<DicomDataset, bool> onMatch,
        ushort messageId,
        CancellationToken cancellationToken)
    {
        if (channel.FindContext(model) is not { } context)
        {
            return DicomStatus.SOPClassNotSupported.WithComment("The peer accepted no context for this query model");
        }

        var request = new CommandSet
        {
            CommandField = CommandField.CFindRQ,
            MessageID = messageId,
            AffectedSOPClassUID = model,
            Priority = 0,
            HasDataSet = true,
        };
        await channel.SendAsync(request, context, identifier, cancellationToken).ConfigureAwait(false);
        var wantsMore = true;
        while (true)
        {
            var received = await channel.ReceiveResponseAsync(request, cancellationToken).ConfigureAwait(false);
            var status = received.Command.Status!.Value;
            var match = await channel.ReadDataSetAsync(received, cancellationToken).ConfigureAwait(false);
            if (status.State != DicomState.Pending)
            {
                channel.EndMessage();
                return status;
            }

            if (wantsMore && match is not null && !onMatch(match))
            {
                // The peer may have sent further matches already; they are read and dropped.
                wantsMore = false;
                await CancelAsync(channel, request, context, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static ValueTask CancelAsync(
        UserChannel channel, CommandSet request, AcceptedContext context, CancellationToken cancellationToken) =>
        channel.SendAsync(
            new CommandSet
            {
                CommandField = CommandField.CCancelRQ,
                MessageIDBeingRespondedTo = request.MessageID,
            },
            context,
            null,
            cancellationToken);
}
