using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Dicom.Network.Services;
using Defacer.Dicom.Network.UpperLayer;

namespace Defacer.Dicom.Network;

/// <summary>Listens for associations and serves each in its own task.</summary>
public sealed class DicomServer : IAsyncDisposable
{
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(200);

    // For a last A-ABORT to be read by peers that do not close: a close at once may overtake it.
    private static readonly TimeSpan s_closeGrace = TimeSpan.FromMilliseconds(500);

    // Who asked for nothing yet is not given a thread for long: at most so many of them are that.
    private static readonly TimeSpan s_firstPatience = TimeSpan.FromMilliseconds(50);
    private readonly DicomServerOptions _options;
    private readonly ServerContext _context;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _connections = [];
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>A server with verification and storage.</summary>
    public DicomServer(
        DicomServerOptions options,
        IAssociationPolicy policy,
        IStoreProvider storeProvider,
        IAssociationObserver? observer = null,
        TimeProvider? time = null)
        : this(options, policy, [new EchoProvider(), new StoreProvider(storeProvider, options.Storage)], observer, time)
    {
    }

    /// <summary>A server with these services.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public DicomServer(
        DicomServerOptions options,
        IAssociationPolicy policy,
        IReadOnlyList<IDimseService> services,
        IAssociationObserver? observer,
        TimeProvider? time)
    {
        options.Limits.Validate();
        options.Timeouts.Validate();
        OptionBounds.RequireVersionName(options.ImplementationVersionName);
        _options = options;
        _context = new ServerContext(
            options.Limits,
            options.Timeouts,
            policy,
            services,
            new AssociationNegotiator(
                services, options.TransferSyntaxOrder, options.Limits.MaxPduLength, options.ImplementationVersionName),
            observer ?? SilentAssociationObserver.Instance,
            time ?? TimeProvider.System,
            new AssociationRegistry(options.Limits),
            options.Patience);
    }

    /// <summary>Where it listens; the port is the real one when 0 was asked for.</summary>
    /// <exception cref="InvalidOperationException">It has not started.</exception>
    public IPEndPoint LocalEndPoint =>
        (IPEndPoint?)_listener?.LocalEndPoint ?? throw new InvalidOperationException("The server has not started.");

    /// <summary>Associations accepted and not over.</summary>
    public int ActiveAssociations => _context.Registry.Active;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be used.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var isIPv6 = _options.Address.AddressFamily == AddressFamily.InterNetworkV6;
        var address = isIPv6 && !Socket.OSSupportsIPv6 ? IPAddress.Any : _options.Address;
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
            {
                listener.DualMode = true;
            }

            listener.Bind(new IPEndPoint(address, _options.Port));
            listener.Listen(512);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        _listener = listener;
        _accepting = AcceptAsync(listener);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Ends politely: new requests are rejected as temporary congestion, messages in flight are finished and answered,
    /// then their associations are aborted. When the token is cancelled, the rest is aborted at once.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _context.Registry.DrainAsync().ConfigureAwait(false);
        using var registration = cancellationToken.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).Cancel(), _stop);
        while (_context.Registry.WaitForNone() is { IsCompleted: false } none && !_stop.IsCancellationRequested)
        {
            await Task.WhenAny(none, Task.Delay(Timeout.Infinite, _stop.Token)).ConfigureAwait(false);
        }

        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Aborts what is open and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _context.Registry.Dispose();
        _stop.Dispose();
        _hurry.Dispose();
    }

    private async Task StopAsync()
    {
        if (_listener is null)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        Task[] open;
        lock (_lock)
        {
            open = [.. _connections];
        }

        var closing = Task.WhenAll(open);
        await Task.WhenAny(closing, Task.Delay(s_closeGrace, CancellationToken.None)).ConfigureAwait(false);
        await _hurry.CancelAsync().ConfigureAwait(false);
        await closing.ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                Serve(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                // For one, no file descriptor is left: associations that end give theirs back.
                _context.Observer.ListenerFailed(e);
                await Task.Delay(s_acceptPause, _context.Time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Serve(Socket socket)
    {
        if (!_context.Registry.TryBeginConnection())
        {
            _context.Observer.Dropped(
                PeerOf(socket), AssociationEnd.TooManyConnections, "Too many connections ask for nothing.");
            socket.Dispose();
            return;
        }

        var task = ServeAsync(socket);
        lock (_lock)
        {
            _connections.Add(task);
        }

        _ = task.ContinueWith(
            ended =>
            {
                lock (_lock)
                {
                    _connections.Remove(ended);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        var peer = PeerOf(socket);
        try
        {
            TcpOptions.Apply(socket);
            var stream = await OpenStreamAsync(socket).ConfigureAwait(false);
            var transport = new Transport(stream, _options.StreamFactory is null ? socket : null, _context.Time)
            {
                Patience = FirstPatience,
            };
            var association = new ServerAssociation(_context, transport, peer, CertificateOf(stream));
            await using (association.ConfigureAwait(false))
            {
                await association.RunAsync(_stop.Token, _hurry.Token).ConfigureAwait(false);
            }
        }
        catch (AssociationLostException e)
        {
            _context.Observer.Dropped(peer, AssociationEnd.NotSecured, e.Message);
            socket.Dispose();
        }
        catch (Exception e)
        {
            // The top of the connection's task: whatever a peer or the system did to this one, the others go on.
            _context.Observer.ListenerFailed(e);
            socket.Dispose();
        }
        finally
        {
            _context.Registry.EndConnection();
        }
    }

    private TimeSpan FirstPatience => _options.Patience < s_firstPatience ? _options.Patience : s_firstPatience;

    private static IPEndPoint PeerOf(Socket socket) => socket.RemoteEndPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped =>
            new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
        IPEndPoint other => other,
        _ => new IPEndPoint(IPAddress.None, 0),
    };

    private async ValueTask<Stream> OpenStreamAsync(Socket socket)
    {
        if (_options.StreamFactory is not { } wrap)
        {
            return new NetworkStream(socket, ownsSocket: true);
        }

        // A handshake is bounded like the request that follows it.
        using var limit = new CancellationTokenSource(_options.Timeouts.Artim, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            return await wrap(socket, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new AssociationLostException(
                LostCause.NotSecured, "The caller did not finish its TLS handshake in time.", e);
        }
    }

    private static PeerCertificate? CertificateOf(Stream stream) =>
        (stream as SslStream)?.RemoteCertificate is { } shown
            ? new PeerCertificate(shown.GetCertHashString(HashAlgorithmName.SHA256), shown.Subject)
            : null;
}
