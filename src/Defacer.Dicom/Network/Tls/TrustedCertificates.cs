using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Defacer.Dicom.Network.Tls;

/// <summary>
/// The certificates in which a peer's chain must end: authorities, or the peer's own where it signs itself. A file of
/// PEM, DER or PKCS #7; read again when it changed.
/// </summary>
public sealed class TrustedCertificates
{
    private readonly string _path;
    private readonly ReloadedFiles<X509Certificate2Collection> _files;

    /// <summary>Names the file; nothing is read yet.</summary>
    public TrustedCertificates(string path)
    {
        _path = path;
        _files = new(Read, "The certificates that were read before stay trusted.", path);
    }

    /// <summary>Why the newest file is not in force; null when it is.</summary>
    public string? Trouble => _files.Trouble;

    /// <summary>The certificates.</summary>
    /// <exception cref="CertificateException">The file holds none.</exception>
    public X509Certificate2Collection Load() => _files.Load();

    private X509Certificate2Collection Read()
    {
        if (!File.Exists(_path))
        {
            throw new CertificateException($"There is no file {_path}.");
        }

        try
        {
            var found = new X509Certificate2Collection();
            if (File.ReadAllText(_path).Contains("-----BEGIN", StringComparison.Ordinal))
            {
                found.ImportFromPemFile(_path);
            }
            else
            {
                found.Add(X509CertificateLoader.LoadCertificateFromFile(_path));
            }

            return found.Count > 0 ? found : throw new CertificateException($"{_path} holds no certificate.");
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{_path} holds no certificate that can be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
