using System.Numerics;
using System.Runtime.InteropServices;
using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>
/// Dilation by a ball as what it is, the union of the set moved by every offset within the radius: the offsets along a
/// row are one widened row, the others whole rows put together a vector at a time.
/// </summary>
internal static class BallDilation
{
    /// <summary>The voxels within the radius of the set; beyond the border there is none of it.</summary>
    internal static BinaryGrid Of(BinaryGrid grid, double radiusMm, CancellationToken ct)
    {
        var shape = grid.Shape;
        var offsets = Offsets(shape, radiusMm);
        var widened = Widened(grid, offsets.Max(o => o.Half), ct);
        var filled = FilledLines(grid);
        var result = new BinaryGrid(shape);
        Parallel.For(0, shape.Slices, new ParallelOptions { CancellationToken = ct }, slice =>
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var to = Line(result, shape.Index(0, row, slice));
                foreach (var (rows, slices, half) in offsets)
                {
                    var (r, s) = (row + rows, slice + slices);
                    if ((uint)r < (uint)shape.Rows && (uint)s < (uint)shape.Slices && filled[(s * shape.Rows) + r])
                    {
                        Unite(Line(widened[half], shape.Index(0, r, s)), to);
                    }
                }
            }
        });
        return result;
    }

    // For each row that the ball touches: how many columns it reaches to both sides of the centre. The nearest first.
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
               orderby -rest
               select (r, s, Math.Min(shape.Columns - 1, (int)(Math.Sqrt(rest) / shape.ColumnMm))),
        ];
    }

    // [n]: the set with every row widened by n columns to both sides.
    private static BinaryGrid[] Widened(BinaryGrid grid, int most, CancellationToken ct)
    {
        var shape = grid.Shape;
        var result = new BinaryGrid[most + 1];
        result[0] = grid;
        for (var n = 1; n <= most; n++)
        {
            result[n] = new BinaryGrid(shape);
        }

        Parallel.For(0, shape.Slices, new ParallelOptions { CancellationToken = ct }, slice =>
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var at = shape.Index(0, row, slice);
                var own = Line(grid, at);
                for (var n = 1; n <= most; n++)
                {
                    var to = Line(result[n], at);
                    Line(result[n - 1], at).CopyTo(to);
                    Unite(own[..^n], to[n..]);
                    Unite(own[n..], to[..^n]);
                }
            }
        });
        return result;
    }

    // Lines are short: a call into a general routine would cost more than the work.
    private static void Unite(ReadOnlySpan<byte> from, Span<byte> to)
    {
        ref var a = ref MemoryMarshal.GetReference(from);
        ref var b = ref MemoryMarshal.GetReference(to);
        var at = 0;
        for (; at <= to.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            (Vector.LoadUnsafe(ref a, (nuint)at) | Vector.LoadUnsafe(ref b, (nuint)at)).StoreUnsafe(ref b, (nuint)at);
        }

        for (; at < to.Length; at++)
        {
            to[at] |= from[at];
        }
    }

    private static bool[] FilledLines(BinaryGrid grid)
    {
        var columns = grid.Shape.Columns;
        var filled = new bool[grid.Voxels.Length / columns];
        for (var line = 0; line < filled.Length; line++)
        {
            filled[line] = grid.Voxels.AsSpan(line * columns, columns).Contains(true);
        }

        return filled;
    }

    private static Span<byte> Line(BinaryGrid grid, int start) =>
        MemoryMarshal.AsBytes(grid.Voxels.AsSpan(start, grid.Shape.Columns));
}
