using Defacer.Dicom.Network.Negotiation;
using Defacer.Dicom.Network.Services;

namespace Defacer.Dicom.Network;

/// <summary>What all associations of a server share.</summary>
internal sealed record ServerContext(
    Limits Limits,
    Timeouts Timeouts,
    IAssociationPolicy Policy,
    IReadOnlyList<IDimseService> Services,
    AssociationNegotiator Negotiator,
    IAssociationObserver Observer,
    TimeProvider Time,
    AssociationRegistry Registry,
    TimeSpan Patience);
