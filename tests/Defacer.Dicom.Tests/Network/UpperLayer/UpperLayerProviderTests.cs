using System.Net;
using System.Net.Sockets;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.UpperLayer;
using Defacer.Dicom.Tests.Network.Pdu;
using FsCheck.Xunit;
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
        await layer.CloseAsync(Token);
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

    [Property(MaxTest = 200)]
    public async Task Receive_AnyBytes_ThrowsNothingButAssociationException(byte[] bytes, bool afterRequest)
    {
        byte[] all = afterRequest ? [.. RawPeer.Request(), .. bytes] : bytes;
        await using var layer = new UpperLayerProvider(
            new Transport(
                new ScriptedStream(all), null, TimeProvider.System), isRequestor: false, new Limits(), new Timeouts());
        await layer.OpenAsync();
        try
        {
            while (layer.State != State.Sta1)
            {
                if ((await layer.ReceiveAsync(Waits.Long, Token)).Kind == IndicationKind.AssociateRequest)
                {
                    await layer.AcceptAsync(Answer());
                }
            }
        }
        catch (AssociationException)
        {
            Assert.Equal(State.Sta13, layer.State);
        }

        await layer.CloseAsync(Token);
        Assert.Equal(State.Sta1, layer.State);
    }

    [Property(MaxTest = 200)]
    public async Task Messages_AnyFragments_ThrowNothingButAssociationException(byte[] ids, byte[] flags, byte[] bytes)
    {
        var pdus = ids.Zip(flags).SelectMany(
            (p, i) =>
                Pdv((byte)(p.First % 4), (byte)(p.Second % 4), bytes.AsSpan(0, Math.Min(bytes.Length, i)).ToArray()));
        byte[] all = [.. RawPeer.Request(), .. PduBytes.EchoRequest, .. pdus];
        await using var layer = new UpperLayerProvider(
            new Transport(
                new ScriptedStream(all), null, TimeProvider.System), isRequestor: false, new Limits(), new Timeouts());
        await layer.OpenAsync();
        await layer.ReceiveAsync(Waits.Long, Token);
        await layer.AcceptAsync(Answer());
        await using var channel = new DimseChannel(
            layer, new AcceptedContexts([new AcceptedContext(1, "1.2", "1.2")]), 0, new Limits(), new Timeouts());
        await Assert.ThrowsAnyAsync<AssociationException>(async () =>
        {
            while (true)
            {
                await channel.ReceiveCommandAsync(Waits.Long, Token);
                await channel.DropDataAsync(Token);
            }
        });
    }

    private static byte[] Pdv(byte contextId, byte flags, byte[] fragment) =>
        [4, 0, 0, 0, 0, (byte)(fragment.Length + 6), 0, 0, 0, (
            byte)(fragment.Length + 2), contextId, flags, .. fragment];

    private static AAssociateAC Answer() =>
        new() { CalledAeTitle = "A", CallingAeTitle = "B", Contexts = [], UserInformation = new UserInformation() };

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
        await provider.AcceptAsync(Answer());
        Assert.Equal(PduType.AssociateAC, (await peer.ReceiveAsync()).Type);
        return (provider, peer);
    }
}
