using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Tests.Network.Pdu;
using Xunit;

namespace Defacer.Dicom.Tests.Network;

/// <summary>What a client does with peers that refuse, abort, hang, close or answer wrongly.</summary>
public sealed class ClientTests
{
    private static readonly Timeouts s_short = new()
    {
        Acse = TimeSpan.FromMilliseconds(400),
        DimseResponse = TimeSpan.FromMilliseconds(400),
        Progress = TimeSpan.FromMilliseconds(400),
        Artim = TimeSpan.FromMilliseconds(200),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_NobodyListens_SaysWhatToCheck()
    {
        var error = await Assert.ThrowsAsync<AssociationLostException>(() =>
            ConnectAsync(Defacer.Testing.FreePort.Next()));
        Assert.Equal((LostCause.NotConnected, true), (error.Cause, error.IsTransient));
        Assert.Contains("nothing listens", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, 3, false, "with our address")]
    [InlineData(1, 1, 7, false, "exact title")]
    [InlineData(2, 3, 1, true, "later")]
    [InlineData(2, 3, 2, true, "fewer")]
    public async Task Connect_Rejected_SaysWhatToAskFor(
        byte result, byte source, byte reason, bool isTransient, string advice)
    {
        var (port, accepted) = RawPeer.Listen();
        var connecting = ConnectAsync(port);
        await using var peer = await accepted;
        await peer.ReceiveAsync();
        await peer.SendAsync(new byte[] { 3, 0, 0, 0, 0, 4, 0, result, source, reason });
        var error = await Assert.ThrowsAsync<AssociationRejectedException>(() => connecting);
        Assert.Equal(isTransient, error.IsTransient);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{result}/{source}/{reason}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_PeerSaysNothing_TimesOutAndAborts()
    {
        var (port, accepted) = RawPeer.Listen();
        var connecting = ConnectAsync(port);
        await using var peer = await accepted;
        await peer.ReceiveAsync();
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        var error = await Assert.ThrowsAsync<AssociationLostException>(() => connecting);
        Assert.Equal(LostCause.TimedOut, error.Cause);
    }

    [Fact]
    public async Task Connect_PeerCloses_IsLost()
    {
        var (port, accepted) = RawPeer.Listen();
        var connecting = ConnectAsync(port);
        var peer = await accepted;
        await peer.ReceiveAsync();
        peer.Close();
        Assert.Equal(LostCause.Closed, (await Assert.ThrowsAsync<AssociationLostException>(() => connecting)).Cause);
    }

    [Fact]
    public async Task Connect_PeerIsAWebServer_IsAProtocolError()
    {
        var (port, accepted) = RawPeer.Listen();
        var connecting = ConnectAsync(port);
        await using var peer = await accepted;
        await peer.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        var error = await Assert.ThrowsAsync<AssociationException>(() => connecting);
        Assert.Equal(AbortReason.UnrecognizedPdu, error.AbortReason);
        Assert.Contains("DICOM node", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_PeerAcceptsWhatWasNotProposed_IsAProtocolError()
    {
        var (port, accepted) = RawPeer.Listen();
        var connecting = ConnectAsync(port);
        await using var peer = await accepted;
        await peer.ReceiveAsync();
        var wrong = PduBytes.AssociateAC.ToArray();
        wrong[103] = 5;
        await peer.SendAsync(wrong);
        await Assert.ThrowsAsync<AssociationException>(() => connecting);
    }

    [Fact]
    public async Task Store_PeerAbortsInTheMiddle_StopsAndSaysSo()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        var storing = association.StoreAsync(Loopback.MakeObject(60_000_000), Token);
        await peer.ReceiveAsync();
        await peer.SendAsync(PduBytes.Abort);
        var error = await Assert.ThrowsAsync<AssociationAbortedException>(() => storing);
        Assert.Equal((
            AbortSource.ServiceProvider, AbortReason.InvalidPduParameterValue), (error.AbortSource, error.AbortReason));
        Assert.False(association.IsUsable);
        await Assert.ThrowsAsync<InvalidOperationException>(() => association.EchoAsync(Token));
    }

    [Fact]
    public async Task Store_PeerTakesNothing_TimesOut()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        var error = await Assert.ThrowsAsync<AssociationLostException>(() =>
            association.StoreAsync(Loopback.MakeObject(60_000_000), Token));
        Assert.Equal(LostCause.TimedOut, error.Cause);
    }

    [Fact]
    public async Task Store_PeerNeverAnswers_TimesOutAndAborts()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        var storing = association.StoreAsync(Loopback.MakeObject(100), Token);
        await ReceiveMessageAsync(peer);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        Assert.Equal(LostCause.TimedOut, (await Assert.ThrowsAsync<AssociationLostException>(() => storing)).Cause);
    }

    [Fact]
    public async Task Store_PeerAnswersAnotherMessage_IsAborted()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        var storing = association.StoreAsync(Loopback.MakeObject(100), Token);
        await ReceiveMessageAsync(peer);
        await RespondAsync(peer, messageId: 99, DicomStatus.Success);
        await Assert.ThrowsAsync<AssociationException>(() => storing);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
    }

