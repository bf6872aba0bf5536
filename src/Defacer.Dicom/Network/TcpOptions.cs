using System.Net.Sockets;

namespace Defacer.Dicom.Network;

/// <summary>How our TCP connections are set up, both ways.</summary>
internal static class TcpOptions
{
    // Firewalls drop silent sessions after some minutes without telling either side.
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveIntervalSeconds = 15;

    internal static void Apply(Socket socket)
    {
        // With Nagle on, the second small write of an exchange waits for the peer's delayed acknowledgement: 40 ms an
        // object.
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(
                SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        }
        catch (SocketException)
        {
            // Older systems have one setting for all sockets; theirs applies then.
        }
    }
}
