using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Defacer.Dicom.Network.Tls;

/// <summary>
/// The certificates in which a peer's chain must end: authorities, or the peer's own where it signs itself. A file of
/// PEM, DER or PKCS #7; read again when it changed.
/// </summary>
public sealed class TrustedCertificates(string path)
{
    private readonly Lock _lock = new();
    private X509Certificate2Collection? _loaded;
    private FileStampSet _stamp;

    /// <summary>Why the newest file is not in force; null when it is.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The certificates.</summary>
    /// <exception cref="CertificateException">The file holds none.</exception>
    public X509Certificate2Collection Load()
    {
        lock (_lock)
        {
            var stamp = FileStampSet.Of(path);
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
                Trouble = $"{e.Message} The certificates that were read before stay trusted.";
            }

            return _loaded;
        }
    }

    private X509Certificate2Collection Read()
    {
        if (!File.Exists(path))
        {
            throw new CertificateException($"There is no file {path}.");
        }

        try
        {
            var found = new X509Certificate2Collection();
            if (File.ReadAllText(path).Contains("-----BEGIN", StringComparison.Ordinal))
            {
                found.ImportFromPemFile(path);
            }
            else
            {
                found.Add(X509CertificateLoader.LoadCertificateFromFile(path));
            }

            return found.Count > 0 ? found : throw new CertificateException($"{path} holds no certificate.");
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path} holds no certificate that can be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
