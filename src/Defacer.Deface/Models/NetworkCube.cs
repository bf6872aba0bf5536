using System.Buffers;
using System.Runtime.InteropServices;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Models;

/// <summary>
/// A cube of voxels along the patient's axes, as a network takes it: normalised, 0 beyond the field of view. Rented: the
/// maker disposes of it.
/// </summary>
internal sealed class NetworkCube : IDisposable
{
    // Every so many voxels: percentiles of a hundred thousand voxels are as good as those of all.
    private const int Stride = 7;

    // Fewer voxels in view than this show nothing.
    private const int FewestVoxels = 16;

    private readonly float[] _values; // Returned by Dispose.

    private NetworkCube(int size, double spacingMm, Vector3 origin)
    {
        (Size, SpacingMm, Origin) = (size, spacingMm, origin);
        _values = ArrayPool<float>.Shared.Rent(size * size * size);
        Values.Span.Fill(float.NaN);
    }

    internal int Size { get; }

    internal double SpacingMm { get; }

    /// <summary>Centre of the first voxel.</summary>
    internal Vector3 Origin { get; }

    /// <summary>[z, y, x].</summary>
    internal Memory<float> Values => _values.AsMemory(0, Size * Size * Size);

    /// <summary>
    /// The cube around a place. A cube of the grid's own spacing takes its voxels as they are, moved by less than one;
    /// a coarser one the mean of those that lie in each of its voxels.
    /// </summary>
    internal static NetworkCube Around(Vector3 centre, ModelInput input, float[] values, RegularGrid grid, string modality)
    {
        var half = (input.Size - 1) / 2.0 * input.SpacingMm;
        var origin = centre - new Vector3(half, half, half);
        NetworkCube cube;
        if (Math.Abs(input.SpacingMm - grid.SpacingMm) < 1e-6)
        {
            var (c, r, s) = grid.ToVoxel(origin);
            var first = ((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s));
            cube = new NetworkCube(input.Size, input.SpacingMm, grid.ToPatient(first.Item1, first.Item2, first.Item3));
            cube.Copy(values, grid.Shape, first);
        }
        else
        {
            cube = new NetworkCube(input.Size, input.SpacingMm, origin);
            cube.Average(values, grid);
        }

        cube.Normalise(input.Normalisation, modality);
        return cube;
    }

    public void Dispose() => ArrayPool<float>.Shared.Return(_values);

    private void Copy(float[] values, GridShape shape, (int Column, int Row, int Slice) first)
    {
        var (from, to) = (Math.Max(0, -first.Column), Math.Min(Size, shape.Columns - first.Column));
        for (var z = 0; z < Size && to > from; z++)
        {
            for (var y = 0; y < Size; y++)
            {
                var (row, slice) = (first.Row + y, first.Slice + z);
                if ((uint)row < (uint)shape.Rows && (uint)slice < (uint)shape.Slices)
                {
                    values.AsSpan(shape.Index(first.Column + from, row, slice), to - from)
                        .CopyTo(Values.Span[(((z * Size) + y) * Size + from)..]);
                }
            }
        }
    }

    private void Average(float[] values, RegularGrid grid)
    {
        var shape = grid.Shape;
        var counts = ArrayPool<int>.Shared.Rent(Values.Length); // Returned below.
        Array.Clear(counts);
        var sums = Values.Span;
        sums.Clear();
        // The same for every row.
        var places = new int[shape.Columns];
        for (var column = 0; column < places.Length; column++)
        {
            places[column] = (int)Math.Floor(((grid.Origin.X - Origin.X + (column * grid.SpacingMm)) / SpacingMm) + 0.5);
        }

        for (var slice = 0; slice < shape.Slices; slice++)
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var p = grid.ToPatient(0, row, slice) - Origin;
                var (y, z) = ((int)Math.Floor((p.Y / SpacingMm) + 0.5), (int)Math.Floor((p.Z / SpacingMm) + 0.5));
                if ((uint)y >= (uint)Size || (uint)z >= (uint)Size)
                {
                    continue;
                }

                var line = values.AsSpan(shape.Index(0, row, slice), shape.Columns);
                for (var column = 0; column < line.Length; column++)
                {
                    var x = places[column];
                    if ((uint)x < (uint)Size && !float.IsNaN(line[column]))
                    {
                        var at = (((z * Size) + y) * Size) + x;
                        sums[at] += line[column];
                        counts[at]++;
                    }
                }
            }
        }

        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = counts[i] > 0 ? sums[i] / counts[i] : float.NaN;
        }

        ArrayPool<int>.Shared.Return(counts);
    }

    private void Normalise(ModelNormalisation rule, string modality)
    {
        var values = Values.Span;
        var least = modality == "CT" ? (float)rule.MinimumHounsfield : float.NegativeInfinity;
        var (sample, seen) = (new List<float>(values.Length / Stride), 0);
        foreach (ref var value in values)
        {
            if (!float.IsNaN(value))
            {
                value = Math.Max(value, least);
                if (seen++ % Stride == 0)
                {
                    sample.Add(value);
                }
            }
        }

        if (sample.Count < FewestVoxels)
        {
            values.Clear();
            return;
        }

        var (low, high) = (At(rule.Low), At(rule.High));
        var scale = 1 / Math.Max(high - low, 1e-6f);
        foreach (ref var value in values)
        {
            value = float.IsNaN(value) ? 0 : Math.Clamp((value - low) * scale, 0, 1);
        }

        float At(double percent) =>
            OrderStatistics.Select(CollectionsMarshal.AsSpan(sample), (int)(percent / 100 * (sample.Count - 1)));
    }
}
