using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>
/// Separable smoothing of values on a grid, widths in mm. At the border the values beyond it are left out.
/// </summary>
public static class Smoothing
{
    /// <summary>The mean over a box of this width, mm; an axis where it covers one voxel is left as it is.</summary>
    public static float[] Box(ReadOnlySpan<float> values, GridShape shape, double widthMm, CancellationToken ct)
    {
        var result = values.ToArray();
        foreach (var axis in Enum.GetValues<GridAxis>())
        {
            var radius = (int)Math.Round(((widthMm / shape.SpacingMm(axis)) - 1) / 2);
            if (radius > 0)
            {
                Lines.ForEach(result, shape, axis, () => new BoxKernel(radius, shape.Length(axis)), ct);
            }
        }

        return result;
    }

    /// <summary>Convolution with a Gaussian of this standard deviation, mm, cut at three deviations.</summary>
    public static float[] Gaussian(ReadOnlySpan<float> values, GridShape shape, double sigmaMm, CancellationToken ct)
    {
        var result = values.ToArray();
        foreach (var axis in Enum.GetValues<GridAxis>())
        {
            var sigma = sigmaMm / shape.SpacingMm(axis);
            if (sigma > 0.2)
            {
                Lines.ForEach(result, shape, axis, () => new GaussianKernel(sigma, shape.Length(axis)), ct);
            }
        }

        return result;
    }

    private sealed class BoxKernel(int radius, int length) : ILineKernel
    {
        private readonly double[] _sums = new double[length + 1];

        public void Apply(Span<float> line)
        {
            for (var q = 0; q < line.Length; q++)
            {
                _sums[q + 1] = _sums[q] + line[q];
            }

            for (var q = 0; q < line.Length; q++)
            {
                var (from, to) = (Math.Max(0, q - radius), Math.Min(line.Length, q + radius + 1));
                line[q] = (float)((_sums[to] - _sums[from]) / (to - from));
            }
        }
    }

    private sealed class GaussianKernel : ILineKernel
    {
        private readonly float[] _weights;
        private readonly float[] _copy;

        public GaussianKernel(double sigma, int length)
        {
            _weights = new float[(int)Math.Ceiling(3 * sigma) + 1];
            for (var i = 0; i < _weights.Length; i++)
            {
                _weights[i] = (float)Math.Exp(-i * i / (2 * sigma * sigma));
            }

            _copy = new float[length];
        }

        public void Apply(Span<float> line)
        {
            line.CopyTo(_copy);
            for (var q = 0; q < line.Length; q++)
            {
                var (sum, weight) = (_copy[q], 1f);
                for (var i = 1; i < _weights.Length; i++)
                {
                    if (q - i >= 0)
                    {
                        sum += _weights[i] * _copy[q - i];
                        weight += _weights[i];
                    }

                    if (q + i < line.Length)
                    {
                        sum += _weights[i] * _copy[q + i];
                        weight += _weights[i];
                    }
                }

                line[q] = sum / weight;
            }
        }
    }
}
