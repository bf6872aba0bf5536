using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Defacer.Testing;

/// <summary>A certificate authority of a test, and the certificates that it signs, as PEM files.</summary>
public sealed class TestAuthority : IDisposable
{
    // Keys take long to make, and nothing here is secret.
    private static readonly RSA s_leafKey = RSA.Create(2048);
    private static readonly ConcurrentDictionary<string, RSA> s_authorityKeys = new(StringComparer.Ordinal);
    private readonly RSA _key;
    private readonly X509Certificate2 _certificate;
    private readonly string _folder;

    /// <summary>An authority whose certificate lies in <see cref="File"/>.</summary>
    public TestAuthority(TemporaryFolder folder, string name)
    {
        _folder = folder.Path;
        _key = s_authorityKeys.GetOrAdd(name, _ => RSA.Create(2048));
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-3), DateTimeOffset.UtcNow.AddYears(3));
        File = Path.Combine(_folder, name + ".pem");
        System.IO.File.WriteAllText(File, _certificate.ExportCertificatePem());
    }

    /// <summary>Its own certificate.</summary>
    public string File { get; }

    /// <summary>Signs a certificate for loopback; files NAME.pem and NAME.key.</summary>
    /// <param name="name">Subject and name of the files.</param>
    /// <param name="host">The DNS name that it is for; null for localhost and 127.0.0.1.</param>
    /// <param name="validDays">Days from now until its end; negative for one that has expired.</param>
    public (string Certificate, string Key) Sign(string name, string? host = null, int validDays = 30)
    {
        var request = new CertificateRequest(
            $"CN={name}", s_leafKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host ?? "localhost");
        if (host is null)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        var now = DateTimeOffset.UtcNow;
        using var signed = request.Create(
            _certificate, now.AddDays(-400), now.AddDays(validDays), RandomNumberGenerator.GetBytes(8));
        var (certificateFile, keyFile) = (Path.Combine(_folder, name + ".pem"), Path.Combine(_folder, name + ".key"));
        System.IO.File.WriteAllText(keyFile, s_leafKey.ExportPkcs8PrivateKeyPem());
        System.IO.File.WriteAllText(certificateFile, signed.ExportCertificatePem());
        return (certificateFile, keyFile);
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();
}
