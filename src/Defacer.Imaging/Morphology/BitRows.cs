using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>
/// A set of voxels as bits, each row in words of its own: 64 voxels are moved, joined or turned round at once. Bits beyond
/// the last column are 0.
/// </summary>
internal sealed class BitRows
{
    private const int WordBits = 64;
    private readonly GridShape _shape;
    private readonly int _words;
    private readonly ulong[] _bits;

    private BitRows(GridShape shape)
    {
        _shape = shape;
        _words = WordsOf(shape);
        _bits = new ulong[shape.Rows * shape.Slices * _words];
    }

    /// <summary>Bytes that a dilation needs for its widened sets.</summary>
    internal static double BytesToDilate(GridShape shape, double radiusMm) =>
        (radiusMm / shape.ColumnMm) * shape.Rows * shape.Slices * WordsOf(shape) * sizeof(ulong);

    internal static BitRows Of(BinaryGrid grid)
    {
        var result = new BitRows(grid.Shape);
        var columns = grid.Shape.Columns;
        Parallel.For(0, grid.Shape.Slices, slice =>
        {
            for (var line = slice * grid.Shape.Rows; line < (slice + 1) * grid.Shape.Rows; line++)
            {
                Pack(MemoryMarshal.AsBytes(grid.Voxels.AsSpan(line * columns, columns)), result.Line(line));
            }
        });
        return result;
    }

    internal BinaryGrid ToGrid()
    {
        var result = new BinaryGrid(_shape);
        var columns = _shape.Columns;
        Parallel.For(0, _shape.Slices, slice =>
        {
            for (var line = slice * _shape.Rows; line < (slice + 1) * _shape.Rows; line++)
            {
                Unpack(Line(line), MemoryMarshal.AsBytes(result.Voxels.AsSpan(line * columns, columns)));
            }
        });
        return result;
    }

    /// <summary>The voxels that are not in the set.</summary>
    internal BitRows Not()
    {
        var result = new BitRows(_shape);
        var last = LastWord;
        for (var i = 0; i < _bits.Length; i++)
        {
            result._bits[i] = ~_bits[i] & (i % _words == _words - 1 ? last : ulong.MaxValue);
        }

        return result;
    }

    /// <summary>
    /// The voxels within the radius of the set, beyond the border there is none of it: the union of the set moved by every
    /// offset within the radius. The offsets along a row are one widened row, the others whole rows.
    /// </summary>
    internal BitRows Dilate(double radiusMm, CancellationToken ct)
    {
        var offsets = Offsets(_shape, radiusMm);
        var widened = Widened(offsets.Max(o => o.Half));
        var filled = FilledLines();
        var result = new BitRows(_shape);
        Parallel.For(0, _shape.Slices, new ParallelOptions { CancellationToken = ct }, slice =>
        {
            for (var row = 0; row < _shape.Rows; row++)
            {
                var to = result.Line((slice * _shape.Rows) + row);
                foreach (var (rows, slices, half) in offsets)
                {
                    var (r, s) = (row + rows, slice + slices);
                    if ((uint)r < (uint)_shape.Rows && (uint)s < (uint)_shape.Slices && filled[(s * _shape.Rows) + r])
                    {
                        Unite(widened[half].Line((s * _shape.Rows) + r), to);
                    }
                }
            }
        });
        return result;
    }

    private static int WordsOf(GridShape shape) => (shape.Columns + WordBits - 1) / WordBits;

    // What of the last word of a row are columns.
    private ulong LastWord => _shape.Columns % WordBits == 0 ? ulong.MaxValue : (1UL << (_shape.Columns % WordBits)) - 1;

    private Span<ulong> Line(int line) => _bits.AsSpan(line * _words, _words);

    // For each row that the ball touches: how many columns it reaches to both sides of the centre.
    private static (int Rows, int Slices, int Half)[] Offsets(GridShape shape, double radiusMm)
    {
        var squared = BallMorphology.Limit(radiusMm);
        var (rows, slices) = ((int)(radiusMm / shape.RowMm) + 1, (int)(radiusMm / shape.SliceMm) + 1);
        return
        [
            .. from s in Enumerable.Range(-slices, (2 * slices) + 1)
               from r in Enumerable.Range(-rows, (2 * rows) + 1)
               let rest = squared - (r * r * shape.RowMm * shape.RowMm) - (s * s * shape.SliceMm * shape.SliceMm)
               where rest >= 0
               select (r, s, Math.Min(shape.Columns - 1, (int)(Math.Sqrt(rest) / shape.ColumnMm))),
        ];
    }

    // [n]: the set with every row widened by n columns to both sides.
    private BitRows[] Widened(int most)
    {
        var result = new BitRows[most + 1];
        result[0] = this;
        for (var n = 1; n <= most; n++)
        {
            result[n] = result[n - 1].WidenedByOne();
        }

        return result;
    }

    private BitRows WidenedByOne()
    {
        var result = new BitRows(_shape);
        var last = LastWord;
        for (var start = 0; start < _bits.Length; start += _words)
        {
            for (var w = 0; w < _words; w++)
            {
                var own = _bits[start + w];
                var below = w > 0 ? _bits[start + w - 1] >> (WordBits - 1) : 0;
                var above = w < _words - 1 ? _bits[start + w + 1] << (WordBits - 1) : 0;
                result._bits[start + w] = own | (own << 1) | below | (own >> 1) | above;
            }

            result._bits[start + _words - 1] &= last;
        }

        return result;
    }

    private static void Unite(ReadOnlySpan<ulong> from, Span<ulong> to)
    {
        for (var w = 0; w < to.Length; w++)
        {
            to[w] |= from[w];
        }
    }

    private bool[] FilledLines()
    {
        var filled = new bool[_shape.Rows * _shape.Slices];
        for (var line = 0; line < filled.Length; line++)
        {
            filled[line] = Line(line).ContainsAnyExcept(0UL);
        }

        return filled;
    }

    private static void Pack(ReadOnlySpan<byte> voxels, Span<ulong> words)
    {
        var at = 0;
        for (; at + 8 <= voxels.Length; at += 8)
        {
            // Eight bytes of 0 or 1: the product brings the lowest bit of each into the highest byte.
            var eight = BinaryPrimitives.ReadUInt64LittleEndian(voxels[at..]) * 0x0102040810204080UL >> 56;
            words[at / WordBits] |= eight << (at % WordBits);
        }

        for (; at < voxels.Length; at++)
        {
            words[at / WordBits] |= (ulong)voxels[at] << (at % WordBits);
        }
    }

    private static void Unpack(ReadOnlySpan<ulong> words, Span<byte> voxels)
    {
        var at = 0;
        for (; at + 8 <= voxels.Length; at += 8)
        {
            // The byte eight times, of each copy one bit, and that bit moved to the lowest place.
            var copies = (words[at / WordBits] >> (at % WordBits) & 0xFF) * 0x0101010101010101UL & 0x8040201008040201UL;
            BinaryPrimitives.WriteUInt64LittleEndian(voxels[at..], (copies + 0x7F7F7F7F7F7F7F7FUL | copies) >> 7 & 0x0101010101010101UL);
        }

        for (; at < voxels.Length; at++)
        {
            voxels[at] = (byte)(words[at / WordBits] >> (at % WordBits) & 1);
        }
    }
}
