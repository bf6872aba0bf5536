using System.Net;
using System.Net.Sockets;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Services;

namespace Defacer.Dicom.Network;

/// <summary>Where and within which bounds a server listens.</summary>
public sealed record DicomServerOptions
{
    /// <summary>The address to listen on. Default every one, IPv4 and IPv6.</summary>
    public IPAddress Address { get; init; } = IPAddress.IPv6Any;

    /// <summary>The port; 0 takes a free one. Default 11112, the registered one.</summary>
    public int Port { get; init; } = 11112;

    /// <summary>Bounds on what peers may make us hold.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>Bounds on waiting.</summary>
    public Timeouts Timeouts { get; init; } = new();

    /// <summary>Whose order of transfer syntaxes counts. Default the proposer's.</summary>
    public TransferSyntaxOrder TransferSyntaxOrder { get; init; } = TransferSyntaxOrder.Proposer;

    /// <summary>
    /// What <see cref="DicomServer"/> stores; used by the constructor that makes its services itself.
    /// </summary>
    public StorageRules Storage { get; init; } = new();

    /// <summary>Our version as peers see it, 1 to 16 characters.</summary>
    public string ImplementationVersionName { get; init; } = DicomFileMeta.ImplementationVersionName;

    /// <summary>
    /// How long a receiving thread itself waits for a peer's next bytes before it goes back to the pool. Default zero.
    /// More saves thread changes where peers send without pause; the pool then needs a thread for each association.
    /// </summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Puts a stream over an accepted socket, TLS for one; null talks over the socket itself.</summary>
    public Func<Socket, CancellationToken, ValueTask<Stream>>? StreamFactory { get; init; }
}
