namespace Defacer.Configuration;

/// <summary>
/// The whole configuration: section "Defacer" of appsettings.json, environment (<c>Defacer__Node__Port</c>) and
/// command line.
/// </summary>
public sealed record DefacerOptions
{
    /// <summary>The DICOM node itself.</summary>
    public NodeOptions Node { get; init; } = new();

    /// <summary>Where received data wait.</summary>
    public SpoolOptions Spool { get; init; } = new();

    /// <summary>What is done with what arrives; at least one.</summary>
    public IReadOnlyList<RouteOptions> Routes { get; init; } = [];

    /// <summary>Where results go, by the name that routes use.</summary>
    public IReadOnlyDictionary<string, DestinationOptions> Destinations { get; init; } =
        new Dictionary<string, DestinationOptions>(StringComparer.Ordinal);

    /// <summary>Senders of whom we ask something, or to whom we report; empty for none. Says not who may call.</summary>
    public IReadOnlyList<SourceOptions> Sources { get; init; } = [];

    /// <summary>Resources of face removal.</summary>
    public DefaceSettings Deface { get; init; } = new();

    /// <summary>The secret of the site.</summary>
    public DeidentifySettings Deidentify { get; init; } = new();

    /// <summary>The HTTP address of health, metrics and the console.</summary>
    public ConsoleOptions Console { get; init; } = new();

    /// <summary>Where telemetry is pushed to.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();
}

/// <summary>The DICOM port.</summary>
public sealed record NodeOptions
{
    /// <summary>
    /// Our application entity title, 1 to 16 characters. Also the calling title towards destinations.
    /// </summary>
    public string AeTitle { get; init; } = "DEFACER";

    /// <summary>The local address to listen at. Default every IPv4 and IPv6 address.</summary>
    public string Address { get; init; } = "*";

    /// <summary>TCP port, 1 to 65535; 0 takes a free one (for tests). Default 11112, the registered port.</summary>
    public int Port { get; init; } = 11112;

    /// <summary>
    /// Longest P-DATA-TF that peers may send, in bytes, 4096 to 1048576. Default 256 KiB (PS3.8 D.1).
    /// </summary>
    public int MaxPduLength { get; init; } = 262144;

    /// <summary>
    /// Associations open at once; the next one is refused as temporary (PS3.8 9.3.4: 2/3/2). Default 50.
    /// </summary>
    public int MaxAssociations { get; init; } = 50;

    /// <summary>An association on which nothing comes for this long is aborted. Default 5 minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a stop waits for associations in flight. Default 30 seconds; keep the service's stop time above it.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether storage classes that the standard does not name are accepted. Default no.</summary>
    public bool AcceptPrivateSopClasses { get; init; }

    /// <summary>TLS of the port; null for plain TCP.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>
    /// Who may call and from where; empty lets every title from every network call that a route accepts.
    /// </summary>
    public IReadOnlyList<PeerOptions> Peers { get; init; } = [];
}

/// <summary>Where received data wait until they are forwarded.</summary>
public sealed record SpoolOptions
{
    /// <summary>The folder, relative to the configuration file. One volume; temporary files lie in it too.</summary>
    public string Path { get; init; } = "spool";

    /// <summary>Below this free space nothing is accepted (A700H, association refused 2/3/1). Default 10 GB.</summary>
    public ByteSize MinFreeSpace { get; init; } = new(10_000_000_000);

    /// <summary>
    /// <c>none</c> removes originals and outputs once every destination confirmed; <c>always</c> keeps them; a time
    /// (<c>7.00:00:00</c>) keeps them that long.
    /// </summary>
    public KeepOriginals KeepOriginals { get; init; } = KeepOriginals.None;
}

/// <summary>What is done with what arrives under a called title.</summary>
public sealed record RouteOptions
{
    /// <summary>Name of the route: letters, digits, dash, dot, underscore.</summary>
    public string Name { get; init; } = "";

    /// <summary>The called AE title that chooses this route; null for the node's own.</summary>
    public string? CalledAeTitle { get; init; }

    /// <summary>Calling AE titles that this route takes from; empty for all.</summary>
    public IReadOnlyList<string> CallingAeTitles { get; init; } = [];

    /// <summary>A study is ready when nothing of it arrived for this long. Default one minute.</summary>
    public TimeSpan StableAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Defacing method by name. Default <c>fused</c>; <c>auto</c> is <c>fused</c> where weights are installed, else <c>depth-mask</c>.
    /// </summary>
    public string Method { get; init; } = Deface.Methods.DefaceMethods.Usual;

