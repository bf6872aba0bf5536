using System.Net;
using System.Net.Sockets;

namespace Defacer.Testing;

/// <summary>Ports for processes that cannot be asked for a free one themselves.</summary>
public static class FreePort
{
    /// <summary>A loopback port on which nothing listens now; another process may take it before it is used.</summary>
    public static int Next()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    /// <summary>Waits until something accepts connections on the loopback port.</summary>
    /// <exception cref="TimeoutException">Nothing did in time.</exception>
    public static async Task WaitUntilOpenAsync(int port, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(wait);
        while (true)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, CancellationToken.None);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"Nothing listens on port {port} after {wait.TotalSeconds:0.#} s.", e);
            }

            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Nothing listens on port {port} after {wait.TotalSeconds:0.#} s.");
            }
        }
    }
}
