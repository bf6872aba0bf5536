using System.Net;
using System.Net.Sockets;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.Tls;
using Defacer.Dicom.Network.UpperLayer;

namespace Defacer.Dicom.Network;

/// <summary>Asks peers for associations.</summary>
public static class DicomClient
{
    /// <summary>
    /// Connects and negotiates. Contexts that the peer refuses show in the association, not as an error.
    /// </summary>
    /// <param name="options">Whom to call.</param>
    /// <param name="contexts">1 to 128; <see cref="ContextPlanner"/> makes them from objects.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AssociationRejectedException">The peer rejected it.</exception>
    /// <exception cref="AssociationAbortedException">The peer aborted it.</exception>
    /// <exception cref="AssociationLostException">No connection, or it broke, or the peer was silent.</exception>
    /// <exception cref="AssociationException">The peer broke the protocol.</exception>
    public static Task<ClientAssociation> ConnectAsync(
        ClientOptions options, IReadOnlyList<ProposedContext> contexts, CancellationToken cancellationToken) =>
        ConnectAsync(options, contexts, TimeProvider.System, cancellationToken);

    /// <inheritdoc cref="ConnectAsync(ClientOptions, IReadOnlyList{ProposedContext}, CancellationToken)"/>
    /// <param name="options">Whom to call.</param>
    /// <param name="contexts">1 to 128; <see cref="ContextPlanner"/> makes them from objects.</param>
    /// <param name="time">Measures the timeouts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ClientAssociation> ConnectAsync(
        ClientOptions options,
        IReadOnlyList<ProposedContext> contexts,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        options.Validate();
        if (contexts.Count is 0 or > ContextPlanner.MaxContexts)
        {
            throw new ArgumentException(
                $"{contexts.Count} presentation contexts: an association has 1 to {ContextPlanner.MaxContexts}.",
                nameof(contexts));
        }

        var socket = await OpenSocketAsync(options, time, cancellationToken).ConfigureAwait(false);
        var contact = new PeerContact(
            socket.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0), time.GetUtcNow());
        var stream = await OpenStreamAsync(socket, options, time, cancellationToken).ConfigureAwait(false);
        var transport = new Transport(stream, options.StreamFactory is null ? socket : null, time);
        var layer = new UpperLayerProvider(transport, isRequestor: true, options.Limits, options.Timeouts);
        try
        {
            return await NegotiateAsync(layer, options, contact, contexts, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await EndAsync(layer, e).ConfigureAwait(false);
            if (options.StreamFactory is not null && e is AssociationLostException { Cause: LostCause.Closed })
            {
                // With TLS 1.3 our side of the handshake is over before the peer has looked at our certificate; its
                // alert may be lost with the connection.
                throw TlsErrors.NotSecured(options.Host, null, e);
            }

            throw;
        }
    }

    /// <summary>Tells the peer that something failed, as far as it can be told, and closes.</summary>
    internal static async ValueTask EndAsync(UpperLayerProvider layer, Exception error)
    {
        var protocol = error.GetType() == typeof(AssociationException) ? (AssociationException)error : null;
        var source = protocol?.AbortSource ?? AbortSource.ServiceUser;
        await layer.AbortAsync(source, protocol?.AbortReason ?? AbortReason.NotSpecified).ConfigureAwait(false);
        await layer.CloseAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task<Socket> OpenSocketAsync(
        ClientOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(options.Timeouts.Connect, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, either.Token).ConfigureAwait(false);
            TcpOptions.Apply(socket);
            return socket;
        }
        catch (OperationCanceledException e)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw NotConnected(
                options,
                $"no answer for {options.Timeouts.Connect.TotalSeconds:0.#} s; a firewall may drop the packets",
                e);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw NotConnected(options, Explain(e), e);
        }
    }

    private static async ValueTask<Stream> OpenStreamAsync(
        Socket socket, ClientOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.StreamFactory is not { } wrap)
        {
            return new NetworkStream(socket, ownsSocket: true);
        }

        using var limit = new CancellationTokenSource(options.Timeouts.Connect, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await wrap(socket, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is OperationCanceledException)
            {
                throw new AssociationLostException(
                    LostCause.NotSecured,
                    $"No secure connection with {options.Host}. It did not finish the TLS handshake within "
                        + $"{options.Timeouts.Connect.TotalSeconds:0.#} s; it may speak no TLS on port {options.Port}.",
                    e);
            }

            throw;
        }
    }

    private static AssociationLostException NotConnected(ClientOptions options, string why, Exception error) =>
        new(
            LostCause.NotConnected,
            $"No connection to {options.CalledAeTitle} at {options.Host}:{options.Port}: {why}.",
            error);

    private static string Explain(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nothing listens there; check the port, and that the peer runs",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
            "the name is not known to DNS; check the host",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable =>
            "there is no route to the address; check the network",
        SocketError.TimedOut => "no answer; a firewall may drop the packets",
        _ => error.SocketErrorCode.ToString(),
    };

    private static async Task<ClientAssociation> NegotiateAsync(
        UpperLayerProvider layer,
        ClientOptions options,
        PeerContact contact,
        IReadOnlyList<ProposedContext> contexts,
        CancellationToken cancellationToken)
    {
        var request = new AAssociateRQ
        {
            CalledAeTitle = options.CalledAeTitle,
            CallingAeTitle = options.CallingAeTitle,
            Contexts = [.. contexts.Select(ToItem)],
            UserInformation = new UserInformation
            {
                MaxPduLength = (uint)options.Limits.MaxPduLength,
                ImplementationClassUID = DicomFileMeta.ImplementationClassUID,
                ImplementationVersionName = options.ImplementationVersionName,
                Roles = options.Roles,
                UserIdentity = options.UserIdentity,
            },
        };
        await layer.AssociateAsync(request, cancellationToken).ConfigureAwait(false);
        var indication = await layer.ReceiveAsync(options.Timeouts.Acse, cancellationToken).ConfigureAwait(false);
        return indication.Kind switch
        {
            IndicationKind.AssociateAccepted =>
                new ClientAssociation(layer, options, contact, request, (AAssociateAC)indication.Message!),
            IndicationKind.AssociateRejected =>
                throw new AssociationRejectedException((AssociationRejection)indication.Message!),
            _ => throw layer.Failure(indication, "waiting for the answer to our association request"),
        };
    }

    // Ids are odd, from 1 (PS3.8 9.3.2.2).
    private static ProposedContextItem ToItem(ProposedContext context, int index) =>
        new((byte)((2 * index) + 1), context.AbstractSyntax, context.TransferSyntaxes);
}
