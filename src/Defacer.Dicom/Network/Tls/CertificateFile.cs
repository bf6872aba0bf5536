using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Defacer.Dicom.Network.Tls;

/// <summary>
/// Our certificate in a file: PEM, with the key in it or in a file of its own, or PKCS #12 (<c>.pfx</c>, <c>.p12</c>).
/// Read again when a file changed; a new one that cannot be used leaves the old in force and shows as trouble.
/// </summary>
/// <param name="path">The certificate; intermediate certificates may follow it.</param>
/// <param name="keyPath">The private key in PEM; null when it stands with the certificate.</param>
/// <param name="password">Of the key or of the PKCS #12 file; null for none.</param>
public sealed class CertificateFile(string path, string? keyPath, string? password) : ICertificateSource
{
    private readonly Lock _lock = new();
    private LoadedCertificate? _loaded;
    private FileStampSet _stamp;

    /// <inheritdoc/>
    public string? Trouble { get; private set; }

    /// <inheritdoc/>
    public LoadedCertificate Load()
    {
        lock (_lock)
        {
            var stamp = FileStampSet.Of(path, keyPath);
            if (_loaded is not null && stamp == _stamp)
            {
                return _loaded;
            }

            _stamp = stamp;
            try
            {
                _loaded = Read();
                Trouble = null;
            }
            catch (CertificateException e) when (_loaded is not null)
            {
                Trouble = $"{e.Message} The certificate that was read before stays in force.";
            }

            return _loaded;
        }
    }

    private LoadedCertificate Read()
    {
        if (!File.Exists(path) || (keyPath is not null && !File.Exists(keyPath)))
        {
            throw new CertificateException($"There is no file {(File.Exists(path) ? keyPath : path)}.");
        }

        try
        {
            var all = IsPkcs12(path)
                ? X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password)
                : ReadPem();
            var leaf = all.FirstOrDefault(c => c.HasPrivateKey)
                ?? throw new CertificateException(
                    $"{path} holds no private key{(keyPath is null ? "; name its file" : string.Empty)}.");
            all.Remove(leaf);
            return new LoadedCertificate(leaf, all);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw e as CertificateException ?? new CertificateException(Explain(e), e);
        }
    }

    private X509Certificate2Collection ReadPem()
    {
        var key = keyPath ?? path;
        var leaf = password is null
            ? X509Certificate2.CreateFromPemFile(path, key)
            : X509Certificate2.CreateFromEncryptedPemFile(path, password, key);
        if (OperatingSystem.IsWindows())
        {
            // Schannel takes no key that lives in memory only.
            leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        }

        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(path);
        var chain = new X509Certificate2Collection(leaf);
        chain.AddRange(all.Where(c => c.Thumbprint != leaf.Thumbprint).ToArray());
        return chain;
    }

    private string Explain(Exception error) => error switch
    {
        UnauthorizedAccessException => $"{path} or its key may not be read by this account; give it the right to.",
        IOException => $"{path} or its key cannot be read: {error.Message}",
        _ => $"{path} is no certificate with a matching key, or the password is not right ({error.Message.TrimEnd('.')}).",
    };

    private static bool IsPkcs12(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12";
}
