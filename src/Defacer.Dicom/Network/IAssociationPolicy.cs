using System.Net;

namespace Defacer.Dicom.Network;

/// <summary>
/// Decides whom the server talks to. Called once for each request, in the association's own task; must be quick.
/// </summary>
public interface IAssociationPolicy
{
    /// <summary>Accepts or rejects; the limits of <see cref="Limits"/> are checked apart from this.</summary>
    AssociationDecision Decide(AssociationRequest request, IPEndPoint peer);
}

/// <summary>The outcome of a policy.</summary>
public sealed record AssociationDecision
{
    private AssociationDecision()
    {
    }

    /// <summary>The association is welcome; nothing is said about a user identity.</summary>
    public static AssociationDecision Accept { get; } = new();

    /// <summary>How to reject it; null when it is accepted.</summary>
    public AssociationRejection? Rejection { get; private init; }

    /// <summary>What confirms the user identity to a caller who asked for that; null when it was not checked.</summary>
    public ReadOnlyMemory<byte>? IdentityConfirmation { get; private init; }

    /// <summary>The association is not welcome.</summary>
    public static AssociationDecision Reject(AssociationRejection rejection) => new() { Rejection = rejection };

    /// <summary>The association is welcome, and its user identity was checked (PS3.7 D.3.3.7.2).</summary>
    /// <param name="confirmation">Empty for names and passcodes; a server ticket or response for the other
    /// kinds.</param>
    public static AssociationDecision AcceptIdentity(ReadOnlyMemory<byte> confirmation) =>
        new() { IdentityConfirmation = confirmation };
}

/// <summary>Welcomes every caller that reaches the port: for a closed loopback, never for a hospital network.</summary>
public sealed class OpenAssociationPolicy : IAssociationPolicy
{
    /// <inheritdoc/>
    public AssociationDecision Decide(AssociationRequest request, IPEndPoint peer) => AssociationDecision.Accept;
}
