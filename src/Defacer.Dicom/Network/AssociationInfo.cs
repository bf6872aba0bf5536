using System.Net;

namespace Defacer.Dicom.Network;

/// <summary>An association as metrics, logs and services name it. Holds no patient data.</summary>
public sealed record AssociationInfo
{
    /// <summary>Random; ties log lines and stored instances together.</summary>
    public required string Id { get; init; }

    /// <summary>The caller's title.</summary>
    public required string CallingAeTitle { get; init; }

    /// <summary>The called title.</summary>
    public required string CalledAeTitle { get; init; }

    /// <summary>Address and port of the peer.</summary>
    public required IPEndPoint Peer { get; init; }

    /// <summary>The peer's implementation class; null when not given.</summary>
    public string? PeerImplementationClassUID { get; init; }

    /// <summary>The peer's implementation version; null when not given.</summary>
    public string? PeerImplementationVersionName { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Contexts accepted.</summary>
    public int AcceptedContexts { get; init; }

    /// <summary>Contexts proposed.</summary>
    public int ProposedContexts { get; init; }
}
