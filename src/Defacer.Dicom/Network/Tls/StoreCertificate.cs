using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Defacer.Dicom.Network.Tls;

/// <summary>
/// Our certificate in a store of the system, Windows above all: by thumbprint, or by subject name, then the valid one
/// that ends last, so that a renewed one is found. Looked up at every handshake.
/// </summary>
/// <param name="location">The machine's or the user's.</param>
/// <param name="store">The store's name, for example <c>My</c>.</param>
/// <param name="name">A thumbprint (SHA-1 or SHA-256), or a part of the subject's name.</param>
/// <param name="time">Says which certificates are valid now.</param>
public sealed class StoreCertificate(StoreLocation location, string store, string name, TimeProvider time)
    : ICertificateSource
{
    private readonly Lock _lock = new();
    private LoadedCertificate? _loaded;

    /// <inheritdoc/>
    public string? Trouble => null;

    /// <inheritdoc/>
    public LoadedCertificate Load()
    {
        lock (_lock)
        {
            try
            {
                using var opened = new X509Store(store, location, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                var now = time.GetUtcNow().LocalDateTime;
                var found = opened.Certificates
                    .Where(c => c.HasPrivateKey && IsMeant(c))
                    .OrderByDescending(c => c.NotBefore <= now && now <= c.NotAfter)
                    .ThenByDescending(c => c.NotAfter)
                    .FirstOrDefault()
                    ?? throw new CertificateException(
                        $"The store {location}/{store} has no certificate '{name}' with a private key that this "
                        + "account may use.");
                if (_loaded?.Leaf.Thumbprint != found.Thumbprint)
                {
                    _loaded = new LoadedCertificate(found, []);
                }

                return _loaded;
            }
            catch (CryptographicException e)
            {
                throw new CertificateException($"The store {location}/{store} cannot be read: {e.Message}", e);
            }
        }
    }

    private bool IsMeant(X509Certificate2 certificate) =>
        certificate.Thumbprint.Equals(name, StringComparison.OrdinalIgnoreCase)
        || certificate.GetCertHashString(HashAlgorithmName.SHA256).Equals(name, StringComparison.OrdinalIgnoreCase)
        || certificate.Subject.Contains(name, StringComparison.OrdinalIgnoreCase);
}
