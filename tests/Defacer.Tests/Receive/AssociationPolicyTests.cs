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
        var policy = new AssociationPolicy(options, new RouteTable(options), _spool, _health);
        var request = new AssociationRequest
        {
            CalledAeTitle = called,
            CallingAeTitle = calling,
            Contexts = [new ProposedContext(sopClass, "1.2.840.10008.1.2")],
        };
        return policy.Decide(request, new IPEndPoint(IPAddress.Parse(address), 5000)).Rejection?.ToString();
    }
}
