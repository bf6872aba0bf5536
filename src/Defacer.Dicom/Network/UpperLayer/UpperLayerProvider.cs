using Defacer.Dicom.Network.Pdu;

namespace Defacer.Dicom.Network.UpperLayer;

/// <summary>
/// The upper layer protocol of one connection (PS3.8 9): turns PDUs and requests into events, asks
/// <see cref="TransitionTable"/>, and performs the action. One task owns it.
/// </summary>
internal sealed partial class UpperLayerProvider : IAsyncDisposable
{
    private readonly Transport _transport;
    private readonly Limits _limits;
    private readonly Timeouts _timeouts;
    private readonly bool _isRequestor;
    private readonly Func<AAssociateRQ, AssociationRejection?> _screen;
    private readonly byte[] _small = new byte[AAbort.Size];
    private long? _artimDeadline;
    private int _unconsumed;
    private bool _isFramingLost;

    /// <param name="transport">Owned from here on.</param>
    /// <param name="isRequestor">Whether this side asks for the association.</param>
    /// <param name="limits">Bounds on PDUs.</param>
    /// <param name="timeouts">ARTIM and progress.</param>
    /// <param name="screen">AE-6: how the provider rejects a request; null from it lets the request pass.</param>
    internal UpperLayerProvider(
        Transport transport,
        bool isRequestor,
        Limits limits,
        Timeouts timeouts,
        Func<AAssociateRQ, AssociationRejection?>? screen = null)
    {
        _transport = transport;
        _isRequestor = isRequestor;
        _limits = limits;
        _timeouts = timeouts;
        _screen = screen ?? (static _ => null);
    }

    internal State State { get; private set; } = State.Sta1;

    /// <summary>The connection below.</summary>
    internal Transport Transport => _transport;

    /// <summary>Acceptor: a connection was made.</summary>
    internal ValueTask<Action> OpenAsync() => StepAsync(Event.Evt5, default, default, CancellationToken.None);

    /// <summary>Requestor: asks for an association on the connection.</summary>
    internal async ValueTask AssociateAsync(AAssociateRQ request, CancellationToken cancellationToken)
    {
        var bytes = new byte[request.Size];
        request.Write(bytes);
        await StepAsync(Event.Evt1, default, default, cancellationToken).ConfigureAwait(false);
        await StepAsync(Event.Evt2, bytes, default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Acceptor: accepts the request.</summary>
    internal ValueTask<Action> AcceptAsync(AAssociateAC answer)
    {
        var bytes = new byte[answer.Size];
        answer.Write(bytes);
        return StepAsync(Event.Evt7, bytes, default, CancellationToken.None);
    }

    /// <summary>Acceptor: rejects the request.</summary>
    internal ValueTask<Action> RejectAsync(AssociationRejection rejection)
    {
        AAssociateRJ.Write(_small, rejection);
        return StepAsync(Event.Evt8, _small, default, CancellationToken.None);
    }

    /// <summary>Sends whole P-DATA-TF PDUs.</summary>
    internal ValueTask<Action> SendDataAsync(ReadOnlyMemory<byte> pdus, CancellationToken cancellationToken) =>
        StepAsync(Event.Evt9, pdus, default, cancellationToken);

    /// <summary>Answers the peer's A-RELEASE-RQ.</summary>
    internal ValueTask<Action> AnswerReleaseAsync()
    {
        AReleaseRP.Write(_small);
        return StepAsync(Event.Evt14, _small, default, CancellationToken.None);
    }

    /// <summary>
    /// Releases the association; data that still come are dropped, a collision is resolved (PS3.8 7.2.2.7).
    /// </summary>
    internal async ValueTask<Indication> ReleaseAsync(CancellationToken cancellationToken)
    {
        AReleaseRQ.Write(_small);
        await StepAsync(Event.Evt11, _small, default, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var indication = await ReceiveAsync(_timeouts.Acse, cancellationToken).ConfigureAwait(false);
            switch (indication.Kind)
            {
                case IndicationKind.Data:
                    break;
                case IndicationKind.ReleaseRequest when State == State.Sta9:
                    await AnswerReleaseAsync().ConfigureAwait(false);
                    break;
                case IndicationKind.ReleaseRequest:
                    break;
                case IndicationKind.ReleaseConfirm when State == State.Sta12:
                    await AnswerReleaseAsync().ConfigureAwait(false);
                    return indication;
                default:
                    return indication;
            }
        }
    }

    /// <summary>Aborts where there is something to abort.</summary>
    internal async ValueTask AbortAsync(AbortSource source, AbortReason reason)
    {
        if (State is State.Sta1 or State.Sta13)
        {
            return;
        }

        if (source == AbortSource.ServiceUser && State == State.Sta2)
        {
            // Nothing was asked for yet: the table has no A-ABORT request here.
            await CloseTransportAsync().ConfigureAwait(false);
            State = State.Sta1;
            return;
        }

        AAbort.Write(_small, State == State.Sta2 ? AbortSource.ServiceUser : source, reason);
        var happened = source == AbortSource.ServiceUser ? Event.Evt15 : Event.Evt19;
        await StepAsync(happened, _small, default, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Waits for the peer's close where that is due (Sta13), then closes.</summary>
    /// <param name="hurry">Ends the waiting.</param>
    internal async ValueTask CloseAsync(CancellationToken hurry)
    {
        try
        {
            while (State == State.Sta13)
            {
                await AwaitCloseAsync(hurry).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever is in a hurry closes the connection under a peer that was told.
        }

        await CloseTransportAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseTransportAsync();

    private async ValueTask AwaitCloseAsync(CancellationToken hurry)
    {
        try
        {
            await ReceiveAsync(Artim, hurry).ConfigureAwait(false);
        }
        catch (AssociationException)
        {
            // AA-7 has been performed; the association is over, and rubbish that follows changes nothing.
        }
    }
}
