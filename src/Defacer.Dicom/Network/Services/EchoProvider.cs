using Defacer.Dicom.Data;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>Verification as SCP (PS3.4 Annex A): answers C-ECHO.</summary>
public sealed class EchoProvider : IDimseService
{
    // No data set ever travels in this context, so that any of these will do.
    private static readonly string[] s_transferSyntaxes =
    [
        DicomTransferSyntax.ImplicitVRLittleEndian.UID, DicomTransferSyntax.ExplicitVRLittleEndian.UID,
        DicomTransferSyntax.ExplicitVRBigEndian.UID, DicomTransferSyntax.DeflatedExplicitVRLittleEndian.UID,
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string>? FindTransferSyntaxes(string abstractSyntax, AssociationRequest request) =>
        abstractSyntax == DicomUID.Verification.UID ? s_transferSyntaxes : null;

    /// <inheritdoc/>
    public bool Serves(ushort commandField) => commandField == CommandField.CEchoRQ;

    /// <inheritdoc/>
    public ValueTask ServeAsync(DimseExchange exchange, CancellationToken cancellationToken) =>
        exchange.RespondAsync(DicomStatus.Success, cancellationToken);
}
