using System.Buffers;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>
/// A window over a stream for the parser: peek, take, skip. Knows its position, and where a large value can stay.
/// </summary>
internal sealed class ByteSource : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int ArenaBytes = 16 * 1024;

    // The header of an image has less; where more is needed, more is read at once.
    private const int FirstReadBytes = 16 * 1024;

    // A length that lies must not allocate what the stream does not hold: unknown streams are taken in such steps.
    private const int GrowthBytes = 1 << 20;
    private readonly Stream _stream;
    private readonly long _limit;

    // Rented here, returned in Dispose.
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;
    private long _read;
    private byte[] _arena = [];
    private int _arenaUsed;
    private int _readAhead = FirstReadBytes;

    /// <summary>Reads a stream from where it stands.</summary>
    /// <param name="stream">The bytes; not closed here.</param>
    /// <param name="origin">Where large values may stay; null when they must be read.</param>
    /// <param name="limitBytes">How many bytes the stream may give before it is an attack.</param>
    internal ByteSource(Stream stream, BulkOrigin? origin, long limitBytes = long.MaxValue)
    {
        _stream = stream;
        _limit = limitBytes;
        Origin = origin;
        Length = stream.CanSeek ? stream.Length - stream.Position : long.MaxValue;
    }

    /// <summary>Where large values may stay; null when they must be read.</summary>
    internal BulkOrigin? Origin { get; }

    /// <summary>Bytes from where the stream stood.</summary>
    internal long Position { get; private set; }

    /// <summary>Length of the stream, or <see cref="long.MaxValue"/> when unknown.</summary>
    internal long Length { get; }

    /// <summary>Whether the length is known before the end is reached.</summary>
    internal bool HasLength => Length != long.MaxValue;

    /// <summary>
    /// The next bytes without taking them; shorter than asked only at the end of the stream. At most 64 KiB.
    /// </summary>
    internal ReadOnlySpan<byte> Peek(int count)
    {
        if (_end - _start < count)
        {
            Fill(count);
        }

        return _buffer.AsSpan(_start, Math.Min(count, _end - _start));
    }

    internal void Advance(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>
    /// Takes bytes into memory that the data set keeps; fewer than asked only at the end of the stream.
    /// </summary>
    internal ReadOnlyMemory<byte> Take(int count)
    {
        if (count == 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (!HasLength && count > GrowthBytes)
        {
            return TakeGrowing(count);
        }

        var memory = Allocate((int)Math.Min(count, Length - Position));
        return memory[..ReadUpTo(memory.Span)];
    }

    /// <summary>Steps over bytes that stay where they are; gives how many there were.</summary>
    internal long Skip(long count)
    {
        var buffered = (int)Math.Min(count, _end - _start);
        Advance(buffered);
        var rest = Math.Min(count - buffered, Length - Position);
        if (_stream.CanSeek)
        {
            _stream.Seek(rest, SeekOrigin.Current);
            Position += rest;
            return buffered + rest;
        }

        var skipped = (long)buffered;
        while (skipped < count)
        {
            _start = _end = 0;
            Fill(1);
            if (_end == 0)
            {
                break;
            }

            var part = (int)Math.Min(count - skipped, _end);
            Advance(part);
            skipped += part;
        }

        return skipped;
    }

    /// <summary>
    /// The stream of what has not been taken yet, for a filter on top of it. This source must not be used after it.
    /// </summary>
    internal Stream Rest()
    {
        if (_stream.CanSeek)
        {
            _stream.Seek(_start - _end, SeekOrigin.Current);
            _start = _end;
            return _stream;
        }

        return new PrefixedStream(_buffer.AsSpan(_start, _end - _start).ToArray(), _stream);
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private Memory<byte> Allocate(int count)
    {
        if (count > ArenaBytes / 4)
        {
            return GC.AllocateUninitializedArray<byte>(count);
        }

        if (_arena.Length - _arenaUsed < count)
        {
            _arena = GC.AllocateUninitializedArray<byte>(ArenaBytes);
            _arenaUsed = 0;
        }

        var memory = _arena.AsMemory(_arenaUsed, count);
        _arenaUsed += count;
        return memory;
    }

    private byte[] TakeGrowing(int count)
    {
        var bytes = new byte[GrowthBytes];
        var filled = 0;
        while (filled < count)
        {
            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(count, (long)bytes.Length * 2));
            }

            var read = ReadUpTo(bytes.AsSpan(filled, Math.Min(count, bytes.Length) - filled));
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        Array.Resize(ref bytes, filled);
        return bytes;
    }

    internal int ReadUpTo(Span<byte> target)
    {
        var wanted = target.Length;
        var buffered = Math.Min(wanted, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(target);
        Advance(buffered);
        target = target[buffered..];
        while (target.Length > 0)
        {
            var read = ReadStream(target);
            if (read == 0)
            {
                break;
            }

            Position += read;
            target = target[read..];
        }

        return wanted - target.Length;
    }

    private void Fill(int count)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        while (_end < count)
        {
            var read = ReadStream(_buffer.AsSpan(_end, Math.Min(_buffer.Length - _end, Math.Max(_readAhead, count - _end))));
            if (read == 0)
            {
                return;
            }

            _readAhead = BufferBytes;
            _end += read;
        }
    }

    private int ReadStream(Span<byte> target)
    {
        try
        {
            _read += _stream.Read(target) is var read ? read : 0;
            return _read <= _limit
                ? read
                : throw new DicomFormatException(
                    $"The data set inflates to more than {_limit} bytes.", Position, string.Empty);
        }
        catch (InvalidDataException e)
        {
            throw new DicomFormatException("The deflated data set is corrupt.", e);
        }
    }
}
