using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>Retrieval as SCU: C-MOVE and C-GET (PS3.4 C.4.2, C.4.3).</summary>
internal static class RetrieveUser
{
    /// <param name="channel">The association.</param>
    /// <param name="model">The SOP class, which tells C-MOVE from C-GET.</param>
    /// <param name="identifier">What is wanted.</param>
    /// <param name="moveDestination">To whom it goes; null makes it a C-GET.</param>
    /// <param name="onProgress">Told after each sub-operation of which the peer tells.</param>
    /// <param name="messageId">Ours.</param>
    /// <param name="cancellationToken">Aborts the association.</param>
    internal static async Task<RetrieveResponse> RetrieveAsync(
        UserChannel channel,
        string model,
        DicomDataset identifier,
        string? moveDestination,
        Action<RetrieveResponse>? onProgress,
        ushort messageId,
        CancellationToken cancellationToken)
    {
        if (channel.FindContext(model) is not { } context)
        {
            return new RetrieveResponse(
                DicomStatus.SOPClassNotSupported.WithComment("The peer accepted no context for this retrieve model"));
        }

        var request = new CommandSet
        {
            CommandField = moveDestination is null ? CommandField.CGetRQ : CommandField.CMoveRQ,
            MessageID = messageId,
            AffectedSOPClassUID = model,
            MoveDestination = moveDestination,
            Priority = 0,
            HasDataSet = true,
        };
        await channel.SendAsync(request, context, identifier, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var received = await channel.ReceiveResponseAsync(request, cancellationToken).ConfigureAwait(false);
            var dataset = await channel.ReadDataSetAsync(received, cancellationToken).ConfigureAwait(false);
            var response = Describe(received.Command, dataset);
            if (response.Status.State != DicomState.Pending)
            {
                channel.EndMessage();
                return response;
            }

            onProgress?.Invoke(response);
        }
    }

    private static RetrieveResponse Describe(CommandSet command, DicomDataset? dataset) => new(command.Status!.Value)
    {
        Remaining = command.NumberOfRemainingSuboperations,
        Completed = command.NumberOfCompletedSuboperations ?? 0,
        Failed = command.NumberOfFailedSuboperations ?? 0,
        Warning = command.NumberOfWarningSuboperations ?? 0,
        FailedSOPInstanceUIDs = dataset?.GetStrings(DicomTag.FailedSOPInstanceUIDList) ?? [],
    };
}

/// <summary>How far a retrieval is, or how it ended (PS3.4 C.4.2.1, C.4.3.1).</summary>
/// <param name="Status">Pending while it goes on; B000H when some sub-operations failed.</param>
public sealed record RetrieveResponse(DicomStatus Status)
{
    /// <summary>Sub-operations to come; null when the peer does not say.</summary>
    public int? Remaining { get; init; }

    /// <summary>Instances transferred.</summary>
    public int Completed { get; init; }

    /// <summary>Instances that could not be transferred.</summary>
    public int Failed { get; init; }

    /// <summary>Instances transferred with a warning.</summary>
    public int Warning { get; init; }

    /// <summary>Which failed, as far as the peer says.</summary>
    public IReadOnlyList<string> FailedSOPInstanceUIDs { get; init; } = [];
}
