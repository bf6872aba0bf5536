using System.Net;
using System.Net.Sockets;
using Defacer.Configuration;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Peers;
using Defacer.Receive;
using Defacer.Spool;
using Defacer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Defacer.Tests.Receive;

/// <summary>Tests that count what the process holds run when no other does.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public static class AloneInTheProcess;

/// <summary>
/// The port and the spool as the node has them, with senders that vanish, lie, or never stop: nothing of theirs stays,
/// and nothing grows.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class HostileSenderTests : IAsyncLifetime
{
    // What the process opens of itself, and the slots made ahead, of which none or all may be ready at a count.
    private const int Slack = 20 + SlotPool.Full;
    private static readonly CancellationToken s_ct = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();
    private SpoolStore _spool = null!;
    private DicomServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new NodeOptions { AeTitle = "DEFACER", Address = "127.0.0.1", Port = 0 };
        _spool = SpoolStore.Open(
            _folder["spool"], new SpoolOptions { MinFreeSpace = new ByteSize(0) }, new SystemDisk(), TimeProvider.System,
            NullLogger<SpoolStore>.Instance);
        _server = DicomListener.Create(
            options, new OpenAssociationPolicy(), new SpoolStoreProvider(_spool, TimeProvider.System), null,
            SilentAssociationObserver.Instance, new PeerSecurity(_folder.Path, TimeProvider.System), TimeProvider.System);
        await _server.StartAsync(s_ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _spool.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Associations_OpenedAndDroppedAThousandTimes_LeaveNothing()
    {
        var conversation = await RecordAsync();
        await DropAsync(conversation, 200);
        await QuietAsync(int.MaxValue);
        var handles = Handles();

        await DropAsync(conversation, 1000);

        await QuietAsync(handles + Slack);
        Assert.Equal(DicomStatus.Success, await SendWhenHeardAsync("1.2.3"));
    }

    [Fact]
    public async Task Instances_Thousands_LeaveMemoryAndHandlesAsTheyWere()
    {
        await ManyAsync(0, 1000);
        await QuietAsync(int.MaxValue);
        var (memory, handles) = (GC.GetTotalMemory(forceFullCollection: true), Handles());

        await ManyAsync(1000, 3000);

        await QuietAsync(handles + Slack);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 8L << 20);
    }

    [Theory]
    [InlineData(0xFFFFFFFEu)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(100_000u)]
    public async Task DataSet_LengthThatLies_IsKeptAsItCame(uint length)
    {
        // After the identity a value that declares more than follows.
        var path = _folder["lie.dcm"];
        Slice("1.2.3").Save(path);
        byte[] lie = [0x21, 0, 0x10, 0, (byte)'O', (byte)'B', 0, 0, .. BitConverter.GetBytes(length), 1, 2, 3];
        await File.AppendAllBytesAsync(path, lie, s_ct);
        await using var association = await ConnectAsync();

        var answer = await association.StoreAsync(path, s_ct);

        Assert.Equal(DicomStatus.Success, answer.Status);
        Assert.True(_spool.Arrivals.TryRead(out var arrival));
        Assert.Equal(lie, (await File.ReadAllBytesAsync(arrival.Path, s_ct))[^lie.Length..]);
        Assert.NotNull(ReceivedFile.Recover(arrival.Path));
    }

    private static DicomFile Slice(string uid)
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, TestInstances.MrImageStorage);
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, uid);
        dataset.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, "1.2.9");
        dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, "1.2.9.1");
        dataset.AddOrUpdate(new DicomElement(DicomTag.PatientComments, DicomVR.LT, new byte[2000]));
        return new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian), dataset);
    }

    private async Task<ClientAssociation> ConnectAsync(int? port = null) => await DicomClient.ConnectAsync(
        new ClientOptions
        {
            Host = "127.0.0.1",
            Port = port ?? _server.LocalEndPoint.Port,
            CalledAeTitle = "DEFACER",
            CallingAeTitle = "CT1",
        },
        [new ProposedContext(TestInstances.MrImageStorage, DicomTransferSyntax.ExplicitVRLittleEndian.UID)], s_ct);

    private async Task<DicomStatus> SendAsync(string uid, int? port = null)
    {
        await using var association = await ConnectAsync(port);
        var answer = await association.StoreAsync(Slice(uid), s_ct);
        await association.ReleaseAsync(s_ct);
        return answer.Status;
    }

    // Connections that were dropped before they were accepted may still stand in line, and the line is bounded.
    private async Task<DicomStatus> SendWhenHeardAsync(string uid)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                return await SendAsync(uid);
            }
            catch (AssociationLostException) when (!deadline.IsCancellationRequested)
            {
                await Task.Delay(20, s_ct);
            }
        }
    }

    private async Task ManyAsync(int first, int count)
    {
        await Parallel.ForAsync(0, 4, async (sender, _) =>
        {
            for (var n = 0; n < count / 4;)
            {
                await using var association = await ConnectAsync();
                for (var i = 0; i < 100; i++, n++)
                {
                    var answer = await association.StoreAsync(Slice($"1.2.{sender + 1}.{first + n + 1}"), s_ct);
                    Assert.Equal(DicomStatus.Success, answer.Status);
                }

                await association.ReleaseAsync(s_ct);
            }
        });
        TakeAll();
    }

    private void TakeAll()
    {
        while (_spool.Arrivals.TryRead(out var arrival))
        {
            File.Delete(arrival.Path);
        }
    }

    // What a good sender says in a whole association with two instances.
    private async Task<byte[]> RecordAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var sending = SendAsync("1.2.3", ((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptTcpClientAsync(s_ct);
        using var server = new TcpClient();
        await server.ConnectAsync(_server.LocalEndPoint.Address, _server.LocalEndPoint.Port, s_ct);
        var back = server.GetStream().CopyToAsync(client.GetStream(), s_ct);
        var said = new MemoryStream();
        var buffer = new byte[8192];
        for (int read; (read = await client.GetStream().ReadAsync(buffer, s_ct)) > 0;)
        {
            said.Write(buffer, 0, read);
            await server.GetStream().WriteAsync(buffer.AsMemory(0, read), s_ct);
        }

        server.Client.Shutdown(SocketShutdown.Send);
        await back;
        Assert.Equal(DicomStatus.Success, await sending);
        TakeAll();
        return said.ToArray();
    }

    // The conversation cut at every place in turn: half of the senders close, half reset the connection.
    private async Task DropAsync(byte[] conversation, int times) => await Parallel.ForAsync(
        0, times, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, ct) =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(_server.LocalEndPoint, ct);
            socket.LingerState = new LingerOption(i % 2 == 0, 0);
            try
            {
                await socket.SendAsync(conversation.AsMemory(0, i * 7919 % conversation.Length), ct);
            }
            catch (SocketException)
            {
                // Aborted by the server already: data may not come before its acceptance was read.
            }
        });

    private async Task QuietAsync(int mostHandles)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_server.ActiveAssociations > 0 || Handles() > mostHandles)
        {
            TakeAll();
            Assert.False(deadline.IsCancellationRequested,
                $"{_server.ActiveAssociations} associations, {Handles()} handles, {mostHandles} at most");
            await Task.Delay(20, s_ct);
        }

        TakeAll();
        Assert.InRange(Directory.GetFiles(_spool.Folders.Slots).Length, 0, 100);
    }

    private static int Handles() => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;
}
