using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Defacer.Dicom.Network.UpperLayer;

/// <summary>How an attempt to receive ended.</summary>
internal enum Fill
{
    /// <summary>The bytes are there.</summary>
    Done,

    /// <summary>The peer closed, or the network did.</summary>
    Closed,

    /// <summary>The time is up.</summary>
    TimedOut,
}

/// <summary>
/// The connection below the upper layer: a stream, the bytes received and not yet used, and deadlines. Used by one task
/// at a time.
/// </summary>
internal sealed class Transport : IAsyncDisposable
{
    private const int FirstBufferBytes = 64 * 1024;

    // Waking for every segment costs more than the segment; from here on a later wake-up saves nothing.
    private const int LargestLowWater = 64 * 1024;
    private const int IPPROTO_TCP = 6;
    private const int TCP_QUICKACK = 12;
    private readonly Stream _stream;
    private readonly Socket? _socket;
    private readonly TimeProvider _time;
    private readonly byte[] _quickAckOn = BitConverter.GetBytes(1);

    // Owned here; returned by DisposeAsync.
    private byte[] _buffer;
    private int _start;
    private int _end;
    private int _lowWater = 1;
    private CancellationTokenSource _cancel;
    private bool _isDisposed;

    /// <param name="stream">Owned from here on.</param>
    /// <param name="socket">The socket under the stream when nothing lies between; null with TLS.</param>
    /// <param name="time">Measures deadlines.</param>
    internal Transport(Stream stream, Socket? socket, TimeProvider time)
    {
        _stream = stream;
        _socket = socket;
        _time = time;
        _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
        _cancel = NewSource();
    }

    /// <summary>Bytes received and not consumed; valid until the next receiving.</summary>
    internal ReadOnlyMemory<byte> Received => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Bytes read from the stream so far.</summary>
    internal long BytesReceived { get; private set; }

    /// <summary>Why the connection was found closed; null when the peer closed it in order.</summary>
    internal Exception? Error { get; private set; }

    /// <summary>
    /// Whether the peer has said, or closed, something that was not read yet; false where that cannot be known.
    /// </summary>
    internal bool HasNews =>
        _end > _start || (_socket is not null && !_isDisposed && _socket.Poll(0, SelectMode.SelectRead));

    /// <summary>
    /// How long the calling thread itself waits for bytes before it lets go; not with TLS, whose stream may hold some.
    /// </summary>
    internal TimeSpan Patience { get; set; }

    /// <summary>The timestamp at which a wait that begins now ends.</summary>
    internal long Deadline(TimeSpan wait) =>
        _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);

    internal void Consume(int count) => _start += count;

    /// <summary>
    /// Linux: acknowledges the next segment at once. A peer with Nagle on that answers in two writes waits for this
    /// acknowledgement, 40 ms for each object; the flag does not stick, so it is set before each response.
    /// </summary>
    internal void AcknowledgeAtOnce()
    {
        if (OperatingSystem.IsLinux()
            && _socket is { AddressFamily: AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 })
        {
            try
            {
                _socket.SetRawSocketOption(IPPROTO_TCP, TCP_QUICKACK, _quickAckOn);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Only speed is lost; that the socket is gone shows at the next read.
            }
        }
    }

    /// <summary>Receives until <paramref name="count"/> bytes are there; what is beyond them is kept too.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; what was received is kept.</exception>
    internal ValueTask<Fill> FillAsync(int count, long deadline, CancellationToken cancellationToken) =>
        _end - _start >= count ? new ValueTask<Fill>(Fill.Done) : ReceiveAsync(count, deadline, cancellationToken);

    /// <summary>Writes everything, in one call to the system where it takes it.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="TimeoutException">The peer does not take it; the connection cannot be used further.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan wait, CancellationToken cancellationToken)
    {
        RenewIfCancelled();
        try
        {
            var write = _stream.WriteAsync(bytes, _cancel.Token);
            if (!write.IsCompletedSuccessfully)
            {
                _cancel.CancelAfter(wait);
                using (Link(cancellationToken))
                {
                    await write.ConfigureAwait(false);
                }

                _cancel.CancelAfter(Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"The peer took no bytes for {wait.TotalSeconds:0.#} s.", e);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("The connection is closed.", e);
        }
    }

    /// <summary>Closes the connection and returns the buffer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The peer closed first; nothing more is to be said to it.
        }

        _socket?.Dispose();
        _cancel.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Fill> ReceiveAsync(int count, long deadline, CancellationToken cancellationToken)
    {
        MakeRoom(count);
        while (_end - _start < count)
        {
            RenewIfCancelled();
            try
            {
                WaitHere(count - (_end - _start));
                var read = _stream.ReadAsync(_buffer.AsMemory(_end), _cancel.Token);
                var taken = read.IsCompletedSuccessfully
                    ? read.Result
                    : await AwaitAsync(read, deadline, cancellationToken).ConfigureAwait(false);
                if (taken == 0)
                {
                    return Fill.Closed;
                }

                _end += taken;
                BytesReceived += taken;
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return Fill.TimedOut;
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                Error = e;
                return Fill.Closed;
            }
        }

        return Fill.Done;
    }

    // One wake-up of this thread instead of three: of the system's event thread, of a pool thread, of a further one that
    // looks for work. The peer's next bytes are usually microseconds away; and a socket that never had to be waited for
    // otherwise stays unknown to the event thread, which would wake for every segment.
    private void WaitHere(int missing)
    {
        if (Patience == default || _socket is null || _stream is not NetworkStream)
        {
            return;
        }

        if (OperatingSystem.IsLinux() && Math.Min(missing, LargestLowWater) is var lowWater && lowWater != _lowWater)
        {
            // Set anew for each wait: what is waited for later may be less.
            _lowWater = lowWater;
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, lowWater);
        }

        _socket.Poll(Patience, SelectMode.SelectRead);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitAsync(ValueTask<int> read, long deadline, CancellationToken cancellationToken)
    {
        var left = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
        _cancel.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        using (Link(cancellationToken))
        {
            var taken = await read.ConfigureAwait(false);
            _cancel.CancelAfter(Timeout.InfiniteTimeSpan);
            return taken;
        }
    }

    private void MakeRoom(int count)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_buffer.Length - _start >= count)
        {
            return;
        }

        // Twice a large PDU: the beginning of the next one need not be moved for each.
        var target = _buffer.Length >= count ? _buffer : ArrayPool<byte>.Shared.Rent(count * 2);
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        if (!ReferenceEquals(target, _buffer))
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _end -= _start;
        _start = 0;
    }

    private CancellationTokenRegistration Link(CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _cancel)
            : default;

    // A source serves many waits; one that ended a wait is spent.
    private void RenewIfCancelled()
    {
        if (_cancel.IsCancellationRequested)
        {
            _cancel.Dispose();
            _cancel = NewSource();
        }
    }

    private CancellationTokenSource NewSource() => new(Timeout.InfiniteTimeSpan, _time);
}
