using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>A service class that the server provides: one file here, one line where the server is made.</summary>
public interface IDimseService
{
    /// <summary>The transfer syntaxes taken for an abstract syntax; null when it is not this service's.</summary>
    IReadOnlyList<string>? FindTransferSyntaxes(string abstractSyntax, AssociationRequest request);

    /// <summary>
    /// The answer to SOP class extended negotiation (PS3.7 D.3.3.5) for a SOP class of this service; null for none.
    /// </summary>
    ReadOnlyMemory<byte>? NegotiateExtended(ExtendedNegotiation proposal) => null;

    /// <summary>
    /// Whether we provide this service to the caller (PS3.7 D.3.3.4): accepts a proposer as user of the SOP class.
    /// </summary>
    bool Provides(string abstractSyntax, AssociationRequest request) => true;

    /// <summary>
    /// Whether we are the user where the caller provides: accepts a proposer in the role of the SCP. Default no.
    /// </summary>
    bool Uses(string abstractSyntax, AssociationRequest request) => false;

    /// <summary>Whether this service serves the command.</summary>
    bool Serves(ushort commandField);

    /// <summary>Serves one message: reads its data set, if it has one, and responds.</summary>
    /// <exception cref="DimseException">Its status is answered; what is left of the data set is dropped.</exception>
    ValueTask ServeAsync(DimseExchange exchange, CancellationToken cancellationToken);

    /// <summary>Whether this service sends requests to which such a response may come. Default none.</summary>
    bool TakesResponse(ushort commandField) => false;

    /// <summary>Takes a response to a request that this service sent; its data set is dropped.</summary>
    ValueTask TakeResponseAsync(
        AssociationInfo association, CommandSet response, CancellationToken cancellationToken) => default;
}