    [Fact]
    public async Task Store_PeerAnswersEarly_IsFinishedAndTheStatusIsTheirs()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        var storing = association.StoreAsync(Loopback.MakeObject(5_000_000), Token);
        await peer.ReceiveAsync();
        await RespondAsync(peer, messageId: 1, DicomStatus.OutOfResources.WithComment("full"));
        await ReceiveMessageAsync(peer);
        var response = await storing;
        Assert.Equal(("full", true), (response.Comment, response.Status.IsTransient));
        Assert.True(association.IsUsable);
    }

    [Fact]
    public async Task Store_Cancelled_AbortsTheAssociation()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        using var cancel = new CancellationTokenSource();
        var storing = association.StoreAsync(Loopback.MakeObject(100), cancel.Token);
        await ReceiveMessageAsync(peer);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storing);
        Assert.False(association.IsUsable);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
    }

    [Fact]
    public async Task Release_BothAtOnce_IsResolvedByTheRequestorAnsweringFirst()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        var releasing = association.ReleaseAsync(Token);
        Assert.Equal(PduType.ReleaseRQ, (await peer.ReceiveAsync()).Type);
        await peer.SendAsync(PduBytes.ReleaseRQ);
        // PS3.8 7.2.2.7: the requestor answers (Sta9, AR-9), then the acceptor (Sta11, AR-3).
        Assert.Equal(PduType.ReleaseRP, (await peer.ReceiveAsync()).Type);
        Assert.False(releasing.IsCompleted);
        await peer.SendAsync(PduBytes.ReleaseRP);
        await releasing;
        Assert.False(association.IsUsable);
    }

    [Fact]
    public async Task Release_PeerAborts_SaysSo()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        var releasing = association.ReleaseAsync(Token);
        await peer.ReceiveAsync();
        await peer.SendAsync(PduBytes.Abort);
        await Assert.ThrowsAsync<AssociationAbortedException>(() => releasing);
    }

    [Fact]
    public async Task Release_Cancelled_LeavesNothingUsable()
    {
        var (association, peer) = await AssociateAsync();
        await using var client = association;
        await using var other = peer;
        using var cancel = new CancellationTokenSource();
        var releasing = association.ReleaseAsync(cancel.Token);
        await peer.ReceiveAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => releasing);
        Assert.False(association.IsUsable);
        await association.DisposeAsync();
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
    }

    [Theory]
    [InlineData("A\\B")]
    [InlineData("")]
    [InlineData("SEVENTEEN_LETTERS")]
    public async Task Connect_TitleThatIsNone_IsAnArgumentError(string title)
    {
        var options =
            new ClientOptions { Host = "127.0.0.1", Port = 104, CalledAeTitle = title, CallingAeTitle = "US" };
        await Assert.ThrowsAsync<ArgumentException>(() =>
            DicomClient.ConnectAsync(options, [new ProposedContext("1.2", "1.2")], Token));
    }

    private static Task<ClientAssociation> ConnectAsync(int port) => DicomClient.ConnectAsync(
        new ClientOptions
        {
            Host =
            "127.0.0.1",
            Port = port,
            CalledAeTitle = "THEM",
            CallingAeTitle = "US",
            Timeouts = s_short
        },
        [new ProposedContext(DicomUID.CTImageStorage.UID, Loopback.Explicit)],
        Token);

    private static async Task<(ClientAssociation Association, RawPeer Peer)> AssociateAsync()
    {
        var (port, accepted) = RawPeer.Listen();
        var connecting = ConnectAsync(port);
        var peer = await accepted;
        await peer.AcceptAssociationAsync();
        return (await connecting, peer);
    }

    // Up to the last fragment of a data set.
    private static async Task ReceiveMessageAsync(RawPeer peer)
    {
        byte flags;
        do
        {
            var (type, body) = await peer.ReceiveAsync();
            Assert.Equal(PduType.PDataTF, type);
            flags = body[5];
        }
        while (flags != 2);
    }

    private static async Task RespondAsync(RawPeer peer, ushort messageId, DicomStatus status)
    {
        var command = new CommandSet
        {
            CommandField = CommandField.CStoreRSP,
            MessageIDBeingRespondedTo = messageId,
            Status = status,
        };
        var bytes = new byte[command.Size];
        command.Write(bytes);
        await peer.SendPdvAsync(1, 3, bytes);
    }
}
