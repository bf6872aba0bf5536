using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Defacer.Dicom.Network.Tls;

/// <summary>
/// Secures connections that come in; <see cref="SecureAsync"/> is a <see cref="DicomServerOptions.StreamFactory"/>.
/// </summary>
public sealed class TlsServer(TlsSettings settings)
{
    /// <summary>Shakes hands; the stream owns the socket.</summary>
    /// <exception cref="AssociationLostException">No secure connection came about; says why.</exception>
    public async ValueTask<Stream> SecureAsync(Socket socket, CancellationToken cancellationToken)
    {
        var verdict = new PeerVerdict(settings, calledName: null);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        try
        {
            var own = settings.Certificate ?? throw new CertificateException("A TLS port needs a certificate.");
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = own.Load().Context,
                ClientCertificateRequired = settings.ClientCertificates != ClientCertificates.None,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                EncryptionPolicy = EncryptionPolicy.RequireEncryption,
                CipherSuitesPolicy = TlsCipherSuites.Policy(settings.Profile),
                CertificateChainPolicy = settings.ChainPolicy(),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    verdict.Judge(certificate, chain, errors),
                AllowRenegotiation = false,
                // A session that is resumed would outlive a change of the trusted certificates.
                AllowTlsResume = false,
            };
            await stream.AuthenticateAsServerAsync(options, cancellationToken).ConfigureAwait(false);
            TlsCipherSuites.Require(settings.Profile, stream);
            return stream;
        }
        catch (Exception e)
        {
            var peer = socket.Connected ? socket.RemoteEndPoint?.ToString() : null;
            await stream.DisposeAsync().ConfigureAwait(false);
            if (TlsErrors.Of(e, peer ?? "a caller", verdict.Objection) is { } lost)
            {
                throw lost;
            }

            throw;
        }
    }
}