    /// <summary>What replaces removed voxels, by name; <c>auto</c> chooses by modality.</summary>
    public string Fill { get; init; } = "auto";

    /// <summary>De-identification profile by name.</summary>
    public string Profile { get; init; } = "research";

    /// <summary>What happens to series without a head or face.</summary>
    public NotAHead NotAHead { get; init; } = NotAHead.Park;

    /// <summary>Whether a person must approve each study before it leaves.</summary>
    public bool Approval { get; init; }

    /// <summary>Whether before and after pictures are made; they stay in the spool and go with the originals.</summary>
    public bool Render { get; init; }

    /// <summary>Names of destinations; empty keeps results in the spool as done.</summary>
    public IReadOnlyList<string> Destinations { get; init; } = [];
}

/// <summary>A route's policy for what shows no head, or no face.</summary>
public enum NotAHead
{
    /// <summary>Stop the study for a person.</summary>
    Park,

    /// <summary>De-identify the headers and let the pixels pass.</summary>
    Pass,
}

/// <summary>A destination. Times are per destination, so that a slow archive slows nobody else.</summary>
public sealed record DestinationOptions
{
    /// <summary>Kind of destination; <c>dimse</c> is C-STORE.</summary>
    public string Kind { get; init; } = "dimse";

    /// <summary>Host name or address.</summary>
    public string Host { get; init; } = "";

    /// <summary>TCP port.</summary>
    public int Port { get; init; } = 104;

    /// <summary>The called AE title of the destination.</summary>
    public string AeTitle { get; init; } = "";

    /// <summary>Our title towards it; null for the node's.</summary>
    public string? CallingAeTitle { get; init; }

    /// <summary>Parallel associations, 1 to 16. Default 1; 2 to 4 help over long lines.</summary>
    public int Associations { get; init; } = 1;

    /// <summary>Limit for the TCP connection. Default 10 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Limit for one C-STORE response. Default 2 minutes; large multi-frame objects on slow archives need it.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// First wait after a failure; doubles with jitter up to <see cref="MaxRetryDelay"/>. Default 10 seconds.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait between attempts. Default 15 minutes; there is no giving up.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>TLS towards the destination; null for plain TCP.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Whether it is asked to commit to what it stored before originals are removed. Default not.</summary>
    public CommitmentOptions StorageCommitment { get; init; } = new();
}

/// <summary>Resources of face removal.</summary>
public sealed record DefaceSettings
{
    /// <summary>Where networks run: <c>auto</c>, <c>cpu</c>, <c>directml</c>, <c>cuda</c>.</summary>
    public string Provider { get; init; } = "auto";

    /// <summary>Threads of inference; 0 for one less than there are cores.</summary>
    public int Threads { get; init; }

    /// <summary>Studies processed at once, 1 to 64. Default 1: a study uses every core itself.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Memory that all studies being processed may take together. Default 4 GB.</summary>
    public ByteSize MemoryBudget { get; init; } = new(4_000_000_000);
}

/// <summary>The secret from which UIDs and pseudonyms come.</summary>
public sealed record DeidentifySettings
{
    /// <summary>
    /// The key file, relative to the configuration file; made at first start, owner-only. Keep a copy in a safe:
    /// without it no pseudonym repeats.
    /// </summary>
    public string KeyFile { get; init; } = "site.key";

    /// <summary>
    /// A file that records who stands behind each pseudonym, encrypted so that the node itself cannot read it; relative
    /// to the configuration file. Null, the default, records nothing.
    /// </summary>
    public string? ReidentificationLog { get; init; }

    /// <summary>
    /// The RSA public key in PEM for that file, 3072 bits or more; the private half belongs elsewhere.
    /// </summary>
    public string? ReidentificationPublicKey { get; init; }
}

/// <summary>Health, metrics and the console.</summary>
public sealed record ConsoleOptions
{
    /// <summary>HTTP address; loopback unless there is a reason.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:8080");
}

/// <summary>Where telemetry is pushed to.</summary>
public sealed record TelemetryOptions
{
    /// <summary>OTLP collector, e.g. <c>http://localhost:4317</c>; null pushes nothing.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>.</summary>
    public string OtlpProtocol { get; init; } = "grpc";
}
