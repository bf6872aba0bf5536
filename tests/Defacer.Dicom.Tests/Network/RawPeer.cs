using System.Net;
using System.Net.Sockets;
using Defacer.Dicom.Network.Pdu;
using Xunit;

namespace Defacer.Dicom.Tests.Network;

/// <summary>The other end of a connection, byte by byte: says what a test wants, however wrong.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly Socket _socket;

    private RawPeer(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<RawPeer> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Token);
        return new RawPeer(socket);
    }

    /// <summary>
    /// Connects and negotiates context 1 for CT and context 3 for verification, both implicit little endian.
    /// </summary>
    internal static async Task<RawPeer> AssociateAsync(int port, uint maxPduLength = 16384, string calling = "RAW")
    {
        var peer = await ConnectAsync(port);
        await peer.SendAsync(Request(maxPduLength, calling));
        Assert.Equal(PduType.AssociateAC, (await peer.ReceiveAsync()).Type);
        return peer;
    }

    internal static byte[] Request(uint maxPduLength =
        16384, string calling = "RAW", ushort version = 1, string application = AAssociateRQ.DicomApplicationContext)
    {
        var request = new AAssociateRQ
        {
            CalledAeTitle = "SERVER",
            CallingAeTitle = calling,
            ProtocolVersion = version,
            ApplicationContext = application,
            Contexts = [new(1, Loopback.CT, [Loopback.Implicit]), new(3, "1.2.840.10008.1.1", [Loopback.Implicit])],
            UserInformation = new UserInformation { MaxPduLength = maxPduLength },
        };
        var bytes = new byte[request.Size];
        request.Write(bytes);
        return bytes;
    }

    /// <summary>Listens for one connection of a client under test.</summary>
    internal static (int Port, Task<RawPeer> Accepted) Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return (((IPEndPoint)listener.LocalEndPoint!).Port, AcceptAsync(listener));
    }

    /// <summary>As acceptor: takes the request and accepts its contexts with their first transfer syntaxes.</summary>
    internal async Task AcceptAssociationAsync(uint maxPduLength = 16384)
    {
        var (type, body) = await ReceiveAsync();
        Assert.Equal(PduType.AssociateRQ, type);
        var request = AAssociateRQ.Read(body);
        var answer = new AAssociateAC
        {
            CalledAeTitle = request.CalledAeTitle!,
            CallingAeTitle = request.CallingAeTitle!,
            Contexts = [.. request.Contexts.Select(c =>
                new AnsweredContextItem(c.Id, ContextResult.Acceptance, c.TransferSyntaxes[0]))],
            UserInformation = new UserInformation { MaxPduLength = maxPduLength },
        };
        var bytes = new byte[answer.Size];
        answer.Write(bytes);
        await SendAsync(bytes);
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, Token)..];
        }
    }

    /// <summary>As <see cref="SendAsync"/>, and allocates nothing.</summary>
    internal void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    /// <summary>One P-DATA-TF with one PDV.</summary>
    internal Task SendPdvAsync(byte contextId, byte flags, params byte[] fragment)
    {
        var length = fragment.Length;
        byte[] pdu = [4, 0, .. BigEndian(length + 6), .. BigEndian(length + 2), contextId, flags, .. fragment];
        return SendAsync(pdu);
    }

    /// <summary>The next PDU, without its head.</summary>
    internal async Task<(PduType Type, byte[] Body)> ReceiveAsync()
    {
        var head = await ReadAsync(6);
        var length = (head[2] << 24) | (head[3] << 16) | (head[4] << 8) | head[5];
        return ((PduType)head[0], await ReadAsync(length));
    }

    /// <summary>Takes the A-ABORT that must come next; gives source and reason.</summary>
    internal async Task<(int Source, int Reason)> ReceiveAbortAsync()
    {
        var (type, body) = await ReceiveAsync();
        Assert.Equal(PduType.Abort, type);
        return (body[2], body[3]);
    }

    /// <summary>Waits until the other side closes.</summary>
    internal async Task WaitForCloseAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, Token).AsTask().WaitAsync(Waits.Long, Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is a close too.
        }
    }

    internal void Close() => _socket.Dispose();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<RawPeer> AcceptAsync(Socket listener)
    {
        using (listener)
        {
            return new RawPeer(await listener.AcceptAsync(Token));
        }
    }

    private static byte[] BigEndian(int value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await _socket.ReceiveAsync(bytes.AsMemory(at), Token).AsTask().WaitAsync(Waits.Long, Token);
            Assert.True(read > 0, "The connection was closed inside a PDU.");
            at += read;
        }

        return bytes;
    }
}
