using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>
/// Storage as SCP (PS3.4 Annex B): hands data sets to an <see cref="IStoreProvider"/> as they arrive.
/// </summary>
public sealed class StoreProvider(IStoreProvider target, StorageRules rules) : IDimseService
{
    // PS3.4 B.3.1.4.1: level of support 2 (full), digital signatures 0 (not stated), no element coercion.
    private static readonly byte[] s_fullSupport = [2, 0, 0, 0, 0, 0];

    /// <inheritdoc/>
    public IReadOnlyList<string>? FindTransferSyntaxes(string abstractSyntax, AssociationRequest request) =>
        rules.Accepts(abstractSyntax, request) ? rules.TransferSyntaxes : null;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? NegotiateExtended(ExtendedNegotiation proposal) => s_fullSupport;

    /// <inheritdoc/>
    public bool Serves(ushort commandField) => commandField == CommandField.CStoreRQ;

    /// <inheritdoc/>
    public async ValueTask ServeAsync(DimseExchange exchange, CancellationToken cancellationToken)
    {
        var request = Check(exchange);
        var sink = await target.OpenAsync(request, cancellationToken).ConfigureAwait(false);
        DicomStatus status;
        await using (sink.ConfigureAwait(false))
        {
            while (true)
            {
                var bytes = await exchange.ReadDataAsync(cancellationToken).ConfigureAwait(false);
                if (bytes.IsEmpty)
                {
                    break;
                }

                await sink.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            }

            status = await sink.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        await exchange.RespondAsync(status, cancellationToken).ConfigureAwait(false);
    }

    private static StoreRequest Check(DimseExchange exchange)
    {
        var command = exchange.Request;
        if (!command.HasDataSet)
        {
            throw new DimseException(DicomStatus.MistypedArgument.WithComment("C-STORE without a data set"));
        }

        if (command.AffectedSOPClassUID != exchange.Context.AbstractSyntax)
        {
            throw new DimseException(
                DicomStatus.SOPClassNotSupported.WithComment("The SOP class is not that of the presentation context"));
        }

        if (command.AffectedSOPInstanceUID is not { } instance || !DicomUID.IsValid(instance))
        {
            throw new DimseException(
                DicomStatus.InvalidSOPInstance.WithComment("(0000,1000) is missing or no valid UID"));
        }

        return new StoreRequest(
            exchange.Association,
            exchange.Context.AbstractSyntax,
            instance,
            exchange.Context.TransferSyntax,
            command.MessageID,
            command.MoveOriginatorAeTitle);
    }
}
