using System.Net.Sockets;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Services;

namespace Defacer.Dicom.Network;

/// <summary>Whom to call, as whom, and for how long to wait.</summary>
public sealed record ClientOptions
{
    /// <summary>Name or address of the peer.</summary>
    public required string Host { get; init; }

    /// <summary>Port of the peer.</summary>
    public required int Port { get; init; }

    /// <summary>The peer's AE title.</summary>
    public required string CalledAeTitle { get; init; }

    /// <summary>Our AE title.</summary>
    public required string CallingAeTitle { get; init; }

    /// <summary>Bounds on what the peer may make us hold.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>Bounds on waiting.</summary>
    public Timeouts Timeouts { get; init; } = new();

    /// <summary>Roles proposed (PS3.7 D.3.3.4). Default none: we use, the peer provides.</summary>
    public IReadOnlyList<RoleSelection> Roles { get; init; } = [];

    /// <summary>Who the user is (PS3.7 D.3.3.7). Default null.</summary>
    public UserIdentity? UserIdentity { get; init; }

    /// <summary>
    /// What we provide on this association when the peer asks: the C-STORE of a C-GET, event reports. Default none.
    /// </summary>
    public IReadOnlyList<IDimseService> Services { get; init; } = [];

    /// <summary>Our version as the peer sees it, 1 to 16 characters.</summary>
    public string ImplementationVersionName { get; init; } = DicomFileMeta.ImplementationVersionName;

    /// <summary>Puts a stream over the connected socket, TLS for one; null talks over the socket itself.</summary>
    public Func<Socket, CancellationToken, ValueTask<Stream>>? StreamFactory { get; init; }

    /// <exception cref="ArgumentException">A title, the port or a bound is out of its range.</exception>
    internal void Validate()
    {
        Limits.Validate();
        Timeouts.Validate();
        OptionBounds.RequireAeTitle(CalledAeTitle, nameof(CalledAeTitle));
        OptionBounds.RequireAeTitle(CallingAeTitle, nameof(CallingAeTitle));
        OptionBounds.Require(Port, 1, 65535, nameof(Port));
        OptionBounds.RequireVersionName(ImplementationVersionName);
    }
}
