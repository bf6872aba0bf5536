namespace Defacer.Deface.Methods.Head;

/// <summary>The sums of a Gauss-Newton step over nine parameters: of J J' and of J r.</summary>
internal sealed class NormalEquations
{
    private const int Count = HeadPose.Count;
    private readonly double[] _normal = new double[Count * Count];
    private readonly double[] _gradient = new double[Count];

    /// <summary>Adds a residual with its slopes.</summary>
    internal void Add(ReadOnlySpan<double> row, double residual)
    {
        for (var a = 0; a < Count; a++)
        {
            _gradient[a] += row[a] * residual;
            for (var b = 0; b <= a; b++)
            {
                _normal[(a * Count) + b] += row[a] * row[b];
            }
        }
    }

    /// <summary>Where the damped step leads.</summary>
    internal double[] Step(double[] from, double damping)
    {
        var matrix = new double[Count, Count];
        for (var a = 0; a < Count; a++)
        {
            for (var b = 0; b <= a; b++)
            {
                matrix[a, b] = matrix[b, a] = _normal[(a * Count) + b];
            }

            matrix[a, a] *= 1 + damping;
        }

        var delta = Solve(matrix, _gradient);
        return [.. from.Zip(delta, (value, d) => value - d)];
    }

    // Gaussian elimination with row exchange.
    private static double[] Solve(double[,] m, double[] right)
    {
        var x = (double[])right.Clone();
        for (var k = 0; k < Count; k++)
        {
            var pivot = k;
            for (var i = k + 1; i < Count; i++)
            {
                pivot = Math.Abs(m[i, k]) > Math.Abs(m[pivot, k]) ? i : pivot;
            }

            (x[k], x[pivot]) = (x[pivot], x[k]);
            for (var j = 0; j < Count; j++)
            {
                (m[k, j], m[pivot, j]) = (m[pivot, j], m[k, j]);
            }

            for (var i = k + 1; i < Count; i++)
            {
                var factor = m[i, k] / m[k, k];
                x[i] -= factor * x[k];
                for (var j = k; j < Count; j++)
                {
                    m[i, j] -= factor * m[k, j];
                }
            }
        }

        for (var k = Count - 1; k >= 0; k--)
        {
            for (var j = k + 1; j < Count; j++)
            {
                x[k] -= m[k, j] * x[j];
            }

            x[k] /= m[k, k];
        }

        return x;
    }
}
