using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>A window over a stream for the parser: peek, take, skip. Knows its position, and whether it can be left in its file.</summary>
internal sealed class ByteSource
{
    private const int BufferBytes = 64 * 1024;
    private const int ArenaBytes = 16 * 1024;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private byte[] _arena = [];
    private int _arenaUsed;

    internal ByteSource(Stream stream, string? path)
    {
        _stream = stream;
        Path = path;
        Length = stream.CanSeek ? stream.Length : long.MaxValue;
    }

    /// <summary>The file in which large values may stay; null when they must be read.</summary>
    internal string? Path { get; }

    /// <summary>Bytes from the start of the stream.</summary>
    internal long Position { get; private set; }

    /// <summary>Length of the stream, or <see cref="long.MaxValue"/> when unknown.</summary>
    internal long Length { get; }

    /// <summary>The next bytes without taking them; shorter than asked only at the end of the stream. At most 64 KiB.</summary>
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

    /// <summary>Takes bytes into memory that the data set keeps.</summary>
    internal ReadOnlyMemory<byte> Take(int count)
    {
        if (count == 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var memory = Allocate(count);
        ReadFully(memory.Span);
        return memory;
    }

    /// <summary>Steps over bytes that stay in the file.</summary>
    internal void Skip(long count)
    {
        var buffered = (int)Math.Min(count, _end - _start);
        Advance(buffered);
        count -= buffered;
        if (count == 0)
        {
            return;
        }

        if (Length - Position < count)
        {
            throw Truncated(count);
        }

        _stream.Seek(count, SeekOrigin.Current);
        Position += count;
    }

    private DicomFormatException Truncated(long wanted) =>
        new($"The data end before the value does: {wanted} bytes are missing or more.", Position, string.Empty);

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

    private void ReadFully(Span<byte> target)
    {
        var buffered = Math.Min(target.Length, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(target);
        Advance(buffered);
        target = target[buffered..];
        while (target.Length > 0)
        {
            var read = _stream.Read(target);
            if (read == 0)
            {
                throw Truncated(target.Length);
            }

            Position += read;
            target = target[read..];
        }
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
            var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                return;
            }

            _end += read;
        }
    }
}
