using System.Net;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Tests.Network.Pdu;
using Xunit;

namespace Defacer.Dicom.Tests.Network;

/// <summary>Runs apart from other tests: one of these counts what the process allocates.</summary>
[CollectionDefinition(nameof(ServerTests), DisableParallelization = true)]
public sealed class ServerTestsAlone;

[Collection(nameof(ServerTests))]
public sealed class ServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, int, int> Rejections => new()
    {
        { "application", 1, 1, 2 }, { "version", 1, 2, 2 }, { "calling", 1, 1, 3 }, { "policy", 1, 1, 7 },
    };

    [Theory]
    [MemberData(nameof(Rejections))]
    public async Task Request_ThatMayNotBe_IsRejectedWithItsCode(string what, int result, int source, int reason)
    {
        await using var loopback = await Loopback.StartAsync(policy: new Policy(what == "policy"));
        await using var peer = await RawPeer.ConnectAsync(loopback.Port);
        await peer.SendAsync(what switch
        {
            "application" => RawPeer.Request(application: "1.2.3"),
            "version" => RawPeer.Request(version: 2),
            "calling" => RawPeer.Request(calling: "A\\B"),
            _ => RawPeer.Request(),
        });
        var (type, body) = await peer.ReceiveAsync();
        Assert.Equal(PduType.AssociateRJ, type);
        Assert.Equal((result, source, reason), (body[1], body[2], body[3]));
        peer.Close();
        Assert.Equal(
            new AssociationRejection((byte)result, (byte)source, (byte)reason), await loopback.Observer.FirstRejection);
        Assert.Single(loopback.Observer.Rejections);
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(16, 1)]
    public async Task Request_AboveALimit_IsRejectedTransientUntilOneEnds(int global, int perCaller)
    {
        var limits = new Limits { MaxAssociations = global, MaxAssociationsPerCaller = perCaller };
        await using var loopback = await Loopback.StartAsync(options: new DicomServerOptions { Limits = limits });
        await using (await loopback.ConnectAsync())
        {
            var error = await Assert.ThrowsAsync<AssociationRejectedException>(() => loopback.ConnectAsync());
            Assert.Equal((AssociationRejection.LocalLimitExceeded, true), (error.Rejection, error.IsTransient));
        }

        await loopback.Observer.FirstEnd;
        await using var next = await loopback.ConnectAsync();
        Assert.Equal(DicomStatus.Success, await next.EchoAsync(Token));
    }

    [Fact]
    public async Task Drain_WithAMessageInFlight_AnswersItThenAbortsAndRejectsOthersAsCongestion()
    {
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var store = new MemoryStore
        {
            OnComplete = async _ =>
            {
                reached.SetResult();
                await goOn.Task;
                return DicomStatus.Success;
            },
        };
        await using var loopback = await Loopback.StartAsync(store);
        await using var association = await loopback.ConnectAsync();
        var storing = association.StoreAsync(Loopback.MakeObject(100_000), Token);
        await reached.Task.WaitAsync(Waits.Long, Token);
        var port = loopback.Port;
        var draining = loopback.Server.DrainAsync(Token);
        var error = await Assert.ThrowsAsync<AssociationRejectedException>(() => loopback.ConnectAsync());
        Assert.Equal(AssociationRejection.TemporaryCongestion, error.Rejection);
        Assert.False(draining.IsCompleted);
        goOn.SetResult();
        Assert.Equal(DicomStatus.Success, (await storing).Status);
        await draining.WaitAsync(Waits.Long, Token);
        Assert.Equal(AssociationEnd.Draining, (await loopback.Observer.FirstEnd).End);
        await Assert.ThrowsAnyAsync<AssociationException>(() => association.EchoAsync(Token));
        var late = loopback.Client with { Port = port };
        var refused = await Assert.ThrowsAsync<AssociationLostException>(
            () => DicomClient.ConnectAsync(late, [new ProposedContext(Loopback.CT, Loopback.Explicit)], Token));
        Assert.Equal(LostCause.NotConnected, refused.Cause);
    }

    [Fact]
    public async Task Drain_WithIdleAssociation_EndsAtOnce()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var association = await loopback.ConnectAsync();
        await association.EchoAsync(Token);
        await loopback.Server.DrainAsync(Token).WaitAsync(Waits.Long, Token);
        Assert.Equal(AssociationEnd.Draining, (await loopback.Observer.FirstEnd).End);
        Assert.Equal(0, loopback.Server.ActiveAssociations);
    }

    [Fact]
    public async Task Dispose_WithAMessageInFlight_DropsTheInstance()
    {
        var reached = new TaskCompletionSource();
        var store = new MemoryStore
        {
            OnComplete = async token =>
            {
                reached.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return DicomStatus.Success;
            },
        };
        var loopback = await Loopback.StartAsync(store);
        await using var association = await loopback.ConnectAsync();
        var storing = association.StoreAsync(Loopback.MakeObject(100), Token);
        await reached.Task.WaitAsync(Waits.Long, Token);
        await loopback.DisposeAsync();
        await Assert.ThrowsAsync<AssociationAbortedException>(() => storing);
        Assert.Equal((1, 0), (store.Dropped, store.Stored.Count));
    }

    [Fact]
    public async Task FourAssociations_AtOnce_StoreEverything()
    {
        await using var loopback = await Loopback.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async a =>
        {
            await using var association = await loopback.ConnectAsync();
            for (var i = 0; i < 25; i++)
            {
                Assert.Equal(DicomStatus.Success, (
                    await association.StoreAsync(Loopback.MakeObject(50_000, $"1.2.{a}.{i}"), Token)).Status);
            }

            await association.ReleaseAsync(Token);
        }));
        Assert.Equal(100, loopback.Store.Stored.Select(s => s.Request.SOPInstanceUID).Distinct().Count());
        Assert.Equal(4, loopback.Store.Stored.Select(s => s.Request.Association.Id).Distinct().Count());
    }

    [Fact]
    public async Task Release_PeerNeverCloses_TheSlotIsFreeAndArtimCloses()
    {
        var options = new DicomServerOptions
        {
            Timeouts = new Timeouts { Artim = TimeSpan.FromMilliseconds(300) },
            Limits = new Limits { MaxAssociations = 1 },
        };
        await using var loopback = await Loopback.StartAsync(options: options);
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendAsync(PduBytes.ReleaseRQ);
        Assert.Equal(PduType.ReleaseRP, (await peer.ReceiveAsync()).Type);
        Assert.Equal(AssociationEnd.Released, (await loopback.Observer.FirstEnd).End);
        await using var next = await loopback.ConnectAsync();
        await peer.WaitForCloseAsync();
    }

    [Fact]
    public async Task DataSet_OfManyFragments_AllocatesNothingForEach()
    {
#if DEBUG
        Assert.Skip("A debug build makes an object of every call of an asynchronous method.");
#endif
        // 16 KiB each: what peers without a limit of their own send.
        const int Fragments = 4096;
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        var command = new CommandSet
        {
            CommandField = CommandField.CStoreRQ,
            MessageID = 1,
            AffectedSOPClassUID = "1.2",
            AffectedSOPInstanceUID = "1.2.3",
            HasDataSet = true,
        };
        var bytes = new byte[command.Size];
        command.Write(bytes);
        byte[] fragment = [4, 0, 0, 0, 0x40, 0x00, 0, 0, 0x3F, 0xFC, 1, 0, .. new byte[0x3FFA]];
        // The class is not that of the context: the data set is read and dropped, so that no store counts here.
        await peer.SendPdvAsync(1, 3, bytes);
        SendMany(peer, fragment, 256);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        SendMany(peer, fragment, Fragments);
        await peer.SendPdvAsync(1, 2);
        var (_, body) = await peer.ReceiveAsync();
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(DicomStatus.SOPClassNotSupported.Code, CommandSet.Read(body.AsSpan(6)).Status!.Value.Code);
        // A single small object for each fragment would be 100 KB, a copy 67 MB.
        Assert.True(allocated < Fragments * 16, $"{allocated} bytes for {Fragments} fragments.");
    }

    private static void SendMany(RawPeer peer, byte[] pdu, int count)
    {
        for (var i = 0; i < count; i++)
        {
            peer.Send(pdu);
        }
    }

    private sealed class Policy(bool rejects) : IAssociationPolicy
    {
        public AssociationDecision Decide(AssociationRequest request, IPEndPoint peer) =>
            rejects
                ? AssociationDecision.Reject(AssociationRejection.CalledAeTitleNotRecognized)
                : AssociationDecision.Accept;
    }
}
