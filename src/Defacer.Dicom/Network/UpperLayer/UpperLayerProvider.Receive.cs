using System.Diagnostics;
using System.Runtime.CompilerServices;
using Defacer.Dicom.Network.Pdu;

namespace Defacer.Dicom.Network.UpperLayer;

// Receiving: bytes to PDU, PDU to event, event to indication.
internal sealed partial class UpperLayerProvider
{
    /// <summary>The next PDU, as far as the state machine takes it.</summary>
    /// <param name="wait">For the PDU to begin, when ARTIM does not run.</param>
    /// <param name="cancellationToken">Ends the waiting; the state is as it was.</param>
    /// <exception cref="AssociationException">The peer broke the protocol; it was aborted.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<Indication> ReceiveAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        _transport.Consume(_unconsumed);
        _unconsumed = 0;
        if (_isFramingLost)
        {
            return await DiscardAsync(cancellationToken).ConfigureAwait(false);
        }

        var fill = await _transport.FillAsync(1, _artimDeadline ?? _transport.Deadline(wait), cancellationToken)
            .ConfigureAwait(false);
        if (fill != Fill.Done)
        {
            return await EndAsync(fill, IndicationKind.Silence).ConfigureAwait(false);
        }

        var deadline = _artimDeadline ?? _transport.Deadline(_timeouts.Progress);
        fill = await _transport.FillAsync(PduHeader.Size, deadline, cancellationToken).ConfigureAwait(false);
        if (fill != Fill.Done)
        {
            return await EndAsync(fill, IndicationKind.Stalled).ConfigureAwait(false);
        }

