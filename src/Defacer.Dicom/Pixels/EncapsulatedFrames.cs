using System.Buffers;
using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// Finds the fragments of each frame (PS3.5 §A.4). Fragments are in the order of the frames, whatever a table says; the
/// tables only tell where frames begin. A table that does not fit the fragments is not believed.
/// </summary>
internal sealed class EncapsulatedFrames
{
    private const int ItemHeaderBytes = 8;
    private readonly DicomFragmentSequence _sequence;
    private readonly PixelDescription _description;
    private readonly IFrameDecoder _decoder;

    // The first fragment of each frame.
    private readonly int[] _starts;

    internal EncapsulatedFrames(
        DicomDataset dataset, DicomFragmentSequence sequence, PixelDescription description, IFrameDecoder decoder)
    {
        _sequence = sequence;
        _description = description;
        _decoder = decoder;
        if (sequence.Fragments.Count < description.NumberOfFrames)
        {
            throw new DicomFormatException(
                $"Pixel Data has {sequence.Fragments.Count} fragments for {description.NumberOfFrames} frames.");
        }

        _starts = FindStarts(dataset);
        var minimum = decoder.MinimumEncodedBytes(description);
        for (var frame = 0; frame < _starts.Length; frame++)
        {
            var length = EncodedBytes(frame);
            if (length < minimum || length > Array.MaxLength)
            {
                throw new DicomFormatException(
                    $"Frame {frame + 1} has {length} encoded bytes; {description.FrameBytes} bytes need {minimum}.");
            }
        }
    }

    internal void Read(int frame, Span<byte> destination, CancellationToken cancellationToken)
    {
        var (first, end) = Range(frame);
        if (end - first == 1 && _sequence.Fragments[first] is { Bulk: null } only)
        {
            _decoder.Decode(only.Value.Span, _description, destination, cancellationToken);
            return;
        }

        var length = EncodedBytes(frame);
        var buffer = ArrayPool<byte>.Shared.Rent((int)length); // Returned below, on every way out.
        try
        {
            var rest = buffer.AsSpan(0, (int)length);
            for (var i = first; i < end; i++)
            {
                var fragment = _sequence.Fragments[i];
                fragment.Read(0, rest[..(int)fragment.Length]);
                rest = rest[(int)fragment.Length..];
            }

            _decoder.Decode(buffer.AsSpan(0, (int)length), _description, destination, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private (int First, int End) Range(int frame) =>
        (_starts[frame], frame + 1 < _starts.Length ? _starts[frame + 1] : _sequence.Fragments.Count);

    private long EncodedBytes(int frame)
    {
        var (first, end) = Range(frame);
        long length = 0;
        for (var i = first; i < end; i++)
        {
            length += _sequence.Fragments[i].Length;
        }

        return length;
    }

    private int[] FindStarts(DicomDataset dataset)
    {
        var frames = _description.NumberOfFrames;
        if (frames == 1)
        {
            return [0];
        }

        if (_sequence.Fragments.Count == frames)
        {
            return [.. Enumerable.Range(0, frames)];
        }

        return FromOffsets(ReadOffsets(dataset.GetElement(DicomTag.ExtendedOffsetTable), 8))
            ?? FromOffsets(ReadOffsets(_sequence.OffsetTable, 4))
            ?? FromContent()
            ?? throw new DicomFormatException(
                $"{_sequence.Fragments.Count} fragments cannot be divided among {frames} frames: no table fits.");
    }

    // The table has as many entries as there are frames, and those are bounded by the fragments that exist.
    private ulong[]? ReadOffsets(DicomElement? table, int unit)
    {
        var frames = _description.NumberOfFrames;
        if (table is null || table.Length != (long)frames * unit)
        {
            return null;
        }

        var bytes = table.Value.Span;
        var offsets = new ulong[frames];
        for (var i = 0; i < frames; i++)
        {
            offsets[i] = unit == 8
                ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * unit)..])
                : BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * unit)..]);
        }

        return offsets;
    }

    // Offsets count from the first fragment's item tag and must each hit one, ascending.
    private int[]? FromOffsets(ulong[]? offsets)
    {
        if (offsets is null)
        {
            return null;
        }

        var starts = new int[offsets.Length];
        ulong position = 0;
        var found = 0;
        for (var i = 0; i < _sequence.Fragments.Count && found < offsets.Length; i++)
        {
            if (offsets[found] == position)
            {
                starts[found++] = i;
            }

            position += (ulong)_sequence.Fragments[i].Length + ItemHeaderBytes;
        }

        return found == offsets.Length && starts[0] == 0 ? starts : null;
    }

    private int[]? FromContent()
    {
        var starts = new List<int>(_description.NumberOfFrames);
        Span<byte> head = stackalloc byte[4];
        for (var i = 0; i < _sequence.Fragments.Count; i++)
        {
            var part = head[..(int)Math.Min(head.Length, _sequence.Fragments[i].Length)];
            _sequence.Fragments[i].Read(0, part);

            switch (_decoder.BeginsFrame(part))
            {
                case null:
                    return null;
                case true:
                    starts.Add(i);
                    break;
                default:
                    break;
            }
        }

        return starts.Count == _description.NumberOfFrames && starts[0] == 0 ? [.. starts] : null;
    }
}
