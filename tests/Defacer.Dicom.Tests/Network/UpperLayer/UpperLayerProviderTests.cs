using System.Net;
using System.Net.Sockets;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.UpperLayer;
using Defacer.Dicom.Tests.Network.Pdu;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Network.UpperLayer;

public sealed class UpperLayerProviderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Release_BothAtOnceAsAcceptor_WaitsForTheRequestorsAnswerFirst()
    {
        var (provider, peer) = await AcceptAsync(TimeProvider.System);
        await using var layer = provider;
        await using var other = peer;
        var releasing = layer.ReleaseAsync(Token).AsTask();
        Assert.Equal(PduType.ReleaseRQ, (await peer.ReceiveAsync()).Type);
        await peer.SendAsync(PduBytes.ReleaseRQ);
        await peer.SendAsync(PduBytes.ReleaseRP);
        // PS3.8 7.2.2.7: Sta10, AR-10, Sta12, AR-4.
        Assert.Equal(PduType.ReleaseRP, (await peer.ReceiveAsync()).Type);
        Assert.Equal(IndicationKind.ReleaseConfirm, (await releasing).Kind);
        Assert.Equal(State.Sta13, layer.State);
        peer.Close();
        await layer.CloseAsync();
        Assert.Equal(State.Sta1, layer.State);
    }

    [Fact]
    public async Task Release_DataStillComeAsAcceptor_AreDropped()
    {
        var (provider, peer) = await AcceptAsync(TimeProvider.System);
        await using var layer = provider;
        await using var other = peer;
        var releasing = layer.ReleaseAsync(Token).AsTask();
        await peer.ReceiveAsync();
        await peer.SendPdvAsync(1, 3, 1, 2);
        await peer.SendAsync(PduBytes.ReleaseRP);
        Assert.Equal(IndicationKind.ReleaseConfirm, (await releasing).Kind);
        Assert.Equal(State.Sta1, layer.State);
    }

    [Fact]
    public async Task Artim_IsMeasuredByTheTimeProvider()
    {
        var time = new FakeTimeProvider();
        var (provider, peer) = await ConnectAsync(time);
        await using var layer = provider;
        await using var other = peer;
        await layer.OpenAsync();
        var receiving = layer.ReceiveAsync(TimeSpan.FromDays(1), Token).AsTask();
        time.Advance(new Timeouts().Artim - TimeSpan.FromMilliseconds(1));
        Assert.False(receiving.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(IndicationKind.ArtimExpired, (await receiving.WaitAsync(Waits.Long, Token)).Kind);
        Assert.Equal(State.Sta1, layer.State);
    }

    [Fact]
    public async Task Idle_AfterATimeout_TheNextWaitIsWhole()
    {
        var time = new FakeTimeProvider();
        var (provider, peer) = await AcceptAsync(time);
        await using var layer = provider;
        await using var other = peer;
        var first = layer.ReceiveAsync(TimeSpan.FromMinutes(1), Token).AsTask();
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(IndicationKind.Silence, (await first.WaitAsync(Waits.Long, Token)).Kind);
        var second = layer.ReceiveAsync(TimeSpan.FromMinutes(1), Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(59));
        await peer.SendPdvAsync(1, 3, 1, 2);
        Assert.Equal(IndicationKind.Data, (await second.WaitAsync(Waits.Long, Token)).Kind);
    }

    [Fact]
    public async Task Receive_PduInManyPieces_IsWhole()
    {
        var (provider, peer) = await AcceptAsync(TimeProvider.System);
        await using var layer = provider;
        await using var other = peer;
        var receiving = layer.ReceiveAsync(Waits.Long, Token).AsTask();
        foreach (var part in PduBytes.EchoRequest)
        {
            await peer.SendAsync(new[] { part });
        }

        Assert.Equal(PduBytes.EchoRequest[6..], (await receiving).Data.ToArray());
    }

    [Fact]
    public async Task Receive_ManyPdusInOnePiece_AreTakenOneByOne()
    {
        var (provider, peer) = await AcceptAsync(TimeProvider.System);
        await using var layer = provider;
        await using var other = peer;
        await peer.SendAsync(Enumerable.Repeat(PduBytes.EchoRequest, 1000).SelectMany(b =>
            b).Concat(PduBytes.ReleaseRQ).ToArray());
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(PduBytes.EchoRequest[6..], (await layer.ReceiveAsync(Waits.Long, Token)).Data.ToArray());
        }

        Assert.Equal(IndicationKind.ReleaseRequest, (await layer.ReceiveAsync(Waits.Long, Token)).Kind);
    }

    private static async Task<(UpperLayerProvider Provider, RawPeer Peer)> ConnectAsync(TimeProvider time)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var connecting = RawPeer.ConnectAsync(((IPEndPoint)listener.LocalEndPoint!).Port);
        var socket = await listener.AcceptAsync(Token);
        var transport = new Transport(new NetworkStream(socket, ownsSocket: true), socket, time);
        return (new UpperLayerProvider(transport, isRequestor: false, new Limits(), new Timeouts()), await connecting);
    }

    // An established association, Sta6.
    private static async Task<(UpperLayerProvider Provider, RawPeer Peer)> AcceptAsync(TimeProvider time)
    {
        var (provider, peer) = await ConnectAsync(time);
        await provider.OpenAsync();
        await peer.SendAsync(RawPeer.Request());
        Assert.Equal(IndicationKind.AssociateRequest, (await provider.ReceiveAsync(Waits.Long, Token)).Kind);
        await provider.AcceptAsync(new AAssociateAC
        {
            CalledAeTitle = "A",
            CallingAeTitle = "B",
            Contexts = [],
            UserInformation = new UserInformation(),
        });
        Assert.Equal(PduType.AssociateAC, (await peer.ReceiveAsync()).Type);
        return (provider, peer);
    }
}
