using System.Net;
using Defacer.Configuration;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Observe;
using Defacer.Spool;

namespace Defacer.Receive;

/// <summary>
/// Who may associate (PS3.8 9.3.4). Policy is always permanent (1/1/x), trouble with resources always transient
/// (2/3/x): a good sender stops its queue for the first and tries again for the second.
/// </summary>
public sealed class AssociationPolicy(NodeOptions options, RouteTable routes, SpoolStore spool, NodeHealth health)
    : IAssociationPolicy
{
    /// <inheritdoc/>
    public AssociationDecision Decide(AssociationRequest request, IPEndPoint peer)
    {
        if (!routes.IsCalled(request.CalledAeTitle))
        {
            return AssociationDecision.Reject(AssociationRejection.CalledAeTitleNotRecognized);
        }

        if (!IsKnown(request.CallingAeTitle, peer.Address)
            || !routes.Find(request.CalledAeTitle, request.CallingAeTitle).Any())
        {
            return AssociationDecision.Reject(AssociationRejection.CallingAeTitleNotRecognized);
        }

        // A verification alone needs no room, and an administrator looking for the reason must reach us.
        var stores = request.Contexts.Any(c => c.AbstractSyntax != DicomUID.Verification.UID);
        return health.IsDraining || (stores && !spool.Space.IsAboveMark)
            ? AssociationDecision.Reject(AssociationRejection.TemporaryCongestion)
            : AssociationDecision.Accept;
    }

    private bool IsKnown(string callingAeTitle, IPAddress address) => options.Peers.Count == 0
        || options.Peers.Any(p => (p.AeTitle == "*" || p.AeTitle.Trim() == callingAeTitle)
            && (p.Networks.Count == 0 || p.Networks.Any(n => IsIn(n, address))));

    private static bool IsIn(string text, IPAddress address) =>
        Network.TryParse(text, out var network) && Network.Contains(network, address);
}
