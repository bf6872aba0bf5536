using System.Buffers;
using System.Runtime.CompilerServices;
using Defacer.Dicom.Network.Pdu;
using Defacer.Dicom.Network.UpperLayer;

namespace Defacer.Dicom.Network.Dimse;

/// <summary>A command set with the context in which it came.</summary>
internal readonly record struct ReceivedCommand(CommandSet Command, AcceptedContext Context);

/// <summary>
/// Messages over P-DATA (PS3.8 Annex E): puts fragments together when receiving, cuts them when sending. A message is a
/// command set and, where that says so, one data set; messages of one direction do not interleave.
/// </summary>
internal sealed class DimseChannel : IAsyncDisposable
{
    private const int HeadsSize = PduHeader.Size + PDataTF.PdvHeaderSize;

    // What one write carries at most, besides its heads: one P-DATA-TF.
    private const int LargestSend = 256 * 1024;
    private readonly UpperLayerProvider _layer;
    private readonly Limits _limits;
    private readonly Timeouts _timeouts;
    private readonly int _maxFragment;
    private readonly ArrayBufferWriter<byte> _command = new(512);

    // Owned here; returned by DisposeAsync.
    private byte[] _sendBuffer;
    private ReadOnlyMemory<byte> _pdu;
    private AcceptedContext? _context;
    private bool _isDataSetOpen;
    private long _dataSetBytes;

    /// <param name="layer">The established association.</param>
    /// <param name="contexts">Its contexts.</param>
    /// <param name="peerMaxPduLength">What the peer announced; 0 = any.</param>
    /// <param name="limits">Bounds on messages.</param>
    /// <param name="timeouts">Between the PDUs of a message.</param>
    /// <exception cref="AssociationException">The peer takes no PDU that could hold anything.</exception>
    internal DimseChannel(
        UpperLayerProvider layer, AcceptedContexts contexts, uint peerMaxPduLength, Limits limits, Timeouts timeouts)
    {
        if (peerMaxPduLength is > 0 and < PDataTF.PdvHeaderSize + 2)
        {
            throw AssociationException.Invalid(
                $"The peer announces a maximum PDU length of {peerMaxPduLength} bytes; nothing fits into it.");
        }

        _layer = layer;
        _limits = limits;
        _timeouts = timeouts;
        Contexts = contexts;
        // Even: odd fragments confuse some peers.
        var longest = peerMaxPduLength == 0 ? LargestSend : (int)Math.Min(peerMaxPduLength, LargestSend);
        _maxFragment = (longest - PDataTF.PdvHeaderSize) & ~1;
        _sendBuffer = ArrayPool<byte>.Shared.Rent(4096);
    }

    /// <summary>The contexts of the association.</summary>
    internal AcceptedContexts Contexts { get; }

    /// <summary>Bytes of the data set received so far.</summary>
    internal long DataSetBytes => _dataSetBytes;

    /// <summary>
    /// Whether every message of ours was answered: from the first byte sent until <see cref="EndMessage"/> it is not.
    /// </summary>
    internal bool IsBetweenMessages { get; private set; } = true;

    /// <summary>Our message was answered.</summary>
    internal void EndMessage() => IsBetweenMessages = true;

    /// <summary>The next command; null when the peer asks for release instead.</summary>
    /// <exception cref="AssociationException">The association ended, or the peer broke the protocol.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the command began.</exception>
    internal async ValueTask<ReceivedCommand?> ReceiveCommandAsync(TimeSpan idle, CancellationToken cancellationToken)
    {
        _command.ResetWrittenCount();
        _context = null;
        while (true)
        {
            if (_pdu.IsEmpty)
            {
                var isBegun = _context is not null;
                var wait = isBegun ? _timeouts.Progress : idle;
                var indication = await _layer.ReceiveAsync(wait, isBegun ? CancellationToken.None : cancellationToken)
                    .ConfigureAwait(false);
                if (indication.Kind == IndicationKind.ReleaseRequest && !isBegun)
                {
                    return null;
                }

                TakePdu(indication, isBegun ? "a command was arriving" : "waiting for a message", !isBegun);
            }

            var pdv = PDataTF.Take(ref _pdu);
            Append(pdv);
            if (pdv.IsLast)
            {
                var command = CommandSet.Read(_command.WrittenSpan);
                _isDataSetOpen = command.HasDataSet;
                _dataSetBytes = 0;
                return new ReceivedCommand(command, _context!);
            }
        }
    }

    /// <summary>The next command, as the response to a message of ours.</summary>
    /// <inheritdoc cref="ReceiveCommandAsync"/>
    internal ValueTask<ReceivedCommand?> ReceiveResponseAsync(CancellationToken cancellationToken)
    {
        _layer.Transport.AcknowledgeAtOnce();
        return ReceiveCommandAsync(_timeouts.DimseResponse, cancellationToken);
    }

