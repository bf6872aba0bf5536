using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;
using Defacer.Dicom.Network.Tls;

namespace Defacer.Configuration;

/// <summary>TLS of a port or towards a peer (PS3.15 Annex B): TLS 1.2 and 1.3 only.</summary>
public sealed record TlsOptions
{
    /// <summary>
    /// Our certificate: a file, PEM or PKCS #12 (<c>.pfx</c>), relative to the configuration, or one of a store of the
    /// system, <c>store:LocalMachine/My/THUMBPRINT</c> or a part of its subject. A port must have one.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>The private key in PEM; null when it stands in the certificate's file.</summary>
    public string? Key { get; init; }

    /// <summary>Of the key or the PKCS #12 file. Better set by the environment than in a file.</summary>
    [JsonIgnore]
    public string? Password { get; init; }

    /// <summary>
    /// A file with the certificates in which those of peers must end; null trusts every authority that the system
    /// trusts.
    /// </summary>
    public string? Trusted { get; init; }

    /// <summary>Cipher suites: PS3.15 B.12 (default) or the closed list of B.13.</summary>
    public TlsProfile Profile { get; init; } = TlsProfile.Bcp195;

    /// <summary>Whether revocation lists are asked. Default not: many hospital networks reach none.</summary>
    public X509RevocationMode Revocation { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>Of a port: whether callers need a certificate. Default required, so that both sides are known.</summary>
    public ClientCertificates ClientCertificates { get; init; } = ClientCertificates.Required;

    /// <summary>Towards a peer: the name that its certificate must have; null for its host.</summary>
    public string? ExpectedName { get; init; }

    /// <summary>Towards a peer: whether its certificate's name is checked. Default yes.</summary>
    public bool VerifyName { get; init; } = true;
}

/// <summary>A calling application entity that is let in.</summary>
public sealed record PeerOptions
{
    /// <summary>The calling AE title, or <c>*</c> for any.</summary>
    public string AeTitle { get; init; } = "";

    /// <summary>Networks it may call from, as address or CIDR (<c>10.1.0.0/16</c>); empty for any.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>
    /// SHA-256 fingerprints of the certificates with which it may come, 64 hexadecimal digits; empty for every trusted
    /// one.
    /// </summary>
    public IReadOnlyList<string> Certificates { get; init; } = [];
}

/// <summary>A sender as a peer that we call.</summary>
public sealed record SourceOptions
{
    /// <summary>The title under which it sends and is called.</summary>
    public string AeTitle { get; init; } = "";

    /// <summary>Host name or address where it answers.</summary>
    public string Host { get; init; } = "";

    /// <summary>TCP port.</summary>
    public int Port { get; init; } = 104;

    /// <summary>TLS towards it; null for plain TCP.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Limit for one response. Default 1 minute.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether it is asked how many instances each series has (C-FIND) before a study is taken as complete. Default not.
    /// </summary>
    public bool AskCounts { get; init; }

    /// <summary>Time from one question about a study to the next. Default 30 seconds.</summary>
    public TimeSpan AskEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after the last arrival missing instances are waited for. Default 30 minutes.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What becomes of a study that is still short then. Default park.</summary>
    public IncompleteStudy Incomplete { get; init; } = IncompleteStudy.Park;

    /// <summary>
    /// Whether it may ask us to commit to what it sent. Default not: this node is no archive, and what it keeps are
    /// originals until they are delivered.
    /// </summary>
    public bool StorageCommitment { get; init; }

    /// <summary>Whether reports go out on the association of the request first. Default on one of ours only.</summary>
    public bool ReportOnSameAssociation { get; init; }
}

/// <summary>What becomes of a study that the source says is not complete.</summary>
public enum IncompleteStudy
{
    /// <summary>A person must look.</summary>
    Park,

    /// <summary>It is processed as it is; the report says what is missing.</summary>
    Process,
}

/// <summary>Storage commitment of a destination (PS3.4 Annex J).</summary>
public sealed record CommitmentOptions
{
    /// <summary>Whether it is asked. Default not. Its reports come to our port: it must know us.</summary>
    public bool Ask { get; init; }

    /// <summary>How long a report is awaited on the association of the question. Default 5 seconds.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After this time without a report it is asked again. Default 1 day.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Time to the next attempt when it could not be asked. Default 5 minutes.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMinutes(5);
}
