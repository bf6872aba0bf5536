using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Tls;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Network;

/// <summary>Secured associations with DCMTK and OpenSSL (PS3.15 B.12, B.13).</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority;
    private readonly TestAuthority _stranger;

    public TlsTests()
    {
        _authority = new TestAuthority(_folder, "authority");
        _stranger = new TestAuthority(_folder, "stranger");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Echoscu_WithCertificate_Succeeds()
    {
        await using var server = await SecureServer.StartAsync(Settings("server"));
        var client = _authority.Sign("client");

        var (exitCode, output) = await EchoscuAsync(server.Port, "+tls", client.Key, client.Certificate);

        Assert.True(exitCode == 0, output);
        Assert.Equal("CN=client", Assert.Single(server.Certificates).Subject);
    }

    [Fact]
    public async Task Echoscu_WithoutCertificate_IsRefusedAndTheServerSaysWhy()
    {
        await using var server = await SecureServer.StartAsync(Settings("server"));

        var (exitCode, _) = await EchoscuAsync(server.Port, "+tla");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("showed no certificate", await server.DroppedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Echoscu_WithoutCertificateWhereNoneIsNeeded_Succeeds()
    {
        await using var server = await SecureServer.StartAsync(
            Settings("server") with { ClientCertificates = ClientCertificates.None });

        var (exitCode, output) = await EchoscuAsync(server.Port, "+tla");

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Echoscu_CertificateOfAStranger_IsRefusedAndTheServerNamesTheIssuer()
    {
        await using var server = await SecureServer.StartAsync(Settings("server"));
        var client = _stranger.Sign("client");

        var (exitCode, _) = await EchoscuAsync(server.Port, "+tls", client.Key, client.Certificate);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("'CN=stranger', which is not trusted", await server.DroppedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Echoscu_InPlainText_IsRefused()
    {
        await using var server = await SecureServer.StartAsync(Settings("server"));

        var (exitCode, _) = await PeerProcess.RunAsync("echoscu", ["127.0.0.1", $"{server.Port}"], s_wait);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("does not speak TLS", await server.DroppedAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_3", "", "TLS_AES_256_GCM_SHA384")]
    [InlineData("-tls1_2", "", "ECDHE-RSA-AES256-GCM-SHA384")]
    [InlineData("-tls1_2", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256")]
    [InlineData("-tls1_2", "ECDHE-RSA-CHACHA20-POLY1305", null)]
    [InlineData("-tls1_2", "ECDHE-RSA-AES256-SHA384", null)]
    [InlineData("-tls1_2", "AES256-GCM-SHA384", null)]
    [InlineData("-tls1_2", "DHE-RSA-AES256-GCM-SHA384", null)]
    [InlineData("-tls1_1", "ALL:@SECLEVEL=0", null)]
    [InlineData("-tls1", "ALL:@SECLEVEL=0", null)]
    public async Task OpenSsl_VersionAndSuite_OnlyThoseOfTheProfileAreTaken(string version, string suite, string? expected)
    {
        await using var server = await SecureServer.StartAsync(Settings("server"));

        var output = await SClientAsync(server.Port, suite.Length == 0 ? [version] : [version, "-cipher", suite]);

        if (expected is null)
        {
            Assert.Contains("Cipher is (NONE)", output, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains($"Cipher is {expected}", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OpenSsl_ModifiedProfile_TakesItsOwnSuites()
    {
        await using var server = await SecureServer.StartAsync(
            Settings("server") with { Profile = TlsProfile.ModifiedBcp195 });

        var output = await SClientAsync(server.Port, "-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305");

        Assert.Contains("Cipher is ECDHE-RSA-CHACHA20-POLY1305", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_CertificateFileIsReplaced_TheNextCallerSeesTheNewOne()
    {
        await using var server = await SecureServer.StartAsync(Settings("server"));
        Assert.Contains("CN = server", await SClientAsync(server.Port, "-tls1_3"), StringComparison.Ordinal);

        var renewed = _authority.Sign("renewed");
        File.Move(renewed.Key, _folder["server.key"], overwrite: true);
        File.Move(renewed.Certificate, _folder["server.pem"], overwrite: true);
        var after = await SClientAsync(server.Port, "-tls1_3");
        await File.WriteAllTextAsync(_folder["server.pem"], "rubbish", Token);
        var afterRubbish = await SClientAsync(server.Port, "-tls1_3");

        Assert.Contains("CN = renewed", after, StringComparison.Ordinal);
        Assert.Contains("CN = renewed", afterRubbish, StringComparison.Ordinal);
        Assert.Contains("stays in force", server.Settings.Certificate!.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ToStorescpWithTls_Succeeds()
    {
        await using var storescp = await StorescpAsync(_authority.Sign("server"));

        await using var association = await ConnectAsync(storescp.Port, "localhost", Settings("client"));

        Assert.Equal(DicomStatus.Success, await association.EchoAsync(Token));
        await association.ReleaseAsync(Token);
    }

    [Fact]
    public async Task EchoVerb_WithTls_Answers()
    {
        await using var storescp = await StorescpAsync(_authority.Sign("server"));
        var own = _authority.Sign("client");

        var (exitCode, output) = await PeerProcess.RunAsync(
            "dotnet",
            [
                "exec", Peers.NodeProcess.ProgramPath, "echo", $"STORESCP@localhost:{storescp.Port}", "--tls",
                "--certificate", own.Certificate, "--key", own.Key, "--trusted", _authority.File,
            ],
            s_wait);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Connect_PeerHasExpired_SaysUntilWhen()
    {
        await using var storescp = await StorescpAsync(_authority.Sign("server", validDays: -5));

        var error = await FailAsync(storescp.Port, "localhost", Settings("client"));

        Assert.Contains($"to {DateTime.UtcNow.AddDays(-5):yyyy-MM-dd} (UTC) only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_PeerHasAnotherName_SaysWhichUnlessToldToLookAway()
    {
        await using var storescp = await StorescpAsync(_authority.Sign("server", host: "pacs.example"));
        var settings = Settings("client");

        var error = await FailAsync(storescp.Port, "localhost", settings);
        await using var expected = await ConnectAsync(
            storescp.Port, "localhost", settings with { ExpectedName = "pacs.example" });
        await expected.ReleaseAsync(Token);
        await using var unnamed = await ConnectAsync(
            storescp.Port, "localhost", settings with { VerifyName = false });
        await unnamed.ReleaseAsync(Token);

        Assert.Contains("is for pacs.example, not for 'localhost'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_PeerOfAStranger_NamesTheIssuer()
    {
        await using var storescp = await StorescpAsync(_stranger.Sign("server"));

        var error = await FailAsync(storescp.Port, "localhost", Settings("client"));

        Assert.Contains("'CN=stranger', which is not trusted here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_PeerDoesNotTrustUs_SaysSo()
    {
        await using var storescp = await StorescpAsync(_authority.Sign("server"));
        var stranger = _stranger.Sign("client");

        var error = await FailAsync(storescp.Port, "localhost", Settings("other") with
        {
            Certificate = new CertificateFile(stranger.Certificate, stranger.Key, null),
        });

        Assert.Contains("our certificate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_PeerSpeaksPlainText_SaysSo()
    {
        await using var receiver = await Receiver.StartAsync();

        var error = await FailAsync(receiver.Port, "localhost", Settings("client"));

        Assert.Contains("TLS", error.Message, StringComparison.Ordinal);
        Assert.Equal(LostCause.NotSecured, error.Cause);
    }

    [Fact]
    public void Load_Pkcs12AndEncryptedKey_GiveTheCertificate()
    {
        var files = _authority.Sign("client");
        using var leaf = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        File.WriteAllBytes(_folder["client.pfx"], leaf.Export(X509ContentType.Pkcs12, "secret"));

        var loaded = new CertificateFile(_folder["client.pfx"], null, "secret").Load();

        Assert.Equal(leaf.Thumbprint, loaded.Leaf.Thumbprint);
        Assert.True(loaded.Leaf.HasPrivateKey);
        var wrong = Assert.Throws<CertificateException>(
            () => new CertificateFile(_folder["client.pfx"], null, "wrong").Load());
        Assert.Contains("password", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<CertificateException>(() => new CertificateFile(_folder["absent.pem"], null, null).Load());
        Assert.Throws<CertificateException>(() => new CertificateFile(files.Certificate, null, null).Load());
    }

    private TlsSettings Settings(string name)
    {
        var files = _authority.Sign(name);
        return new TlsSettings
        {
            Certificate = new CertificateFile(files.Certificate, files.Key, null),
            Trusted = new TrustedCertificates(_authority.File),
        };
    }

    private async Task<(int ExitCode, string Output)> EchoscuAsync(int port, params string[] tls) =>
        await PeerProcess.RunAsync(
            "echoscu", ["-v", .. tls, "+cf", _authority.File, "localhost", $"{port}"], s_wait);

    // Ends when its input does.
    private async Task<string> SClientAsync(int port, params string[] arguments)
    {
        var client = _authority.Sign("probe");
        var (_, output) = await PeerProcess.RunAsync(
            "sh",
            [
                "-c", "exec openssl s_client \"$@\" < /dev/null", "s_client", "-connect", $"127.0.0.1:{port}",
                "-cert", client.Certificate, "-key", client.Key, "-CAfile", _authority.File, .. arguments,
            ],
            s_wait);
        return output;
    }

    private async Task<Storescp> StorescpAsync((string Certificate, string Key) files)
    {
        var port = FreePort.Next();
        var process = PeerProcess.Start(
            "storescp",
            ["-od", _folder.Path, "+tls", files.Key, files.Certificate, "+cf", _authority.File, $"{port}"]);
        await FreePort.WaitUntilOpenAsync(port, s_wait, Token);
        return new Storescp(process, port);
    }

    private static Task<ClientAssociation> ConnectAsync(int port, string host, TlsSettings settings) =>
        DicomClient.ConnectAsync(
            new ClientOptions
            {
                Host = host,
                Port = port,
                CalledAeTitle = "STORESCP",
                CallingAeTitle = "DEFACER",
                StreamFactory = new TlsClient(settings, host).SecureAsync,
            },
            [new ProposedContext(DicomUID.Verification.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID)],
            Token);

    private static async Task<AssociationLostException> FailAsync(int port, string host, TlsSettings settings)
    {
        var error = await Assert.ThrowsAsync<AssociationLostException>(() => ConnectAsync(port, host, settings));
        Assert.True(error.Cause == LostCause.NotSecured, error.ToString());
        return error;
    }

    private sealed record Storescp(PeerProcess Process, int Port) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }

    /// <summary>A server of ours with TLS that remembers who came and why somebody could not.</summary>
    private sealed class SecureServer : IAssociationPolicy, IAssociationObserver, IAsyncDisposable
    {
        private readonly TaskCompletionSource<string> _dropped = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        private DicomServer? _server;

        private SecureServer(TlsSettings settings) => Settings = settings;

        internal int Port => _server!.LocalEndPoint.Port;

        internal TlsSettings Settings { get; }

        internal ConcurrentQueue<PeerCertificate> Certificates { get; } = [];

        internal static async Task<SecureServer> StartAsync(TlsSettings settings)
        {
            var server = new SecureServer(settings);
            server._server = new DicomServer(
                new DicomServerOptions
                {
                    Address = IPAddress.Loopback,
                    Port = 0,
                    StreamFactory = new TlsServer(settings).SecureAsync,
                },
                server,
                [new Defacer.Dicom.Network.Services.EchoProvider()],
                server,
                null);
            await server._server.StartAsync(Token);
            return server;
        }

        internal Task<string> DroppedAsync() => _dropped.Task.WaitAsync(s_wait, Token);

        public AssociationDecision Decide(AssociationRequest request, IPEndPoint peer)
        {
            if (request.Certificate is { } certificate)
            {
                Certificates.Enqueue(certificate);
            }

            return AssociationDecision.Accept;
        }

        public void Dropped(IPEndPoint peer, AssociationEnd end, string detail)
        {
            // The probes that wait for the port are no callers.
            if (end == AssociationEnd.NotSecured)
            {
                _dropped.TrySetResult(detail);
            }
        }

        public ValueTask DisposeAsync() => _server!.DisposeAsync();
    }
}
