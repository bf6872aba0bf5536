using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>Takes the one response to a request.</summary>
internal static class ResponseReader
{
    /// <exception cref="AssociationException">The association ended, or something else came.</exception>
    internal static async Task<DicomStatus> ReceiveAsync(
        DimseChannel channel, CommandSet request, CancellationToken cancellationToken)
    {
        var received = await channel.ReceiveResponseAsync(cancellationToken).ConfigureAwait(false)
            ?? throw AssociationException.ByUser("The peer asked for release instead of responding.");
        var response = received.Command;
        if (response.CommandField != (request.CommandField | CommandField.ResponseBit)
            || response.MessageIDBeingRespondedTo != request.MessageID
            || response.Status is not { } status)
        {
            throw AssociationException.ByUser(
                $"The peer sent {response.CommandField:X4}H for message {response.MessageIDBeingRespondedTo}; "
                + $"the response to message {request.MessageID} was due.");
        }

        await channel.DropDataAsync(cancellationToken).ConfigureAwait(false);
        channel.EndMessage();
        return status;
    }
}
