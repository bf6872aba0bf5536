using System.Collections.Concurrent;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>Takes reports about instances that we sent somewhere.</summary>
public interface ICommitmentReports
{
    /// <summary>
    /// A report came: on our own association or on one of the peer's. Unknown and repeated transactions are success.
    /// </summary>
    ValueTask<DicomStatus> TakeReportAsync(
        AssociationInfo association, CommitmentReport report, CancellationToken cancellationToken);
}

/// <summary>Takes requests to commit to what was stored here.</summary>
public interface ICommitmentRequests
{
    /// <summary>Whether a caller may ask at all; false refuses the presentation context.</summary>
    bool Allows(string callingAeTitle);

    /// <summary>
    /// Takes the request durably. A report that comes back goes out on the same association at once; null means that
    /// it follows later on another.
    /// </summary>
    /// <exception cref="DimseException">The request is refused.</exception>
    ValueTask<CommitmentReport?> TakeRequestAsync(
        AssociationInfo association, CommitmentRequest request, CancellationToken cancellationToken);

    /// <summary>The peer answered a report that went out on its own association.</summary>
    ValueTask ReportAnsweredAsync(
        AssociationInfo association, string transactionUID, DicomStatus status, CancellationToken cancellationToken);
}

/// <summary>
/// Storage Commitment Push Model (PS3.4 Annex J) on associations that peers ask for: as provider of requests and, in
/// the reverse role (PS3.4 J.3.3.2), as user who is reported to.
/// </summary>
public sealed class StorageCommitmentService(ICommitmentRequests? requests, ICommitmentReports? reports) : IDimseService
{
    private static readonly string[] s_transferSyntaxes =
        [DicomTransferSyntax.ExplicitVRLittleEndian.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID];

    private readonly ConcurrentDictionary<(string Association, ushort MessageID), string> _reported = new();

    /// <inheritdoc/>
    public IReadOnlyList<string>? FindTransferSyntaxes(string abstractSyntax, AssociationRequest request) =>
        abstractSyntax == DicomUID.StorageCommitmentPushModel.UID ? s_transferSyntaxes : null;

    /// <inheritdoc/>
    public bool Provides(string abstractSyntax, AssociationRequest request) =>
        requests is not null && requests.Allows(request.CallingAeTitle);

    /// <inheritdoc/>
    public bool Uses(string abstractSyntax, AssociationRequest request) => reports is not null;

    /// <inheritdoc/>
    public bool Serves(ushort commandField) => commandField switch
    {
        CommandField.NActionRQ => requests is not null,
        CommandField.NEventReportRQ => reports is not null,
        _ => false,
    };

    /// <inheritdoc/>
    public ValueTask ServeAsync(DimseExchange exchange, CancellationToken cancellationToken)
    {
        if (exchange.Context.AbstractSyntax != DicomUID.StorageCommitmentPushModel.UID)
        {
            throw new DimseException(DicomStatus.SOPClassNotSupported.WithComment("Not the class of the context"));
        }

        return exchange.Request.CommandField == CommandField.NActionRQ
            ? RequestAsync(exchange, cancellationToken)
            : ReportAsync(exchange, cancellationToken);
    }

    /// <inheritdoc/>
    public bool TakesResponse(ushort commandField) =>
        requests is not null && commandField == (CommandField.NEventReportRQ | CommandField.ResponseBit);

    /// <inheritdoc/>
    public ValueTask TakeResponseAsync(
        AssociationInfo association, CommandSet response, CancellationToken cancellationToken) =>
        _reported.TryRemove((association.Id, response.MessageIDBeingRespondedTo), out var transaction)
            ? requests!.ReportAnsweredAsync(
                association, transaction, response.Status ?? DicomStatus.ProcessingFailure, cancellationToken)
            : throw AssociationException.ByUser("The peer answers an event report that was not sent.");

    private async ValueTask RequestAsync(DimseExchange exchange, CancellationToken cancellationToken)
    {
        if (!requests!.Allows(exchange.Association.CallingAeTitle))
        {
            throw new DimseException(DicomStatus.NotAuthorized.WithComment("This caller is given no commitment"));
        }

        if (exchange.Request.ActionTypeID != CommitmentRequest.ActionTypeID)
        {
            throw new DimseException(new DicomStatus(0x0123));
        }

        var request = await ReadAsync(exchange, CommitmentRequest.Read, cancellationToken).ConfigureAwait(false);
        var report = await requests.TakeRequestAsync(exchange.Association, request, cancellationToken)
            .ConfigureAwait(false);
        await exchange.RespondAsync(DicomStatus.Success, cancellationToken).ConfigureAwait(false);
        if (report is not null)
        {
            // The message id of the request, which is over, is free in our direction too.
            var command = CommitmentUser.ReportCommand(report, exchange.Request.MessageID);
            _reported[(exchange.Association.Id, command.MessageID)] = report.TransactionUID;
            await exchange.SendRequestAsync(command, report.ToDataset(), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask ReportAsync(DimseExchange exchange, CancellationToken cancellationToken)
    {
        var report = await ReadAsync(exchange, CommitmentReport.Read, cancellationToken).ConfigureAwait(false);
        var status = await reports!.TakeReportAsync(exchange.Association, report, cancellationToken)
            .ConfigureAwait(false);
        await exchange.RespondAsync(status, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<T> ReadAsync<T>(
        DimseExchange exchange, Func<DicomDataset, T> read, CancellationToken cancellationToken)
    {
        if (!exchange.Request.HasDataSet)
        {
            throw new DimseException(DicomStatus.MistypedArgument.WithComment("The message has no data set"));
        }

        try
        {
            return read(await exchange.ReadDataSetAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (DicomFormatException e)
        {
            throw new DimseException(new DicomStatus(0x0115).WithComment(e.Message), e);
        }
    }
}
