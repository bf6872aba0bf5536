using System.Numerics;
using System.Runtime.InteropServices;

namespace Defacer.Deface.Methods.Head;

/// <summary>The sums of a Gauss-Newton step over nine parameters: of J J' and of J r.</summary>
internal sealed class NormalEquations
{
    /// <summary>Length of a row of slopes: the parameters, and zeros to whole vectors.</summary>
    internal static readonly int Width = (Count + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;

    private const int Count = HeadPose.Count;
    private readonly double[] _normal = new double[Count * Width];
    private readonly double[] _gradient = new double[Width];

    /// <summary>Adds a residual with its slopes.</summary>
    /// <param name="row">Of <see cref="Width"/> values.</param>
    /// <param name="residual">The residual.</param>
    internal void Add(ReadOnlySpan<double> row, double residual)
    {
        AddTo(_gradient, row, residual);
        for (var a = 0; a < Count; a++)
        {
            AddTo(_normal.AsSpan(a * Width, Width), row, row[a]);
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
                matrix[a, b] = matrix[b, a] = _normal[(a * Width) + b];
            }

            matrix[a, a] *= 1 + damping;
        }

        var delta = Solve(matrix, _gradient.AsSpan(0, Count));
        return [.. from.Zip(delta, (value, d) => value - d)];
    }

    private static void AddTo(Span<double> sums, ReadOnlySpan<double> row, double factor)
    {
        var to = MemoryMarshal.Cast<double, Vector<double>>(sums);
        var from = MemoryMarshal.Cast<double, Vector<double>>(row);
        for (var i = 0; i < to.Length && i < from.Length; i++)
        {
            to[i] += from[i] * factor;
        }
    }

    // Gaussian elimination with row exchange.
    private static double[] Solve(double[,] m, ReadOnlySpan<double> right)
    {
        var x = right.ToArray();
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
