using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// Reads the entropy-coded bits of a scan: a zero byte after FF is stuffing, anything else a marker (ITU-T T.81
/// §B.1.1.5, F.2.2.5).
/// </summary>
internal ref struct JpegBitReader
{
    private readonly ReadOnlySpan<byte> _data;
    private ulong _bits;
    private int _count;

    internal JpegBitReader(ReadOnlySpan<byte> data, int position)
    {
        _data = data;
        Position = position;
    }

    /// <summary>The next byte to be fetched; never beyond the next marker.</summary>
    internal int Position { get; private set; }

    /// <summary>Decodes one difference (T.81 §H.1.2.2).</summary>
    internal int ReadDifference(JpegHuffmanTable table)
    {
        // A code of 16 bits and 15 bits after it.
        if (_count < 31)
        {
            Fill();
        }

        var (length, size) = table.Find((int)(_bits >> 48));
        if (length == 0 || length > _count)
        {
            throw Ended();
        }

        Drop(length);
        if (size == 0)
        {
            return 0;
        }

        if (size == 16)
        {
            return 32768;
        }

        if (size > _count)
        {
            throw Ended();
        }

        var value = (int)(_bits >> (64 - size));
        Drop(size);
        return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    }

    /// <summary>Decodes differences of one component, as many as there is room for.</summary>
    internal void ReadDifferences(JpegHuffmanTable table, Span<int> differences)
    {
        var whole = table.WholeDifferences;
        var (bits, count) = (_bits, _count);
        for (var i = 0; i < differences.Length; i++)
        {
            if (count < 32)
            {
                (_bits, _count) = (bits, count);
                Fill();
                (bits, count) = (_bits, _count);
            }

            var entry = whole[(int)(bits >> (64 - JpegHuffmanTable.WholeBits))];
            var length = entry & 0xFF;
            if (length != 0 && length <= count)
            {
                differences[i] = entry >> 8;
                bits <<= length;
                count -= length;
                continue;
            }

            (_bits, _count) = (bits, count);
            differences[i] = ReadDifference(table);
            (bits, count) = (_bits, _count);
        }

        (_bits, _count) = (bits, count);
    }

    /// <summary>Decodes a run of zeros and the coefficient after it (T.81 §F.2.2.2).</summary>
    /// <returns>The symbol, whose high half is the run; the value, 0 where its low half is.</returns>
    internal (int Symbol, int Value) ReadCoefficient(JpegHuffmanTable table)
    {
        if (_count < 31)
        {
            Fill();
        }

        var (length, symbol) = table.Find((int)(_bits >> 48));
        var size = symbol & 15;
        if (length == 0 || length + size > _count)
        {
            throw Ended();
        }

        Drop(length);
        if (size == 0)
        {
            return (symbol, 0);
        }

        var value = (int)(_bits >> (64 - size));
        Drop(size);
        return (symbol, value < 1 << (size - 1) ? value - (1 << size) + 1 : value);
    }

    /// <summary>
    /// Drops what is left of the interval and steps over the restart marker, which must be the one in turn.
    /// </summary>
    internal void Restart(int index)
    {
        _bits = 0;
        _count = 0;
        SkipToMarker();
        if (Position + 1 >= _data.Length || _data[Position + 1] != 0xD0 + (index & 7))
        {
            throw new DicomFormatException("JPEG: a restart marker is missing or out of turn.", Position, string.Empty);
        }

        Position += 2;
    }

    /// <summary>Moves to the FF of the next marker, or to the end.</summary>
    internal void SkipToMarker()
    {
        while (Position < _data.Length)
        {
            var next = _data[Position..].IndexOf((byte)0xFF);
            if (next < 0 || Position + next + 1 >= _data.Length)
            {
                Position = _data.Length;
                return;
            }

            Position += next;
            if (_data[Position + 1] is not 0x00 and not 0xFF)
            {
                return;
            }

            Position++;
        }
    }

    private void Fill()
    {
        // Eight bytes at once where none is FF. The bits of the byte that is not whole yet are the same when it comes
        // again.
        if (Position + 8 <= _data.Length)
        {
            var next = BinaryPrimitives.ReadUInt64BigEndian(_data[Position..]);
            if (!HasMarkerByte(next))
            {
                _bits |= next >> _count;
                var taken = (63 - _count) >> 3;
                Position += taken;
                _count += taken * 8;
                return;
            }
        }

        // Drops what was put in beyond the count: the way below adds whole bytes only.
        _bits &= _count == 0 ? 0 : ulong.MaxValue << (64 - _count);
        while (_count <= 56 && Position < _data.Length)
        {
            var value = _data[Position];
            if (value == 0xFF)
            {
                if (Position + 1 >= _data.Length || _data[Position + 1] != 0)
                {
                    return;
                }

                Position++;
            }

            Position++;
            _bits |= (ulong)value << (56 - _count);
            _count += 8;
        }
    }

    // Whether a byte is FF: its complement is zero.
    private static bool HasMarkerByte(ulong bytes) =>
        ((~bytes - 0x0101010101010101) & bytes & 0x8080808080808080) != 0;

    private void Drop(int count)
    {
        _bits <<= count;
        _count -= count;
    }

    private readonly DicomFormatException Ended() =>
        new("JPEG: the coded data end too early or hold a code that is in no table.", Position, string.Empty);
}
