using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>The messages of storage commitment on an association that we asked for (PS3.4 Annex J).</summary>
internal static class CommitmentUser
{
    private static readonly string s_class = DicomUID.StorageCommitmentPushModel.UID;
    private static readonly string s_instance = DicomUID.StorageCommitmentPushModelInstance.UID;

    /// <summary>As SCU: asks. Success means that the peer will report, not that it commits.</summary>
    internal static Task<DicomStatus> RequestAsync(
        UserChannel channel, CommitmentRequest request, ushort messageId, CancellationToken cancellationToken) =>
        ExchangeAsync(
            channel,
            new CommandSet
            {
                CommandField = CommandField.NActionRQ,
                MessageID = messageId,
                RequestedSOPClassUID = s_class,
                RequestedSOPInstanceUID = s_instance,
                ActionTypeID = CommitmentRequest.ActionTypeID,
                HasDataSet = true,
            },
            request.ToDataset(),
            cancellationToken);

    /// <summary>As SCP: reports.</summary>
    internal static Task<DicomStatus> ReportAsync(
        UserChannel channel, CommitmentReport report, ushort messageId, CancellationToken cancellationToken) =>
        ExchangeAsync(channel, ReportCommand(report, messageId), report.ToDataset(), cancellationToken);

    internal static CommandSet ReportCommand(CommitmentReport report, ushort messageId) => new()
    {
        CommandField = CommandField.NEventReportRQ,
        MessageID = messageId,
        AffectedSOPClassUID = s_class,
        AffectedSOPInstanceUID = s_instance,
        EventTypeID = report.EventTypeID,
        HasDataSet = true,
    };

    private static async Task<DicomStatus> ExchangeAsync(
        UserChannel channel, CommandSet request, DicomDataset dataset, CancellationToken cancellationToken)
    {
        if (channel.FindContext(s_class) is not { } context)
        {
            return DicomStatus.SOPClassNotSupported.WithComment("The peer accepted no context for commitment");
        }

        await channel.SendAsync(request, context, dataset, cancellationToken).ConfigureAwait(false);
        var response = await channel.ReceiveLastResponseAsync(request, cancellationToken).ConfigureAwait(false);
        return response.Status!.Value;
    }
}
