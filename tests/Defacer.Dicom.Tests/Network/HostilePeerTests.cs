using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Tests.Network.Pdu;
using Xunit;

namespace Defacer.Dicom.Tests.Network;

/// <summary>
/// What a server does with peers that break the rules; each test ends with an association that works.
/// </summary>
public sealed class HostilePeerTests
{
    private const byte Command = 1;
    private const byte CommandLast = 3;
    private const byte DataLast = 2;

    private static readonly Timeouts s_short = new()
    {
        Artim = TimeSpan.FromMilliseconds(400),
        Idle = TimeSpan.FromMilliseconds(400),
        Progress = TimeSpan.FromMilliseconds(400),
    };

    [Fact]
    public async Task HttpRequest_IsAbortedAndDropped()
    {
        await using var loopback = await Loopback.StartAsync();
        await using (var peer = await RawPeer.ConnectAsync(loopback.Port))
        {
            await peer.SendAsync("GET / HTTP/1.1\r\nHost: pacs\r\n\r\n"u8.ToArray());
            // PS3.8 Table 9-10, Evt19 in Sta2: AA-1, service user.
            Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        }

        Assert.Equal(AssociationEnd.ProtocolError, await loopback.Observer.FirstDrop);
        await AssertStillServesAsync(loopback);
    }

    [Fact]
    public async Task SlowLoris_IsDroppedByArtim()
    {
        await using var loopback = await Loopback.StartAsync(options: new DicomServerOptions { Timeouts = s_short });
        await using var peer = await RawPeer.ConnectAsync(loopback.Port);
        await peer.SendAsync(RawPeer.Request().AsMemory(0, 20));
        await peer.WaitForCloseAsync();
        Assert.Equal(AssociationEnd.ProgressTimeout, await loopback.Observer.FirstDrop);
        await AssertStillServesAsync(loopback);
    }

    [Fact]
    public async Task Connections_ThatAskForNothing_AreLimited()
    {
        await using var loopback = await Loopback.StartAsync(
            options: new DicomServerOptions { Limits = new Limits { MaxPendingConnections = 2 } });
        await using var first = await RawPeer.AssociateAsync(loopback.Port);
        await using var second = await RawPeer.ConnectAsync(loopback.Port);
        await using var third = await RawPeer.ConnectAsync(loopback.Port);
        await using var fourth = await RawPeer.ConnectAsync(loopback.Port);
        await fourth.WaitForCloseAsync();
        Assert.Equal(AssociationEnd.TooManyConnections, await loopback.Observer.FirstDrop);
    }

    [Fact]
    public async Task HalfOpen_BeforeAnyByte_IsDropped()
    {
        await using var loopback = await Loopback.StartAsync();
        (await RawPeer.ConnectAsync(loopback.Port)).Close();
        Assert.Equal(AssociationEnd.ConnectionLost, await loopback.Observer.FirstDrop);
    }

