using System.Net;
using Defacer.Configuration;
using Defacer.Dicom.Network;
using Defacer.Observe;
using Defacer.Receive;
using Defacer.Spool;
using Defacer.Testing;
using Defacer.Tests.Spool;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Defacer.Tests.Receive;

public sealed class AssociationPolicyTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FaultyDisk _disk = new();
    private readonly SpoolStore _spool;
    private readonly NodeHealth _health;

    public AssociationPolicyTests()
    {
        _spool = SpoolStore.Open(
            _folder.Path, new SpoolOptions { MinFreeSpace = new ByteSize(1000) }, _disk, TimeProvider.System,
                NullLogger<SpoolStore>.Instance);
        _health = new NodeHealth(_spool);
    }

    public async ValueTask DisposeAsync()
    {
        await _spool.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("DEFACER", "CT1", "10.1.2.3", null)]
    [InlineData("DEFACER", "CT1", "::ffff:10.1.2.3", null)]
    [InlineData("DEFACER", "CT1", "10.2.2.3", "1/1/3")]
    [InlineData("DEFACER", "MR1", "192.0.2.7", null)]
    [InlineData("DEFACER", "NOBODY", "10.1.2.3", "1/1/3")]
    [InlineData("TRIAL", "CT1", "10.1.2.3", null)]
    [InlineData("TRIAL", "MR1", "192.0.2.7", "1/1/3")]
    [InlineData("defacer", "CT1", "10.1.2.3", "1/1/7")]
    [InlineData("OTHER", "CT1", "10.1.2.3", "1/1/7")]
    public void Decide_TitlesAndNetworks_AreHeldAgainstTheLists(
        string called, string calling, string address, string? rejection) =>
        Assert.Equal(rejection, Decide(called, calling, address));

    [Fact]
    public void Decide_DiskBelowTheMark_IsTransientForStorageAndOpenForEcho()
    {
        _disk.Free = 999;

        Assert.Equal("2/3/1", Decide("DEFACER", "CT1", "10.1.2.3"));
        Assert.Null(Decide("DEFACER", "CT1", "10.1.2.3", "1.2.840.10008.1.1"));
    }

    [Fact]
    public void Decide_NodeIsStopping_IsTransient()
    {
        _health.IsDraining = true;

        Assert.Equal("2/3/1", Decide("DEFACER", "CT1", "10.1.2.3"));
    }

    [Fact]
    public void Decide_StrangerWhileTheDiskIsLow_IsStillRefusedForGood()
    {
        _disk.Free = 0;

        Assert.Equal("1/1/3", Decide("DEFACER", "NOBODY", "10.1.2.3"));
    }

    [Theory]
    [InlineData("RESEARCH", "ASKER", true, null)]
    [InlineData("RESEARCH", "DEFACER", true, "1/1/3")]
    [InlineData("STRANGER", "ASKER", true, "1/1/7")]
    [InlineData("RESEARCH", "ASKER", false, "1/1/7")]
    public void Decide_ReportOfADestination_IsLetInUnderTheTitleThatAsked(
        string calling, string called, bool onlyReports, string? expected)
    {
        var destination = new DestinationOptions
        {
            Host = "pacs",
            AeTitle = "RESEARCH",
            CallingAeTitle = "ASKER",
            StorageCommitment = new CommitmentOptions { Ask = true },
        };
        var options = new DefacerOptions
        {
            Node = new NodeOptions { Peers = [new PeerOptions { AeTitle = "CT1" }] },
            Routes = [new RouteOptions { Name = "a" }],
            Destinations = new Dictionary<string, DestinationOptions> { ["research"] = destination },
        };
        var commitment = new ProposedContext("1.2.840.10008.1.20.1", "1.2.840.10008.1.2");
        var request = new AssociationRequest
        {
            CalledAeTitle = called,
            CallingAeTitle = calling,
            Contexts = onlyReports ? [commitment]
                : [commitment, new ProposedContext(TestInstances.MrImageStorage, "1.2.840.10008.1.2")],
        };

        Assert.Equal(expected, Decide(options, request, "10.1.2.3"));
    }

    [Theory]
    [InlineData(null, "1/1/3")]
    [InlineData("00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF", null)]
    [InlineData("FF112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF", "1/1/3")]
    public void Decide_PeerWithFingerprint_NeedsThatCertificate(string? shown, string? expected)
    {
        const string Listed = "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff";
        var options = new DefacerOptions
        {
            Node = new NodeOptions { Peers = [new PeerOptions { AeTitle = "CT1", Certificates = [Listed] }] },
            Routes = [new RouteOptions { Name = "a" }],
        };
        var request = new AssociationRequest
        {
            CalledAeTitle = "DEFACER",
            CallingAeTitle = "CT1",
            Certificate = shown is null ? null : new PeerCertificate(shown, "CN=ct1"),
            Contexts = [new ProposedContext(TestInstances.MrImageStorage, "1.2.840.10008.1.2")],
        };

        Assert.Equal(expected, Decide(options, request, "10.1.2.3"));
    }

    private string? Decide(
        string called, string calling, string address, string sopClass = TestInstances.MrImageStorage)
    {
        var options = new DefacerOptions
        {
            Node = new NodeOptions
            {
                Peers = [new PeerOptions { AeTitle = "CT1", Networks = ["10.1.0.0/16"] },
                    new PeerOptions { AeTitle = "MR1" }],
            },
            Routes = [new RouteOptions { Name = "a" },
                new RouteOptions { Name = "b", CalledAeTitle = "TRIAL", CallingAeTitles = ["CT1"] }],
        };
        var request = new AssociationRequest
        {
            CalledAeTitle = called,
            CallingAeTitle = calling,
            Contexts = [new ProposedContext(sopClass, "1.2.840.10008.1.2")],
        };
        return Decide(options, request, address);
    }

    private string? Decide(DefacerOptions options, AssociationRequest request, string address)
    {
        var policy = new AssociationPolicy(options, new RouteTable(options), _spool, _health);
        return policy.Decide(request, new IPEndPoint(IPAddress.Parse(address), 5000)).Rejection?.ToString();
    }
}
