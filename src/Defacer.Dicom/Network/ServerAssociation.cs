using System.Net;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.Services;
using Defacer.Dicom.Network.UpperLayer;

namespace Defacer.Dicom.Network;

/// <summary>
/// One accepted connection from its first byte to its close: negotiates, serves messages one after another, ends.
/// </summary>
internal sealed class ServerAssociation : IAsyncDisposable
{
    private readonly ServerContext _server;
    private readonly UpperLayerProvider _layer;
    private readonly IPEndPoint _peer;
    private readonly PeerCertificate? _certificate;
    private readonly long _started;
    private AssociationInfo? _info;
    private string? _slotOf;
    private long _messages;
    private long _failures;
    private long _dataSetBytes;

    internal ServerAssociation(
        ServerContext server, Transport transport, IPEndPoint peer, PeerCertificate? certificate)
    {
        _server = server;
        _peer = peer;
        _certificate = certificate;
        _started = server.Time.GetTimestamp();
        _layer = new UpperLayerProvider(transport, isRequestor: false, server.Limits, server.Timeouts, Screen);
    }

    /// <summary>Runs to the end of the connection; throws nothing that a peer can cause.</summary>
    /// <param name="stop">Aborts.</param>
    /// <param name="hurry">Closes without waiting for the peer's close.</param>
    internal async Task RunAsync(CancellationToken stop, CancellationToken hurry)
    {
        await _layer.OpenAsync().ConfigureAwait(false);
        var outcome = new Outcome(AssociationEnd.Released, "Released by the peer.", null);
        try
        {
            if (await NegotiateAsync(stop).ConfigureAwait(false) is not { } channel)
            {
                await _layer.CloseAsync(hurry).ConfigureAwait(false);
                return;
            }

            await using (channel.ConfigureAwait(false))
            {
                await ServeAsync(channel, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // The top of the association: every error ends this one alone.
            outcome = await FailAsync(e, stop).ConfigureAwait(false);
        }

        // The slot is free before the peer's close is awaited: it may come late, or never.
        Report(outcome);
        await _layer.CloseAsync(hurry).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _layer.DisposeAsync();

    // AE-6, what the provider itself rejects.
    private static AssociationRejection? Screen(AAssociateRQ request) =>
        (request.ProtocolVersion & 1) == 0 ? AssociationRejection.ProtocolVersionNotSupported : null;

    private async Task<DimseChannel?> NegotiateAsync(CancellationToken stop)
    {
        var indication = await _layer.ReceiveAsync(_server.Timeouts.Artim, stop).ConfigureAwait(false);
        switch (indication.Kind)
        {
            case IndicationKind.AssociateRequest:
                break;
            case IndicationKind.AssociateRefused:
                var refused = (RefusedRequest)indication.Message!;
                _server.Observer.Rejected(Describe(refused.Request, 0), refused.Rejection);
                return null;
            default:
                throw _layer.Failure(indication, "waiting for an association request");
        }

        var request = (AAssociateRQ)indication.Message!;
        var described = AssociationNegotiator.Describe(request) with { Certificate = _certificate };
        var decision = Judge(request, described);
        if (decision.Rejection is { } rejection)
        {
            _server.Observer.Rejected(Describe(request, 0), rejection);
            await _layer.RejectAsync(rejection).ConfigureAwait(false);
            return null;
        }

        var answer = _server.Negotiator.Answer(request, described, decision.IdentityConfirmation);
        var contexts = AssociationNegotiator.Accepted(request.Contexts, answer);
        _info = Describe(request, contexts.All.Count());
        _server.Observer.Accepted(_info);
        var channel = new DimseChannel(
            _layer, contexts, request.UserInformation.MaxPduLength, _server.Limits, _server.Timeouts);
        await _layer.AcceptAsync(answer).ConfigureAwait(false);
        _layer.Transport.Patience = _server.Patience;
        return channel;
    }

    private AssociationDecision Judge(AAssociateRQ request, AssociationRequest described)
    {
        if (request.ApplicationContext != AAssociateRQ.DicomApplicationContext)
        {
            return AssociationDecision.Reject(AssociationRejection.ApplicationContextNotSupported);
        }

        if (request.CalledAeTitle is null)
        {
            return AssociationDecision.Reject(AssociationRejection.CalledAeTitleNotRecognized);
        }

        if (request.CallingAeTitle is null)
        {
            return AssociationDecision.Reject(AssociationRejection.CallingAeTitleNotRecognized);
        }

        // Who may not come at all is told so before who must come later: a permanent answer saves both sides the
        // retries.
        var decision = _server.Policy.Decide(described, _peer);
        if (decision.Rejection is not null)
        {
            return decision;
        }

        if (_server.Registry.TryBegin(described.CallingAeTitle, _peer.Address) is { } limit)
        {
            return AssociationDecision.Reject(limit);
        }

        _slotOf = described.CallingAeTitle;
        return decision;
    }

    private AssociationInfo Describe(AAssociateRQ request, int acceptedContexts) => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        CallingAeTitle = request.CallingAeTitle ?? "?",
        CalledAeTitle = request.CalledAeTitle ?? "?",
        Peer = _peer,
        PeerImplementationClassUID = request.UserInformation.ImplementationClassUID,
        PeerImplementationVersionName = request.UserInformation.ImplementationVersionName,
        StartedAt = _server.Time.GetUtcNow(),
        AcceptedContexts = acceptedContexts,
        ProposedContexts = request.Contexts.Count,
    };

    private async Task ServeAsync(DimseChannel channel, CancellationToken stop)
    {
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(stop, _server.Registry.Draining);
        while (await channel.ReceiveCommandAsync(_server.Timeouts.Idle, noMore.Token)
            .ConfigureAwait(false) is { } received)
        {
            if (received.Command.IsResponse)
            {
                await TakeResponseAsync(channel, received.Command, stop).ConfigureAwait(false);
            }
            else if (received.Command.CommandField != CommandField.CCancelRQ)
            {
                await ServeAsync(new DimseExchange(_info!, received, channel), stop).ConfigureAwait(false);
            }

            noMore.Token.ThrowIfCancellationRequested();
        }

        await _layer.AnswerReleaseAsync().ConfigureAwait(false);
    }

    private async Task TakeResponseAsync(DimseChannel channel, CommandSet response, CancellationToken stop)
    {
        var service = _server.Services.FirstOrDefault(s => s.TakesResponse(response.CommandField))
            ?? throw AssociationException.ByUser(
                $"The peer sent the response {response.CommandField:X4}H; nothing was asked of it.");
        await channel.DropDataAsync(stop).ConfigureAwait(false);
        await service.TakeResponseAsync(_info!, response, stop).ConfigureAwait(false);
    }

    private async Task ServeAsync(DimseExchange exchange, CancellationToken stop)
    {
        var began = _server.Time.GetTimestamp();
        Exception? error = null;
        try
        {
            await FindService(exchange.Request.CommandField).ServeAsync(exchange, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (exchange.Answered is null
            && e is not AssociationException && !stop.IsCancellationRequested)
        {
            // The top of a message: an error of ours answers this one, the association goes on.
            var status = (e as DimseException)?.Status
                ?? DicomStatus.ProcessingFailure.WithComment("An error of the receiver; see its log");
            error = e;
            await exchange.DropDataAsync(stop).ConfigureAwait(false);
            await exchange.RespondAsync(status, stop).ConfigureAwait(false);
        }

        var answered = exchange.Answered ?? throw new InvalidOperationException(
            $"{exchange.Request.CommandField:X4}H was served without a response.");
        _messages++;
        _failures += answered.State == DicomState.Failure ? 1 : 0;
        _dataSetBytes += exchange.DataSetBytes;
        _server.Observer.Served(_info!, new ServedMessage(
            exchange.Request.CommandField,
            exchange.Request.AffectedSOPClassUID ?? string.Empty,
            answered,
            exchange.DataSetBytes,
            _server.Time.GetElapsedTime(began),
            error));
    }

    private IDimseService FindService(ushort commandField) =>
        _server.Services.FirstOrDefault(s => s.Serves(commandField))
        ?? throw new DimseException(DicomStatus.UnrecognizedOperation.WithComment("This command is not served here"));

    private async Task<Outcome> FailAsync(Exception error, CancellationToken stop)
    {
        var isOfPeer = error is AssociationException;
        var protocol = error as AssociationException;
        await _layer.AbortAsync(
            protocol is { } p && p.GetType() == typeof(AssociationException) ? p.AbortSource : AbortSource.ServiceUser,
            protocol?.AbortReason ?? AbortReason.NotSpecified).ConfigureAwait(false);
        return error switch
        {
            AssociationAbortedException => new Outcome(AssociationEnd.AbortedByPeer, error.Message, null),
            AssociationLostException { Cause: LostCause.TimedOut } lost => new Outcome(
                lost.IsIdle ? AssociationEnd.IdleTimeout : AssociationEnd.ProgressTimeout, error.Message, null),
            AssociationLostException => new Outcome(AssociationEnd.ConnectionLost, error.Message, null),
            _ when isOfPeer => new Outcome(AssociationEnd.ProtocolError, error.Message, error),
            OperationCanceledException when stop.IsCancellationRequested
                || _server.Registry.Draining.IsCancellationRequested =>
                new Outcome(AssociationEnd.Draining, "The server shuts down.", null),
            _ => new Outcome(AssociationEnd.InternalError, "An error of the receiver.", error),
        };
    }

    private void Report(Outcome outcome)
    {
        if (_slotOf is not null)
        {
            _server.Registry.End(_slotOf, _peer.Address);
        }

        if (_info is null)
        {
            _server.Observer.Dropped(_peer, outcome.End, outcome.Detail);
            return;
        }

        _server.Observer.Ended(_info, new AssociationSummary(
            outcome.End, outcome.Detail, _messages, _failures, _dataSetBytes, _server.Time.GetElapsedTime(
                _started), outcome.Error));
    }

    private sealed record Outcome(AssociationEnd End, string Detail, Exception? Error);
}