    [Fact]
    public async Task PduLongerThanAnnounced_IsRefusedBeforeItArrives()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendAsync(new byte[] { 4, 0, 0, 4, 0, 1 });
        Assert.Equal((2, 6), await peer.ReceiveAbortAsync());
        Assert.Equal(AssociationEnd.ProtocolError, (await loopback.Observer.FirstEnd).End);
        await AssertStillServesAsync(loopback);
    }

    public static TheoryData<byte[], int> BadData => new()
    {
        // P-DATA-TF without a PDV, with a PDV of no length, with one longer than the PDU.
        { [4, 0, 0, 0, 0, 0], 6 },
        { [4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 1, 3], 6 },
        { [4, 0, 0, 0, 0, 6, 0, 0, 0, 9, 1, 3], 6 },
        // A context that was never proposed; a data fragment where a command is due.
        { [4, 0, 0, 0, 0, 8, 0, 0, 0, 4, 9, 3, 0, 0], 6 },
        { [4, 0, 0, 0, 0, 8, 0, 0, 0, 4, 1, 0, 0, 0], 5 },
        // The context changes inside a command.
        { [4, 0, 0, 0, 0, 16, 0, 0, 0, 4, 1, 1, 0, 0, 0, 0, 0, 4, 3, 3, 0, 0], 5 },
        // A-ASSOCIATE-AC and -RP out of place, and a type that is none.
        { [6, 0, 0, 0, 0, 4, 0, 0, 0, 0], 2 },
        { [3, 0, 0, 0, 0, 4, 0, 1, 1, 1], 2 },
        { [9, 0, 0, 0, 0, 4, 0, 0, 0, 0], 1 },
    };

    [Theory]
    [MemberData(nameof(BadData))]
    public async Task BadPdu_OnAnAssociation_IsAbortedWithItsReason(byte[] pdu, int reason)
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendAsync(pdu);
        Assert.Equal((2, reason), await peer.ReceiveAbortAsync());
        Assert.Equal(AssociationEnd.ProtocolError, (await loopback.Observer.FirstEnd).End);
    }

    [Fact]
    public async Task CommandInsideADataSet_IsAbortedAndTheInstanceDropped()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendPdvAsync(1, CommandLast, StoreCommand());
        await peer.SendPdvAsync(1, 0, new byte[100]);
        await peer.SendPdvAsync(1, CommandLast, StoreCommand());
        Assert.Equal((2, 5), await peer.ReceiveAbortAsync());
        await loopback.Observer.FirstEnd;
        Assert.Equal((1, 0), (loopback.Store.Dropped, loopback.Store.Stored.Count));
    }

    [Fact]
    public async Task MalformedCommand_IsAbortedByTheUser()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendPdvAsync(1, CommandLast, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0x7F);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
    }

    [Fact]
    public async Task CommandWithoutEnd_IsAborted()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        for (var sent = 0; sent <= 64 * 1024; sent += 8192)
        {
            await peer.SendPdvAsync(1, Command, new byte[8192]);
        }

        Assert.Equal((2, 6), await peer.ReceiveAbortAsync());
    }

    [Fact]
    public async Task OddAndEmptyFragments_AreTaken()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendPdvAsync(1, CommandLast, StoreCommand());
        await peer.SendPdvAsync(1, 0, 1, 2, 3);
        await peer.SendPdvAsync(1, 0);
        await peer.SendPdvAsync(1, 0, 4, 5, 6);
        await peer.SendPdvAsync(1, DataLast);
        Assert.Equal(PduType.PDataTF, (await peer.ReceiveAsync()).Type);
        Assert.Equal([1, 2, 3, 4, 5, 6], Assert.Single(loopback.Store.Stored).DataSet);
    }

    [Fact]
    public async Task ConnectionLostInADataSet_DropsTheInstance()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendPdvAsync(1, CommandLast, StoreCommand());
        await peer.SendPdvAsync(1, 0, new byte[1000]);
        peer.Close();
        Assert.Equal(AssociationEnd.ConnectionLost, (await loopback.Observer.FirstEnd).End);
        Assert.Equal((1, 0), (loopback.Store.Dropped, loopback.Store.Stored.Count));
    }

    [Fact]
    public async Task SilenceInADataSet_IsAProgressTimeout()
    {
        await using var loopback = await Loopback.StartAsync(options: new DicomServerOptions { Timeouts = s_short });
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendPdvAsync(1, CommandLast, StoreCommand());
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        Assert.Equal(AssociationEnd.ProgressTimeout, (await loopback.Observer.FirstEnd).End);
    }

    [Fact]
    public async Task SilenceBetweenMessages_IsAnIdleTimeout()
    {
        await using var loopback = await Loopback.StartAsync(options: new DicomServerOptions { Timeouts = s_short });
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        Assert.Equal(AssociationEnd.IdleTimeout, (await loopback.Observer.FirstEnd).End);
    }

    [Fact]
    public async Task ReleaseInsideADataSet_IsAborted()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendPdvAsync(1, CommandLast, StoreCommand());
        await peer.SendAsync(PduBytes.ReleaseRQ);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        Assert.Equal(1, (await loopback.Observer.FirstEnd.ContinueWith(_ =>
            loopback.Store.Dropped, TaskScheduler.Default)));
    }

    [Fact]
    public async Task UnknownCommand_IsAnsweredUnrecognizedAndTheAssociationGoesOn()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        var find = new CommandSet
        {
            CommandField = CommandField.CFindRQ,
            MessageID = 9,
            AffectedSOPClassUID = Loopback.CT,
            HasDataSet = true,
        };
        await peer.SendPdvAsync(1, CommandLast, Bytes(find));
        await peer.SendPdvAsync(1, DataLast, new byte[10]);
        var (_, body) = await peer.ReceiveAsync();
        var response = CommandSet.Read(body.AsSpan(6));
        Assert.Equal((0x8020, 9, (ushort)0x0211), (
            response.CommandField, response.MessageIDBeingRespondedTo, response.Status!.Value.Code));
        await peer.SendAsync(PduBytes.EchoRequest.Select((b, i) => i == 10 ? (byte)3 : b).ToArray());
        Assert.Equal(PduType.PDataTF, (await peer.ReceiveAsync()).Type);
    }

    [Fact]
    public async Task ResponseThatNobodyAsked_IsAborted()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port);
        await peer.SendPdvAsync(3, CommandLast, Bytes(
            new CommandSet { CommandField = CommandField.CEchoRSP, Status = DicomStatus.Success }));
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
    }

    [Theory]
    [InlineData(14u)]
    [InlineData(64u)]
    [InlineData(0u)]
    public async Task PeerWithAnyMaximumLength_GetsPdusThatFit(uint maxPduLength)
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.AssociateAsync(loopback.Port, maxPduLength);
        await peer.SendPdvAsync(3, CommandLast, PduBytes.EchoRequest[12..]);
        var command = new List<byte>();
        bool isLast;
        do
        {
            var (_, body) = await peer.ReceiveAsync();
            Assert.True(maxPduLength == 0 || body.Length <= maxPduLength);
            Assert.Equal(0, body.Length % 2);
            command.AddRange(body[6..]);
            isLast = (body[5] & 2) != 0;
        }
        while (!isLast);
        Assert.Equal(DicomStatus.Success, CommandSet.Read(command.ToArray()).Status);
    }

    [Fact]
    public async Task PeerWithAMaximumLengthOfSeven_IsAborted()
    {
        await using var loopback = await Loopback.StartAsync();
        await using var peer = await RawPeer.ConnectAsync(loopback.Port);
        await peer.SendAsync(RawPeer.Request(maxPduLength: 7));
        Assert.Equal((2, 6), await peer.ReceiveAbortAsync());
    }

    private static byte[] StoreCommand() => Bytes(new CommandSet
    {
        CommandField = CommandField.CStoreRQ,
        MessageID = 1,
        AffectedSOPClassUID = Loopback.CT,
        AffectedSOPInstanceUID = "1.2.3",
        Priority = 0,
        HasDataSet = true,
    });

    private static byte[] Bytes(CommandSet command)
    {
        var bytes = new byte[command.Size];
        command.Write(bytes);
        return bytes;
    }

    private static async Task AssertStillServesAsync(Loopback loopback)
    {
        await using var association = await loopback.ConnectAsync();
        Assert.Equal(DicomStatus.Success, await association.EchoAsync(TestContext.Current.CancellationToken));
        await association.ReleaseAsync(TestContext.Current.CancellationToken);
        Assert.Empty(loopback.Observer.ListenerErrors);
    }
}
