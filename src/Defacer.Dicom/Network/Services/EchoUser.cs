using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>Verification as SCU (PS3.4 Annex A).</summary>
internal static class EchoUser
{
    internal static async Task<DicomStatus> EchoAsync(
        DimseChannel channel, ushort messageId, CancellationToken cancellationToken)
    {
        var context = channel.Contexts.Find(DicomUID.Verification.UID, static _ => true);
        if (context is null)
        {
            return DicomStatus.SOPClassNotSupported.WithComment("The peer accepted no context for verification");
        }

        var request = new CommandSet
        {
            CommandField = CommandField.CEchoRQ,
            MessageID = messageId,
            AffectedSOPClassUID = DicomUID.Verification.UID,
        };
        await channel.SendAsync(request, context.Id, null, cancellationToken).ConfigureAwait(false);
        return await ResponseReader.ReceiveAsync(channel, request, cancellationToken).ConfigureAwait(false);
    }
}
