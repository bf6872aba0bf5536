using System.Numerics.Tensors;

namespace Defacer.Deface.Methods.Head;

/// <summary>A height for each place of a plane of the head's axes, read between the places.</summary>
/// <param name="columns">Number of places along u.</param>
/// <param name="rows">Number of places along v.</param>
/// <param name="originU">u of the first, mm.</param>
/// <param name="originV">v of the first, mm.</param>
/// <param name="stepMm">Distance of neighbours.</param>
internal sealed class DepthMap(int columns, int rows, double originU, double originV, double stepMm)
{
    internal int Columns => columns;

    internal int Rows => rows;

    internal double StepMm => stepMm;

    /// <summary>[row, column]; NaN where there is none.</summary>
    internal float[] Values { get; private init; } = new float[columns * rows];

    internal double U(int column) => originU + (column * stepMm);

    internal double V(int row) => originV + (row * stepMm);

    internal DepthMap With(float[] values) => new(columns, rows, originU, originV, stepMm) { Values = values };

    /// <summary>The nearest value; beyond the edge the edge's.</summary>
    internal float Nearest(double u, double v) => Values[(Index(v, originV, rows) * columns) + Index(u, originU, columns)];

    /// <summary>
    /// Fills gaps with the mean of the neighbours, outward until nothing changes or the gap is wider than given.
    /// </summary>
    internal DepthMap Filled(double widestMm)
    {
        var current = (float[])Values.Clone();
        for (var pass = 0; pass < widestMm / stepMm; pass++)
        {
            var next = (float[])current.Clone();
            for (var at = 0; at < current.Length; at++)
            {
                if (float.IsNaN(current[at]))
                {
                    next[at] = MeanAround(current, at);
                }
            }

            current = next;
        }

        return With(current);
    }

    /// <summary>The largest (or smallest) value within a radius; gaps are left out.</summary>
    internal DepthMap Extreme(double radiusMm, bool largest)
    {
        // Gaps become what never wins, and the smallest the largest of what has the other sign.
        var (reach, sign) = ((int)(radiusMm / stepMm), largest ? 1 : -1);
        var widened = Array.ConvertAll(Values, v => float.IsNaN(v) ? float.NegativeInfinity : sign * v);
        var result = new float[Values.Length];
        Array.Fill(result, float.NegativeInfinity);
        for (var half = 0; half <= reach; half++)
        {
            widened = half == 0 ? widened : WidenedByOne(widened);
            for (var away = -reach; away <= reach; away++)
            {
                if ((int)Math.Sqrt((reach * reach) - (away * away)) == half)
                {
                    Join(widened, result, away);
                }
            }
        }

        return With(Array.ConvertAll(result, v => float.IsNegativeInfinity(v) ? float.NaN : sign * v));
    }

    /// <summary>Gaussian smoothing; gaps are left out of the mean and stay gaps.</summary>
    internal DepthMap Smoothed(double sigmaMm)
    {
        var across = Convolve(Values, sigmaMm, 1, columns, rows, columns);
        var both = Convolve(across, sigmaMm, columns, rows, columns, 1);
        for (var i = 0; i < both.Length; i++)
        {
            both[i] = float.IsNaN(Values[i]) ? float.NaN : both[i];
        }

        return With(both);
    }

    private static int Index(double at, double origin, double step, int count) =>
        Math.Clamp((int)Math.Round((at - origin) / step), 0, count - 1);

    private int Index(double at, double origin, int count) => Index(at, origin, stepMm, count);

    private float MeanAround(float[] values, int at)
    {
        var (row, column) = (at / columns, at % columns);
        var (sum, count) = (0f, 0);
        for (var r = Math.Max(0, row - 1); r <= Math.Min(rows - 1, row + 1); r++)
        {
            for (var c = Math.Max(0, column - 1); c <= Math.Min(columns - 1, column + 1); c++)
            {
                var value = values[(r * columns) + c];
                (sum, count) = float.IsNaN(value) ? (sum, count) : (sum + value, count + 1);
            }
        }

        return count >= 2 ? sum / count : float.NaN;
    }

    // The largest of each place and its two neighbours in the row.
    private float[] WidenedByOne(float[] values)
    {
        var result = (float[])values.Clone();
        for (var start = 0; start < values.Length; start += columns)
        {
            var own = values.AsSpan(start, columns);
            var to = result.AsSpan(start, columns);
            TensorPrimitives.Max(to[1..], own[..^1], to[1..]);
            TensorPrimitives.Max(to[..^1], own[1..], to[..^1]);
        }

        return result;
    }

    // The larger of each place and that of the row so many rows away.
    private void Join(float[] from, float[] to, int away)
    {
        var (first, last) = (Math.Max(0, -away), Math.Min(rows, rows - away));
        if (last > first)
        {
            var part = to.AsSpan(first * columns, (last - first) * columns);
            TensorPrimitives.Max(part, from.AsSpan((first + away) * columns, part.Length), part);
        }
    }

    private float[] Convolve(float[] values, double sigmaMm, int stride, int length, int lines, int lineStride)
    {
        var sigma = sigmaMm / stepMm;
        var reach = (int)Math.Ceiling(2.5 * sigma);
        var kernel = Enumerable.Range(-reach, (2 * reach) + 1).Select(k => (float)Math.Exp(-k * k / (2 * sigma * sigma))).ToArray();
        var result = new float[values.Length];
        for (var line = 0; line < lines; line++)
        {
            for (var i = 0; i < length; i++)
            {
                var (sum, weight) = (0f, 0f);
                for (var k = Math.Max(-reach, -i); k <= Math.Min(reach, length - 1 - i); k++)
                {
                    var value = values[(line * lineStride) + ((i + k) * stride)];
                    if (!float.IsNaN(value))
                    {
                        sum += kernel[k + reach] * value;
                        weight += kernel[k + reach];
                    }
                }

                result[(line * lineStride) + (i * stride)] = weight > 0 ? sum / weight : float.NaN;
            }
        }

        return result;
    }
}
