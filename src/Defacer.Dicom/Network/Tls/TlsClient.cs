using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Defacer.Dicom.Network.Tls;

/// <summary>Secures connections that we make; <see cref="SecureAsync"/> is a <see cref="ClientOptions.StreamFactory"/>.</summary>
/// <param name="settings">How.</param>
/// <param name="host">The host that is called; the peer's certificate must be for it, or for the name expected.</param>
public sealed class TlsClient(TlsSettings settings, string host)
{
    /// <summary>Shakes hands; the stream owns the socket.</summary>
    /// <exception cref="AssociationLostException">No secure connection came about; says why.</exception>
    public async ValueTask<Stream> SecureAsync(Socket socket, CancellationToken cancellationToken)
    {
        var name = settings.ExpectedName ?? host;
        var verdict = new PeerVerdict(settings, name);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = name,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                EncryptionPolicy = EncryptionPolicy.RequireEncryption,
                CipherSuitesPolicy = TlsCipherSuites.Policy(settings.Profile),
                CertificateChainPolicy = settings.ChainPolicy(),
                ClientCertificateContext = settings.Certificate?.Load().Context,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    verdict.Judge(certificate, chain, errors),
                AllowRenegotiation = false,
                AllowTlsResume = false,
            };
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            TlsCipherSuites.Require(settings.Profile, stream);
            return stream;
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (TlsErrors.Of(e, host, verdict.Objection) is { } lost)
            {
                throw lost;
            }

            throw;
        }
    }
}
