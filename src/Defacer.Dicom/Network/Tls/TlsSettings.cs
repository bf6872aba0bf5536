using System.Security.Cryptography.X509Certificates;

namespace Defacer.Dicom.Network.Tls;

/// <summary>Whether a server asks its callers for a certificate.</summary>
public enum ClientCertificates
{
    /// <summary>A caller without a certificate that is trusted here is refused.</summary>
    Required,

    /// <summary>A certificate is checked when there is one; a caller without is let in.</summary>
    Requested,

    /// <summary>None is asked for.</summary>
    None,
}

/// <summary>How a connection is secured (PS3.15 Annex B).</summary>
public sealed record TlsSettings
{
    /// <summary>Our certificate; a server must have one, a client shows it when asked.</summary>
    public ICertificateSource? Certificate { get; init; }

    /// <summary>In what a peer's certificate must end; null trusts what the system trusts.</summary>
    public TrustedCertificates? Trusted { get; init; }

    /// <summary>Versions and cipher suites. Default BCP 195.</summary>
    public TlsProfile Profile { get; init; } = TlsProfile.Bcp195;

    /// <summary>Whether revocation lists are asked; default not: many hospital networks reach none.</summary>
    public X509RevocationMode Revocation { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>As server: whether callers need a certificate. Default required (mutual authentication).</summary>
    public ClientCertificates ClientCertificates { get; init; } = ClientCertificates.Required;

    /// <summary>As client: the name that the peer's certificate must have; null for the host that is called.</summary>
    public string? ExpectedName { get; init; }

    /// <summary>As client: whether the certificate's name is checked. Default yes.</summary>
    public bool VerifyName { get; init; } = true;

    /// <exception cref="CertificateException">The list of trusted certificates cannot be used.</exception>
    internal X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = Revocation,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            DisableCertificateDownloads = true,
        };
        if (Trusted is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(Trusted.Load());
        }

        return policy;
    }
}
