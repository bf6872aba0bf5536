namespace Defacer.Dicom.Network.Dimse;

/// <summary>A presentation context that both sides agreed upon.</summary>
/// <param name="Id">Odd.</param>
/// <param name="AbstractSyntax">The SOP class UID.</param>
/// <param name="TransferSyntax">The one transfer syntax of its data sets.</param>
public sealed record AcceptedContext(byte Id, string AbstractSyntax, string TransferSyntax);

/// <summary>The contexts of an association by id.</summary>
internal sealed class AcceptedContexts
{
    private readonly AcceptedContext?[] _byId = new AcceptedContext?[256];

    internal AcceptedContexts(IEnumerable<AcceptedContext> contexts)
    {
        foreach (var context in contexts)
        {
            _byId[context.Id] = context;
        }
    }

    /// <summary>In order of their ids.</summary>
    internal IEnumerable<AcceptedContext> All => _byId.OfType<AcceptedContext>();

    /// <exception cref="AssociationException">No context with this id was accepted.</exception>
    internal AcceptedContext this[byte id] =>
        _byId[id]
            ?? throw AssociationException.Invalid($"The peer uses presentation context {id}, which was not accepted.");

    internal AcceptedContext? Find(string abstractSyntax, Predicate<string> transferSyntax) =>
        Array.Find(_byId, c => c is not null && c.AbstractSyntax == abstractSyntax && transferSyntax(c.TransferSyntax));
}
