using System.Diagnostics;
using System.Runtime.CompilerServices;
using Defacer.Dicom.Network.Pdu;

namespace Defacer.Dicom.Network.UpperLayer;

// The executor: one step of the table, then what its action does to the connection and to ARTIM.
internal sealed partial class UpperLayerProvider
{
    // For a last A-ABORT that the peer sent before it closed: it explains the failure of our write.
    private static readonly TimeSpan s_farewell = TimeSpan.FromMilliseconds(500);

    // The requestor waits only after its own abort, and somebody waits for it to give up.
    private static readonly TimeSpan s_longestRequestorWait = TimeSpan.FromSeconds(2);

    private TimeSpan Artim =>
        _isRequestor && s_longestRequestorWait < _timeouts.Artim ? s_longestRequestorWait : _timeouts.Artim;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Action> StepAsync(
        Event happened, ReadOnlyMemory<byte> pdu, Facts facts, CancellationToken cancellationToken)
    {
        var step = TransitionTable.Step(State, happened, facts)
            ?? throw new UnreachableException($"{happened} cannot happen in {State}.");
        State = step.Next;
        await PerformAsync(step, pdu, cancellationToken).ConfigureAwait(false);
        return step.Action;
    }

    private ValueTask PerformAsync(Transition step, ReadOnlyMemory<byte> pdu, CancellationToken cancellationToken)
    {
        switch (step.Action)
        {
            case Action.AE2 or Action.AE7 or Action.DT1 or Action.AR1 or Action.AR7 or Action.AR9:
                return SendAsync(pdu, cancellationToken);
            case Action.AE6:
                _artimDeadline = null;
                return step.Next == State.Sta13 ? SendLastAsync(pdu) : default;
            case Action.AE8 or Action.AR4 or Action.AA1 or Action.AA8:
                return SendLastAsync(pdu);
            case Action.AA7:
                return TrySendAsync(pdu);
            case Action.AE5:
                StartArtim();
                return default;
            case Action.AE4 or Action.AR3 or Action.AR5 or Action.AA2 or Action.AA3 or Action.AA4 or Action.AA5:
                return CloseTransportAsync();
            default:
                // AE-1: the connection was made before; AE-3, DT-2, AR-2, AR-6, AR-8, AR-10: the indication is the
                // return value; AA-6.
                return default;
        }
    }

    private void StartArtim() => _artimDeadline = _transport.Deadline(Artim);

    private async ValueTask SendLastAsync(ReadOnlyMemory<byte> pdu)
    {
        StartArtim();
        await TrySendAsync(pdu).ConfigureAwait(false);
    }

    // What cannot be told to a peer that is gone need not be told; the close shows at the next receiving.
    private async ValueTask TrySendAsync(ReadOnlyMemory<byte> pdu)
    {
        try
        {
            await _transport.WriteAsync(pdu, Artim, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            State = State.Sta1;
            await CloseTransportAsync().ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> pdu, CancellationToken cancellationToken)
    {
        try
        {
            await _transport.WriteAsync(pdu, _timeouts.Progress, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Half a PDU may be out: nothing that follows could be understood.
            await LoseAsync().ConfigureAwait(false);
            throw;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            var farewell = await HearFarewellAsync().ConfigureAwait(false);
            await LoseAsync().ConfigureAwait(false);
            throw farewell ?? (e is TimeoutException
                ? new AssociationLostException(LostCause.TimedOut, e.Message, e)
                : new AssociationLostException(
                    LostCause.Closed, "The connection was closed by the peer or the network while sending.", e));
        }
    }

    private async ValueTask<AssociationException?> HearFarewellAsync()
    {
        _transport.Consume(_unconsumed);
        _unconsumed = 0;
        var fill = await _transport.FillAsync(AAbort.Size, _transport.Deadline(s_farewell), CancellationToken.None)
            .ConfigureAwait(false);
        var bytes = _transport.Received;
        return fill == Fill.Done && bytes.Span[0] == (byte)PduType.Abort
            ? AAbort.Read(bytes.Span[PduHeader.Size..])
            : null;
    }

    // Evt17: in every state in which we send, it closes and leads to Sta1.
    private async ValueTask LoseAsync() =>
        await StepAsync(Event.Evt17, default, default, CancellationToken.None).ConfigureAwait(false);

    private ValueTask CloseTransportAsync()
    {
        _artimDeadline = null;
        return _transport.DisposeAsync();
    }
}
