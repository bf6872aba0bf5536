using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>
/// Exact Euclidean distances in mm between voxel centres, one axis after the other by lower envelopes of parabolas
/// (Felzenszwalb and Huttenlocher, Distance Transforms of Sampled Functions, 2012).
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
    public static float[] Signed(BinaryGrid grid, double limitMm, CancellationToken ct)
    {
        var outside = SquaredTo(grid, limitMm, ct);
        var inside = SquaredFromOutside(grid, limitMm, ct);
        var limit = (float)limitMm;
        for (var i = 0; i < outside.Length; i++)
        {
            outside[i] = grid.Voxels[i] ? -MathF.Min(limit, MathF.Sqrt(inside[i])) : MathF.Min(limit, MathF.Sqrt(outside[i]));
        }

        return outside;
    }

    private static float[] Squared(BinaryGrid grid, bool inside, double limitMm, CancellationToken ct)
    {
        var shape = grid.Shape;
        var limit = limitMm * limitMm * 1.0001; // Rounding must not lose a voxel at the very limit.
        var squared = new float[shape.VoxelCount];
        for (var i = 0; i < squared.Length; i++)
        {
            squared[i] = grid.Voxels[i] == inside ? 0 : float.PositiveInfinity;
        }

        Lines.ForEach(squared, shape, GridAxis.Columns, () => new Scan(shape.ColumnMm, limit), ct);
        Lines.ForEach(squared, shape, GridAxis.Rows, () => new Envelope(shape.Rows, shape.RowMm, limit), ct);
        Lines.ForEach(squared, shape, GridAxis.Slices, () => new Envelope(shape.Slices, shape.SliceMm, limit), ct);
        return squared;
    }

    // The first axis sees only 0 and infinity: two scans suffice.
    private sealed class Scan(double spacing, double limit) : ILineKernel
    {
        public void Apply(Span<float> line)
        {
            if (line.IndexOf(0f) < 0 || line.IndexOf(float.PositiveInfinity) < 0)
            {
                return;
            }

            double distance = double.PositiveInfinity;
            for (var q = 0; q < line.Length; q++)
            {
                distance = line[q] == 0 ? 0 : distance + spacing;
                line[q] = (float)(distance * distance);
            }

            distance = double.PositiveInfinity;
            for (var q = line.Length - 1; q >= 0; q--)
            {
                distance = line[q] == 0 ? 0 : distance + spacing;
                var nearest = Math.Min(line[q], distance * distance);
                line[q] = nearest > limit ? float.PositiveInfinity : (float)nearest;
            }
        }
    }

    private sealed class Envelope(int length, double spacing, double limit) : ILineKernel
    {
        private readonly int[] _vertex = new int[length];
        private readonly double[] _height = new double[length];
        private readonly double[] _from = new double[length + 1];
        private readonly double _unit = spacing * spacing;

        public void Apply(Span<float> line)
        {
            // A line that lies in the set whole, or has none of it within reach, stays as it is.
            if (!line.ContainsAnyExcept(0f) || !line.ContainsAnyExcept(float.PositiveInfinity))
            {
                return;
            }

            var last = Build(line);
            if (last < 0)
            {
                return;
            }

            var k = 0;
            for (var q = 0; q < line.Length; q++)
            {
                while (k < last && _from[k + 1] < q)
                {
                    k++;
                }

                double steps = q - _vertex[k];
                var distance = _height[k] + (_unit * steps * steps);
                line[q] = distance > limit ? float.PositiveInfinity : (float)distance;
            }
        }

        // The parabolas that are lowest somewhere, from left to right; -1 when there is none.
        private int Build(Span<float> line)
        {
            var last = -1;
            for (var q = 0; q < line.Length; q++)
            {
                if (float.IsPositiveInfinity(line[q]))
                {
                    continue;
                }

                var start = double.NegativeInfinity;
                while (last >= 0)
                {
                    var p = _vertex[last];
                    start = ((((double)line[q] - _height[last]) / _unit / (q - p)) + q + p) / 2;
                    if (start > _from[last])
                    {
                        break;
                    }

                    last--;
                    start = double.NegativeInfinity;
                }

                last++;
                _vertex[last] = q;
                _height[last] = line[q];
                _from[last] = start;
            }

            return last;
        }
    }
}
