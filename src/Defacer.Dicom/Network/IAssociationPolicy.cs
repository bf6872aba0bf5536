using System.Net;

namespace Defacer.Dicom.Network;

/// <summary>Decides whom the server talks to. Called once for each request, in the association's own task; must be quick.</summary>
public interface IAssociationPolicy
{
    /// <summary>Accepts or rejects; the limits of <see cref="Limits"/> are checked apart from this.</summary>
    AssociationDecision Decide(AssociationRequest request, IPEndPoint peer);
}

/// <summary>The outcome of a policy.</summary>
public sealed record AssociationDecision
{
    private AssociationDecision(AssociationRejection? rejection) => Rejection = rejection;

    /// <summary>The association is welcome.</summary>
    public static AssociationDecision Accept { get; } = new((AssociationRejection?)null);

    /// <summary>How to reject it; null when it is accepted.</summary>
    public AssociationRejection? Rejection { get; }

    /// <summary>The association is not welcome.</summary>
    public static AssociationDecision Reject(AssociationRejection rejection) => new(rejection);
}

/// <summary>Welcomes every caller that reaches the port: for a closed loopback, never for a hospital network.</summary>
public sealed class OpenAssociationPolicy : IAssociationPolicy
{
    /// <inheritdoc/>
    public AssociationDecision Decide(AssociationRequest request, IPEndPoint peer) => AssociationDecision.Accept;
}
