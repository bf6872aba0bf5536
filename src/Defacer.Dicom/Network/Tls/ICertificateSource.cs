using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Defacer.Dicom.Network.Tls;

/// <summary>Where our own certificate comes from. Asked at every handshake, so that a renewed one is used at once.</summary>
public interface ICertificateSource
{
    /// <summary>The certificate in force.</summary>
    /// <exception cref="CertificateException">There is none that can be used.</exception>
    LoadedCertificate Load();

    /// <summary>Why the newest one is not in force; null when it is.</summary>
    string? Trouble { get; }
}

/// <summary>A certificate with its private key and the chain that goes with it.</summary>
/// <param name="Leaf">With its private key.</param>
/// <param name="Chain">Intermediate certificates, sent along.</param>
public sealed record LoadedCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain)
{
    private SslStreamCertificateContext? _context;

    /// <summary>As the handshake takes it; nothing is fetched for it from the network.</summary>
    internal SslStreamCertificateContext Context =>
        _context ??= SslStreamCertificateContext.Create(Leaf, Chain, offline: true);
}

/// <summary>A certificate, its key, or a list of trusted ones cannot be used; the message says why and what to do.</summary>
public sealed class CertificateException(string message, Exception? inner = null) : IOException(message, inner);
