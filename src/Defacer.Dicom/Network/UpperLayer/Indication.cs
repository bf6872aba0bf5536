using Defacer.Dicom.Network.Pdu;

namespace Defacer.Dicom.Network.UpperLayer;

/// <summary>What the upper layer tells its user.</summary>
internal enum IndicationKind
{
    /// <summary>A-ASSOCIATE indication; the message is a <see cref="AAssociateRQ"/>.</summary>
    AssociateRequest,

    /// <summary>The provider rejected the request by itself; the message is a <see cref="RefusedRequest"/>.</summary>
    AssociateRefused,

    /// <summary>A-ASSOCIATE confirmation, accepted; the message is a <see cref="AAssociateAC"/>.</summary>
    AssociateAccepted,

    /// <summary>
    /// A-ASSOCIATE confirmation, rejected; the message is a boxed <see cref="AssociationRejection"/>.
    /// </summary>
    AssociateRejected,

    /// <summary>P-DATA indication.</summary>
    Data,

    /// <summary>A-RELEASE indication.</summary>
    ReleaseRequest,

    /// <summary>A-RELEASE confirmation.</summary>
    ReleaseConfirm,

    /// <summary>A-ABORT or A-P-ABORT indication; the message is the exception that says so.</summary>
    Abort,

    /// <summary>The connection is gone.</summary>
    Closed,

    /// <summary>ARTIM ran out and the connection was closed.</summary>
    ArtimExpired,

    /// <summary>No PDU began in the time allowed; the state is as it was.</summary>
    Silence,

    /// <summary>A PDU began and did not end in the time allowed; the state is as it was.</summary>
    Stalled,

    /// <summary>A PDU that the state ignores.</summary>
    Ignored,
}

/// <summary>An indication with what belongs to it.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Message">See the kind; else null.</param>
/// <param name="Data">The PDVs of a P-DATA-TF; valid until the next receiving.</param>
internal readonly record struct Indication(
    IndicationKind Kind, object? Message = null, ReadOnlyMemory<byte> Data = default);

/// <summary>A request that did not get as far as the service user.</summary>
internal sealed record RefusedRequest(AAssociateRQ Request, AssociationRejection Rejection);
