using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Defacer.Configuration;
using Defacer.Dicom.Network.Tls;

namespace Defacer.Peers;

/// <summary>
/// TLS of the configuration as the network layer takes it: one source a certificate, shared by all who use it, so that
/// a file is read once and again when it changes.
/// </summary>
/// <param name="folder">The folder of the configuration, to which its paths are relative.</param>
/// <param name="time">Says which certificates of a store are valid.</param>
public sealed class PeerSecurity(string folder, TimeProvider time)
{
    private const string StorePrefix = "store:";
    private readonly ConcurrentDictionary<TlsOptions, TlsSettings> _settings = new();

    /// <summary>The settings for options; nothing is read yet.</summary>
    public TlsSettings For(TlsOptions options) => _settings.GetOrAdd(options, Create);

    /// <summary>What is wrong with the certificates of a configuration: each with its path, reason and remedy.</summary>
    public IReadOnlyList<ConfigurationError> Check(DefacerOptions options)
    {
        var errors = new List<ConfigurationError>();
        foreach (var (path, tls) in All(options))
        {
            Try($"{path}:Certificate", tls.Certificate, () => For(tls).Certificate?.Load());
            Try($"{path}:Trusted", tls.Trusted, () => For(tls).Trusted?.Load());
        }

        return errors;

        void Try(string path, string? value, Func<object?> load)
        {
            try
            {
                load();
            }
            catch (CertificateException e)
            {
                errors.Add(new($"Defacer:{path}", value, e.Message, "Correct the path, the file or its rights."));
            }
        }
    }

    /// <summary>Our certificates that are in use, each once, with where it is set and what hinders a newer one.</summary>
    public IEnumerable<OwnCertificate> Own(DefacerOptions options)
    {
        foreach (var (path, tls) in All(options).Where(t => t.Tls.Certificate is not null).DistinctBy(t => t.Tls.Certificate))
        {
            var source = For(tls).Certificate!;
            X509Certificate2? leaf = null;
            var trouble = source.Trouble;
            try
            {
                leaf = source.Load().Leaf;
                trouble = source.Trouble;
            }
            catch (CertificateException e)
            {
                trouble = e.Message;
            }

            yield return new OwnCertificate(path, leaf?.NotAfter.ToUniversalTime(), trouble);
        }
    }

    private static IEnumerable<(string Path, TlsOptions Tls)> All(DefacerOptions options)
    {
        if (options.Node.Tls is { } node)
        {
            yield return ("Node:Tls", node);
        }

        foreach (var (name, destination) in options.Destinations.Where(d => d.Value.Tls is not null))
        {
            yield return ($"Destinations:{name}:Tls", destination.Tls!);
        }

        for (var i = 0; i < options.Sources.Count; i++)
        {
            if (options.Sources[i].Tls is { } tls)
            {
                yield return ($"Sources:{i}:Tls", tls);
            }
        }
    }

    private TlsSettings Create(TlsOptions options) => new()
    {
        Certificate = Source(options),
        Trusted = options.Trusted is null ? null : new TrustedCertificates(FullPath(options.Trusted)),
        Profile = options.Profile,
        Revocation = options.Revocation,
        ClientCertificates = options.ClientCertificates,
        ExpectedName = options.ExpectedName,
        VerifyName = options.VerifyName,
    };

    private ICertificateSource? Source(TlsOptions options)
    {
        if (options.Certificate is not { } certificate)
        {
            return null;
        }

        if (!certificate.StartsWith(StorePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return new CertificateFile(
                FullPath(certificate), options.Key is null ? null : FullPath(options.Key), options.Password);
        }

        var parts = certificate[StorePrefix.Length..].Split('/', 3);
        return new StoreCertificate(Enum.Parse<StoreLocation>(parts[0], ignoreCase: true), parts[1], parts[2], time);
    }

    private string FullPath(string path) => Path.GetFullPath(Path.Combine(folder, path));
}

/// <summary>A certificate that we show to peers.</summary>
/// <param name="Setting">Where it is set.</param>
/// <param name="NotAfter">When it ends, UTC; null when it cannot be read.</param>
/// <param name="Trouble">Why it, or a newer one, cannot be read; null when all is well.</param>
public sealed record OwnCertificate(string Setting, DateTime? NotAfter, string? Trouble);
