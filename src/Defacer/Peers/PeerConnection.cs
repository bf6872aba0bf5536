using Defacer.Configuration;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Tls;

namespace Defacer.Peers;

/// <summary>How to call the peers of the configuration.</summary>
public static class PeerConnection
{
    /// <summary>A destination.</summary>
    public static ClientOptions To(DestinationOptions destination, string ownAeTitle, PeerSecurity security) => Secure(
        new ClientOptions
        {
            Host = destination.Host,
            Port = destination.Port,
            CalledAeTitle = destination.AeTitle.Trim(),
            CallingAeTitle = (destination.CallingAeTitle ?? ownAeTitle).Trim(),
            Timeouts = new Timeouts
            {
                Connect = destination.ConnectTimeout,
                DimseResponse = destination.ResponseTimeout,
            },
        },
        destination.Tls,
        security);

    /// <summary>A source, for what we ask of it or report to it.</summary>
    public static ClientOptions To(SourceOptions source, string ownAeTitle, PeerSecurity security) => Secure(
        new ClientOptions
        {
            Host = source.Host,
            Port = source.Port,
            CalledAeTitle = source.AeTitle.Trim(),
            CallingAeTitle = ownAeTitle.Trim(),
            Timeouts = new Timeouts { DimseResponse = source.ResponseTimeout },
        },
        source.Tls,
        security);

    /// <summary>The same peer, called over TLS where that is set.</summary>
    public static ClientOptions Secure(ClientOptions options, TlsOptions? tls, PeerSecurity security) => tls is null
        ? options
        : options with { StreamFactory = new TlsClient(security.For(tls), options.Host).SecureAsync };
}