    /// <summary>The next fragment of the data set; empty at its end. Valid until the next call.</summary>
    /// <exception cref="AssociationException">The association ended, or the peer broke the protocol.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<ReadOnlyMemory<byte>> ReceiveDataAsync(CancellationToken cancellationToken)
    {
        while (_isDataSetOpen)
        {
            if (_pdu.IsEmpty)
            {
                TakePdu(
                    await _layer.ReceiveAsync(_timeouts.Progress, cancellationToken).ConfigureAwait(false),
                    "a data set was arriving");
            }

            var pdv = PDataTF.Take(ref _pdu);
            if (pdv.IsCommand || pdv.ContextId != _context!.Id)
            {
                throw AssociationException.Unexpected("A fragment of another message stands inside a data set.");
            }

            _isDataSetOpen = !pdv.IsLast;
            _dataSetBytes += pdv.Fragment.Length;
            if (_dataSetBytes > _limits.MaxDataSetBytes)
            {
                throw AssociationException.ByUser($"A data set is longer than {_limits.MaxDataSetBytes} bytes.");
            }

            if (!pdv.Fragment.IsEmpty)
            {
                return pdv.Fragment;
            }
        }

        return ReadOnlyMemory<byte>.Empty;
    }

    /// <summary>Reads the rest of the data set and drops it.</summary>
    internal async ValueTask DropDataAsync(CancellationToken cancellationToken)
    {
        while (!(await ReceiveDataAsync(cancellationToken).ConfigureAwait(false)).IsEmpty)
        {
        }
    }

    /// <summary>Sends a message; the command and what fits of the data set go out in one write.</summary>
    /// <exception cref="AssociationException">The association ended.</exception>
    internal async ValueTask SendAsync(
        CommandSet command, byte contextId, IDataSetSource? dataSet, CancellationToken cancellationToken)
    {
        EnsureSendBuffer(command.Size, dataSet is not null);
        IsBetweenMessages = false;
        var used = WriteCommand(command, contextId);
        if (dataSet is null)
        {
            await _layer.SendDataAsync(_sendBuffer.AsMemory(0, used), cancellationToken).ConfigureAwait(false);
            return;
        }

        bool isLast;
        do
        {
            var room = _sendBuffer.AsSpan(used + HeadsSize);
            var length = dataSet.Read(room[..Math.Min(room.Length & ~1, _maxFragment)]);
            isLast = dataSet.IsAtEnd;
            PDataTF.WriteHeads(_sendBuffer.AsSpan(used), contextId, isCommand: false, isLast, length);
            await _layer.ThrowIfPeerGoneAsync().ConfigureAwait(false);
            await _layer.SendDataAsync(_sendBuffer.AsMemory(0, used + HeadsSize + length), cancellationToken)
                .ConfigureAwait(false);
            used = 0;
        }
        while (!isLast);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_sendBuffer);
        _sendBuffer = [];
        _pdu = default;
        return default;
    }

    private void TakePdu(Indication indication, string during, bool isBetweenMessages = false)
    {
        if (indication.Kind == IndicationKind.ReleaseRequest)
        {
            throw AssociationException.ByUser($"The peer asked for release while {during}.");
        }

        if (indication.Kind != IndicationKind.Data)
        {
            throw _layer.Failure(indication, during, isBetweenMessages);
        }

        _pdu = indication.Data;
        if (_pdu.IsEmpty)
        {
            throw AssociationException.Invalid("A P-DATA-TF holds no PDV.");
        }
    }

    private void Append(Pdv pdv)
    {
        if (!pdv.IsCommand)
        {
            throw AssociationException.Unexpected("A data set fragment stands where a command must begin or go on.");
        }

        if (_context is not null && _context.Id != pdv.ContextId)
        {
            throw AssociationException.Unexpected("The presentation context changes inside a command.");
        }

        _context ??= Contexts[pdv.ContextId];
        if (_command.WrittenCount + pdv.Fragment.Length > _limits.MaxCommandBytes)
        {
            throw AssociationException.Invalid($"A command set is longer than {_limits.MaxCommandBytes} bytes.");
        }

        _command.Write(pdv.Fragment.Span);
    }

    private void EnsureSendBuffer(int commandSize, bool hasDataSet)
    {
        var commandPdus = (commandSize / _maxFragment) + 1;
        var needed = commandSize + (commandPdus * HeadsSize) + (hasDataSet ? HeadsSize + _maxFragment : 0);
        if (_sendBuffer.Length < needed)
        {
            ArrayPool<byte>.Shared.Return(_sendBuffer);
            _sendBuffer = ArrayPool<byte>.Shared.Rent(needed);
        }
    }

    private int WriteCommand(CommandSet command, byte contextId)
    {
        var bytes = command.Size <= 1024 ? stackalloc byte[command.Size] : new byte[command.Size];
        command.Write(bytes);
        var used = 0;
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, _maxFragment)];
            bytes = bytes[part.Length..];
            used += PDataTF.WriteHeads(
                _sendBuffer.AsSpan(used), contextId, isCommand: true, bytes.IsEmpty, part.Length);
            part.CopyTo(_sendBuffer.AsSpan(used));
            used += part.Length;
        }

        return used;
    }
}