        try
        {
            // Until the head is accepted, where the next PDU begins is not known.
            _isFramingLost = true;
            PduHeader.TryRead(_transport.Received.Span, _limits, out var header);
            _isFramingLost = false;
            fill = await _transport.FillAsync(header.TotalLength, deadline, cancellationToken).ConfigureAwait(false);
            if (fill != Fill.Done)
            {
                return await EndAsync(fill, IndicationKind.Stalled).ConfigureAwait(false);
            }

            _unconsumed = header.TotalLength;
            var body = _transport.Received[PduHeader.Size..header.TotalLength];
            if (header.Type == PduType.PDataTF && State == State.Sta6)
            {
                // DT-2 without the way through the table: the path of every fragment; Sta6 stays Sta6.
                return new Indication(IndicationKind.Data, null, body);
            }

            var (happened, indication) = Parse(header.Type, body);
            return await IndicateAsync(happened, indication).ConfigureAwait(false);
        }
        catch (AssociationException e) when (e is not UnexpectedPduException)
        {
            AAbort.Write(_small, State == State.Sta2 ? AbortSource.ServiceUser : e.AbortSource, e.AbortReason);
            await StepAsync(Event.Evt19, _small, default, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// While sending: looks whether the peer has aborted or closed, without waiting. Its data stay for later.
    /// </summary>
    /// <exception cref="AssociationException">It has.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask ThrowIfPeerGoneAsync()
    {
        _transport.Consume(_unconsumed);
        _unconsumed = 0;
        if (!_transport.HasNews)
        {
            return;
        }

        var fill = await _transport.FillAsync(1, _transport.Deadline(_timeouts.Progress), CancellationToken.None)
            .ConfigureAwait(false);
        if (fill == Fill.Done && _transport.Received.Span[0] != (byte)PduType.Abort)
        {
            return;
        }

        throw Failure(await ReceiveAsync(_timeouts.Progress, CancellationToken.None).ConfigureAwait(false), "sending");
    }

    /// <summary>The exception for an indication that ends an association.</summary>
    /// <param name="indication">What happened.</param>
    /// <param name="during">What was being done, for the message.</param>
    /// <param name="isBetweenMessages">Whether nothing was begun: silence is then idleness.</param>
    internal AssociationException Failure(Indication indication, string during, bool isBetweenMessages = false)
    {
        switch (indication.Kind)
        {
            case IndicationKind.Abort:
                return (AssociationException)indication.Message!;
            case IndicationKind.Closed:
                var closed = $"The peer or the network closed the connection while {during}.";
                return new AssociationLostException(LostCause.Closed, closed, _transport.Error);
            case IndicationKind.Silence or IndicationKind.Stalled or IndicationKind.ArtimExpired:
                var silent = $"The peer was silent for too long while {during}.";
                var isIdle = isBetweenMessages && indication.Kind == IndicationKind.Silence;
                return new AssociationLostException(LostCause.TimedOut, silent) { IsIdle = isIdle };
            default:
                var unexpected = $"The peer sent {indication.Kind} while {during}.";
                return new AssociationException(AbortSource.ServiceProvider, AbortReason.UnexpectedPdu, unexpected);
        }
    }

    private static (Event Happened, Indication Indication) Parse(PduType type, ReadOnlyMemory<byte> body) => type switch
    {
        PduType.AssociateRQ =>
            (Event.Evt6, new Indication(IndicationKind.AssociateRequest, AAssociateRQ.Read(body.Span))),
        PduType.AssociateAC =>
            (Event.Evt3, new Indication(IndicationKind.AssociateAccepted, AAssociateAC.Read(body.Span))),
        PduType.AssociateRJ =>
            (Event.Evt4, new Indication(IndicationKind.AssociateRejected, AAssociateRJ.Read(body.Span))),
        PduType.PDataTF => (Event.Evt10, new Indication(IndicationKind.Data, null, body)),
        PduType.ReleaseRQ => (Event.Evt12, new Indication(IndicationKind.ReleaseRequest)),
        PduType.ReleaseRP => (Event.Evt13, new Indication(IndicationKind.ReleaseConfirm)),
        PduType.Abort => (Event.Evt16, new Indication(IndicationKind.Abort, AAbort.Read(body.Span))),
        _ => throw new UnreachableException(),
    };

    private async ValueTask<Indication> IndicateAsync(Event happened, Indication indication)
    {
        var before = State;
        if (before == State.Sta2 && indication.Message is AAssociateRQ request)
        {
            return await IndicateRequestAsync(request, indication).ConfigureAwait(false);
        }

        AAbort.Write(_small, before == State.Sta2
            ? AbortSource.ServiceUser
            : AbortSource.ServiceProvider, AbortReason.UnexpectedPdu);
        var action = await StepAsync(happened, _small, new Facts(IsRequestor: _isRequestor), CancellationToken.None)
            .ConfigureAwait(false);
        return action switch
        {
            Action.AA1 or Action.AA8 => throw new UnexpectedPduException(
                $"The peer sent a PDU that is not allowed now ({happened} in {before})."),
            Action.AA6 or Action.AA7 => new Indication(IndicationKind.Ignored),
            _ => indication,
        };
    }

    private async ValueTask<Indication> IndicateRequestAsync(AAssociateRQ request, Indication indication)
    {
        var rejection = _screen(request);
        AAssociateRJ.Write(_small, rejection ?? default);
        await StepAsync(Event.Evt6, _small, new Facts(IsRequestAcceptable: rejection is null), CancellationToken.None)
            .ConfigureAwait(false);
        return rejection is null
            ? indication
            : new Indication(IndicationKind.AssociateRefused, new RefusedRequest(request, rejection.Value));
    }

    private async ValueTask<Indication> EndAsync(Fill fill, IndicationKind ifSilent)
    {
        if (fill == Fill.Closed)
        {
            await StepAsync(Event.Evt17, default, default, CancellationToken.None).ConfigureAwait(false);
            return new Indication(IndicationKind.Closed);
        }

        if (_artimDeadline is null)
        {
            return new Indication(ifSilent);
        }

        await StepAsync(Event.Evt18, default, default, CancellationToken.None).ConfigureAwait(false);
        return new Indication(IndicationKind.ArtimExpired);
    }

    // After an abort for lost framing: what still comes means nothing; ARTIM bounds how long it is read.
    private async ValueTask<Indication> DiscardAsync(CancellationToken cancellationToken)
    {
        _transport.Consume(_transport.Received.Length);
        var deadline = _artimDeadline ?? _transport.Deadline(_timeouts.Artim);
        var fill = await _transport.FillAsync(1, deadline, cancellationToken).ConfigureAwait(false);
        return fill == Fill.Done
            ? new Indication(IndicationKind.Ignored)
            : await EndAsync(fill, IndicationKind.Silence).ConfigureAwait(false);
    }

    // A PDU out of place, already answered with A-ABORT by the table's own action.
    private sealed class UnexpectedPduException(string message)
        : AssociationException(AbortSource.ServiceProvider, AbortReason.UnexpectedPdu, message);
}
