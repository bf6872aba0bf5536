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
public sealed class AssociationPolicy(DefacerOptions options, RouteTable routes, SpoolStore spool, NodeHealth health)
    : IAssociationPolicy
{
    private static readonly string s_commitment = DicomUID.StorageCommitmentPushModel.UID;

    /// <inheritdoc/>
    public AssociationDecision Decide(AssociationRequest request, IPEndPoint peer)
    {
        if (IsReport(request))
        {
            return health.IsDraining
                ? AssociationDecision.Reject(AssociationRejection.TemporaryCongestion)
                : AssociationDecision.Accept;
        }

        if (!routes.IsCalled(request.CalledAeTitle))
        {
            return AssociationDecision.Reject(AssociationRejection.CalledAeTitleNotRecognized);
        }

        if (!IsKnown(request, peer.Address)
            || !routes.Find(request.CalledAeTitle, request.CallingAeTitle).Any())
        {
            return AssociationDecision.Reject(AssociationRejection.CallingAeTitleNotRecognized);
        }

        // A verification alone needs no room, and an administrator looking for the reason must reach us.
        var stores = request.Contexts.Any(c => c.AbstractSyntax != DicomUID.Verification.UID);
        return health.IsDraining || (stores && (spool.IsCongested || !spool.Space.IsAboveMark))
            ? AssociationDecision.Reject(AssociationRejection.TemporaryCongestion)
            : AssociationDecision.Accept;
    }

    // A destination that we ask to commit reports on an association of its own, and sends nothing else on it.
    private bool IsReport(AssociationRequest request) =>
        request.Contexts.Any(c => c.AbstractSyntax == s_commitment)
        && request.Contexts.All(c => c.AbstractSyntax == s_commitment || c.AbstractSyntax == DicomUID.Verification.UID)
        && options.Destinations.Values.Any(d => d.StorageCommitment.Ask
            && d.AeTitle.Trim() == request.CallingAeTitle
            && (d.CallingAeTitle ?? options.Node.AeTitle).Trim() == request.CalledAeTitle);

    private bool IsKnown(AssociationRequest request, IPAddress address) => options.Node.Peers.Count == 0
        || options.Node.Peers.Any(p => (p.AeTitle == "*" || p.AeTitle.Trim() == request.CallingAeTitle)
            && (p.Networks.Count == 0 || p.Networks.Any(n => IsIn(n, address)))
            && (p.Certificates.Count == 0 || p.Certificates.Any(c => IsOf(c, request.Certificate))));

    private static bool IsOf(string fingerprint, PeerCertificate? certificate) => certificate is not null
        && fingerprint.Replace(":", string.Empty).Equals(certificate.Fingerprint, StringComparison.OrdinalIgnoreCase);

    private static bool IsIn(string text, IPAddress address) =>
        Network.TryParse(text, out var network) && Network.Contains(network, address);
}
