using System.Numerics;
using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>
/// Exact Euclidean distances in mm between voxel centres, one axis after the other. Along the rows two scans suffice; along
/// the other axes each voxel takes the least of what the voxels of its line have plus the square of the way to them,
/// nearest first and no farther than that could be less: a vector of neighbouring columns at a time.
/// </summary>
public static class DistanceTransform
{
    /// <summary>The squared distance from each voxel to the nearest voxel of the set, mm²; 0 inside.</summary>
    /// <param name="grid">The set. Beyond the border there is none of it.</param>
    /// <param name="limitMm">
    /// Distances above it may be given as infinity, which is faster; infinity for all distances.
    /// </param>
    /// <param name="ct">Ends the work.</param>
    public static float[] SquaredTo(BinaryGrid grid, double limitMm, CancellationToken ct) =>
        Squared(grid, inside: true, limitMm, ct);

    /// <summary>The squared distance from each voxel to the nearest voxel outside the set, mm²; 0 outside.</summary>
    /// <param name="grid">The set. Beyond the border it is taken to go on.</param>
    /// <param name="limitMm">
    /// Distances above it may be given as infinity, which is faster; infinity for all distances.
    /// </param>
    /// <param name="ct">Ends the work.</param>
    public static float[] SquaredFromOutside(BinaryGrid grid, double limitMm, CancellationToken ct) =>
        Squared(grid, inside: false, limitMm, ct);

    /// <summary>Distance to the set, mm: positive outside, negative inside (to the nearest voxel outside).</summary>
    public static float[] Signed(BinaryGrid grid, CancellationToken ct) => Signed(grid, double.PositiveInfinity, ct);

    /// <summary>Distance to the set, mm: positive outside, negative inside; what is farther than the limit is the limit.</summary>
    public static float[] Signed(BinaryGrid grid, double limitMm, CancellationToken ct) =>
        Signed(grid, SquaredFromOutside(grid, limitMm, ct), limitMm, ct);

    /// <summary>The same, where the squared distances from outside to at least the limit are known.</summary>
    public static float[] Signed(BinaryGrid grid, ReadOnlySpan<float> squaredFromOutside, double limitMm, CancellationToken ct)
    {
        var signed = SquaredTo(grid, limitMm, ct);
        var most = new Vector<float>((float)limitMm);
        // One of both is 0 everywhere.
        var i = 0;
        for (; i <= signed.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var outside = Vector.Min(most, Vector.SquareRoot(new Vector<float>(signed, i)));
            var inside = Vector.Min(most, Vector.SquareRoot(new Vector<float>(squaredFromOutside[i..])));
            (outside - inside).CopyTo(signed, i);
        }

        for (; i < signed.Length; i++)
        {
            signed[i] = MathF.Min((float)limitMm, MathF.Sqrt(signed[i])) - MathF.Min((float)limitMm, MathF.Sqrt(squaredFromOutside[i]));
        }

        return signed;
    }

    private static float[] Squared(BinaryGrid grid, bool inside, double limitMm, CancellationToken ct)
    {
        var shape = grid.Shape;
        var limit = limitMm * limitMm * 1.0001; // Rounding must not lose a voxel at the very limit.
        var squared = GC.AllocateUninitializedArray<float>(shape.VoxelCount);
        var options = new ParallelOptions { CancellationToken = ct };
        var steps = Steps(shape.Columns, shape.ColumnMm, limit);
        Parallel.For(0, shape.Slices, options, slice =>
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var start = shape.Index(0, row, slice);
                Scan(grid.Voxels.AsSpan(start, shape.Columns), inside, squared.AsSpan(start, shape.Columns), steps);
            }
        });
        Across(squared, shape, GridAxis.Rows, limit, options);
        Across(squared, shape, GridAxis.Slices, limit, options);
        return squared;
    }

    // [n]: the square of n steps, as far as the limit.
    private static float[] Steps(int count, double spacing, double limit) =>
        [.. Enumerable.Range(0, count).Select(n => n * spacing * (n * spacing)).Select(s => s > limit ? float.PositiveInfinity : (float)s)];

    private static void Scan(ReadOnlySpan<bool> set, bool inside, Span<float> line, float[] steps)
    {
        var first = set.IndexOf(inside);
        if (first < 0)
        {
            line.Fill(float.PositiveInfinity);
            return;
        }

        // To the left of the first there is none to the left.
        var from = -1;
        for (var q = 0; q < line.Length; q++)
        {
            from = set[q] == inside ? q : from;
            line[q] = from < 0 ? float.PositiveInfinity : steps[q - from];
        }

        from = line.Length;
        for (var q = line.Length - 1; q >= 0; q--)
        {
            from = set[q] == inside ? q : from;
            var right = from == line.Length ? float.PositiveInfinity : steps[from - q];
            line[q] = right < line[q] ? right : line[q];
        }
    }

    private static void Across(float[] squared, GridShape shape, GridAxis axis, double limit, ParallelOptions options)
    {
        var (length, stride, spacing) = (shape.Length(axis), shape.Stride(axis), shape.SpacingMm(axis));
        var steps = Steps(length, spacing, limit);
        // Rows as wide as whole vectors; what is beyond the last column is 0 and costs nothing.
        var width = (shape.Columns + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
        var isRows = axis == GridAxis.Rows;
        Parallel.For(0, isRows ? shape.Slices : shape.Rows, options, () => new float[(length + 1) * width], (plane, _, lines) =>
        {
            var start = isRows ? shape.Index(0, 0, plane) : shape.Index(0, plane, 0);
            var (nothing, everything) = (true, true);
            for (var q = 0; q < length; q++)
            {
                var from = squared.AsSpan(start + (q * stride), shape.Columns);
                from.CopyTo(lines.AsSpan(q * width));
                nothing &= !from.ContainsAnyExcept(float.PositiveInfinity);
                everything &= !from.ContainsAnyExcept(0f);
            }

            for (var q = 0; q < length && !nothing && !everything; q++)
            {
                var to = lines.AsSpan(length * width, width);
                Least(lines, q, length, width, steps, (float)limit, to);
                to[..shape.Columns].CopyTo(squared.AsSpan(start + (q * stride), shape.Columns));
            }

            return lines;
        }, static _ => { });
    }

    private static void Least(float[] lines, int q, int length, int width, float[] steps, float limit, Span<float> to)
    {
        var farthest = Math.Max(q, length - 1 - q);
        var most = new Vector<float>(limit);
        for (var column = 0; column < width; column += Vector<float>.Count)
        {
            var least = new Vector<float>(lines, (q * width) + column);
            for (var k = 1; k <= farthest; k++)
            {
                var step = new Vector<float>(steps[k]);
                if (!Vector.GreaterThanAny(least, step))
                {
                    break;
                }

                least = q >= k ? Vector.Min(least, new Vector<float>(lines, ((q - k) * width) + column) + step) : least;
                least = q + k < length ? Vector.Min(least, new Vector<float>(lines, ((q + k) * width) + column) + step) : least;
            }

            // A sum may pass the limit where neither part does.
            Vector.ConditionalSelect(Vector.GreaterThan(least, most), new Vector<float>(float.PositiveInfinity), least).CopyTo(to[column..]);
        }
    }
}
