using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Defacer.Dicom.Network.Tls;

/// <summary>
/// Our certificate in a file: PEM, with the key in it or in a file of its own, or PKCS #12 (<c>.pfx</c>, <c>.p12</c>).
/// Read again when a file changed; a new one that cannot be used leaves the old in force and shows as trouble.
/// </summary>
public sealed class CertificateFile : ICertificateSource
{
    private readonly string _path;
    private readonly string? _keyPath;
    private readonly string? _password;
    private readonly ReloadedFiles<LoadedCertificate> _files;

    /// <summary>Names the files; nothing is read yet.</summary>
    /// <param name="path">The certificate; intermediate certificates may follow it.</param>
    /// <param name="keyPath">The private key in PEM; null when it stands with the certificate.</param>
    /// <param name="password">Of the key or of the PKCS #12 file; null for none.</param>
    public CertificateFile(string path, string? keyPath, string? password)
    {
        (_path, _keyPath, _password) = (path, keyPath, password);
        _files = new(Read, "The certificate that was read before stays in force.", path, keyPath);
    }

    /// <inheritdoc/>
    public string? Trouble => _files.Trouble;

    /// <inheritdoc/>
    public LoadedCertificate Load() => _files.Load();

    private LoadedCertificate Read()
    {
        if (!File.Exists(_path) || (_keyPath is not null && !File.Exists(_keyPath)))
        {
            throw new CertificateException($"There is no file {(File.Exists(_path) ? _keyPath : _path)}.");
        }

        try
        {
            var all = IsPkcs12(_path)
                ? X509CertificateLoader.LoadPkcs12CollectionFromFile(_path, _password)
                : ReadPem();
            var leaf = all.FirstOrDefault(c => c.HasPrivateKey)
                ?? throw new CertificateException(
                    $"{_path} holds no private key{(_keyPath is null ? "; name its file" : string.Empty)}.");
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
        var key = _keyPath ?? _path;
        var leaf = _password is null
            ? X509Certificate2.CreateFromPemFile(_path, key)
            : X509Certificate2.CreateFromEncryptedPemFile(_path, _password, key);
        if (OperatingSystem.IsWindows())
        {
            // Schannel takes no key that lives in memory only.
            leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        }

        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(_path);
        var chain = new X509Certificate2Collection(leaf);
        chain.AddRange(all.Where(c => c.Thumbprint != leaf.Thumbprint).ToArray());
        return chain;
    }

    private string Explain(Exception error) => error switch
    {
        UnauthorizedAccessException => $"{_path} or its key may not be read by this account; give it the right to.",
        IOException => $"{_path} or its key cannot be read: {error.Message}",
        _ => $"{_path} is no certificate with a matching key, or the password is not right ({error.Message.TrimEnd('.')}).",
    };

    private static bool IsPkcs12(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12";
}
