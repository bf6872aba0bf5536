using System.Text.Json.Nodes;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Node;

/// <summary>
/// The node with TLS on its port and towards its destination, as its settings say, between DCMTK's storescu and storescp
/// (PS3.15 B.12); certificates of both sides are renewed while it runs.
/// </summary>
public sealed class SecuredPathTests : IDisposable
{
    private const int Instances = 40;
    private static readonly TimeSpan s_wait = TimeSpan.FromMinutes(3);
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _hospital;
    private readonly TestAuthority _successor;

    public SecuredPathTests()
    {
        _hospital = new TestAuthority(_folder, "hospital");
        _successor = new TestAuthority(_folder, "successor");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _hospital.Dispose();
        _successor.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Path_WithTlsInAndOut_CarriesStudiesAndTakesRenewedCertificates()
    {
        var inward = _hospital.Sign("inward");
        var outward = _hospital.Sign("outward");
        var port = FreePort.Next();
        var before = Storescp(port, "before", _hospital);
        await using var node = await NodeProcess.StartAsync(_folder["node"], new NodeSettings
        {
            Destinations = [("secure-pacs", "STORESCP", port)],
            StableAge = TimeSpan.FromSeconds(1),
            Change = settings =>
            {
                settings["Node"]!["Tls"] = Tls(inward);
                settings["Destinations"]!["secure-pacs"]!["Tls"] = Tls(outward);
            },
        }, Token);
        await using (before)
        {
            Assert.Equal(0, (await SendAsync(node.Port, head: 0, isSecure: false)).StoreSuccesses);
            var sent = await SendAsync(node.Port, head: 0, isSecure: true);
            Assert.True(sent.StoreSuccesses == Instances, sent.Output);
            await before.WaitForFilesAsync(Instances, s_wait, node.ReadLog, Token);
        }

        // The destination trusts another authority now; whoever calls us sees another certificate.
        Renew(_hospital.Sign("renewed"), inward);
        Renew(_successor.Sign("follows"), outward);
        await using var after = Storescp(port, "after", _successor);
        var shown = await Dcmtk.RunAsync(
            "sh",
            ["-c", $"openssl s_client -connect 127.0.0.1:{node.Port} -CAfile {_hospital.File} < /dev/null"], Token);
        Assert.Contains("CN = renewed", shown.Output, StringComparison.Ordinal);
        var again = await SendAsync(node.Port, head: 1, isSecure: true);
        Assert.True(again.StoreSuccesses == Instances, again.Output);
        await after.WaitForFilesAsync(Instances, s_wait, node.ReadLog, Token);
    }

    private static void Renew((string Certificate, string Key) by, (string Certificate, string Key) file)
    {
        File.Move(by.Key, file.Key, overwrite: true);
        File.Move(by.Certificate, file.Certificate, overwrite: true);
    }

    private JsonObject Tls((string Certificate, string Key) own) => new()
    {
        ["Certificate"] = own.Certificate,
        ["Key"] = own.Key,
        ["Trusted"] = _hospital.File,
    };

    private StorescpPeer Storescp(int port, string name, TestAuthority trusts)
    {
        var own = _hospital.Sign("pacs");
        return StorescpPeer.Start(port, _folder[name], "+tls", own.Key, own.Certificate, "+cf", trusts.File);
    }

    private async Task<Dcmtk.Outcome> SendAsync(int port, int head, bool isSecure)
    {
        var files = HeadStudy.Write(_folder[$"head-{head}"], Instances, seed: head);
        var own = _hospital.Sign("modality");
        return await Dcmtk.StoreAsync(
            port, files, Token, isSecure ? ["+tls", own.Key, own.Certificate, "+cf", _hospital.File] : []);
    }
}
