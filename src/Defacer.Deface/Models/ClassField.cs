using System.Buffers;
using System.Numerics;

namespace Defacer.Deface.Models;

/// <summary>
/// From class probabilities on half the grid to the most likely class of every voxel: trilinear between cells (cell i covers
/// voxels 2i and 2i + 1), then the maximum.
/// </summary>
internal static class ClassField
{
    private static int Count => ModelManifest.Classes.Count;

    /// <summary>The classes of every voxel of the input.</summary>
    internal static NetworkCells Of(ReadOnlyMemory<float> probabilities, NetworkCube cube, CancellationToken cancellationToken)
    {
        var (size, half) = (cube.Size, cube.Size / 2);
        var classes = new HeadClass[size * size * size];
        Parallel.For(0, size, new ParallelOptions { CancellationToken = cancellationToken }, z =>
        {
            var plane = ArrayPool<float>.Shared.Rent(Count * half * half); // Returned below.
            var line = ArrayPool<float>.Shared.Rent(Count * (half + 2)); // Returned below.
            Mix(probabilities.Span, plane, z, half);
            for (var y = 0; y < size; y++)
            {
                var (near, far) = Neighbours(y, half);
                for (var c = 0; c < Count; c++)
                {
                    var to = line.AsSpan(c * (half + 2), half + 2);
                    Blend(plane.AsSpan(((c * half) + near) * half, half), plane.AsSpan(((c * half) + far) * half, half), to[1..^1]);
                    // Beyond the border the cell itself.
                    (to[0], to[^1]) = (to[1], to[^2]);
                }

                Choose(line, classes.AsSpan(((z * size) + y) * size, size), half);
            }

            ArrayPool<float>.Shared.Return(plane);
            ArrayPool<float>.Shared.Return(line);
        });
        return new NetworkCells(classes, size, cube.SpacingMm, cube.Origin);
    }

    // The cell that holds a voxel, and the one on the voxel's side of it; beyond the border the cell itself.
    private static (int Near, int Far) Neighbours(int voxel, int cells)
    {
        var near = voxel / 2;
        return (near, Math.Clamp(voxel % 2 == 0 ? near - 1 : near + 1, 0, cells - 1));
    }

    private static void Mix(ReadOnlySpan<float> all, Span<float> plane, int z, int half)
    {
        var (near, far) = Neighbours(z, half);
        var area = half * half;
        for (var c = 0; c < Count; c++)
        {
            Blend(all.Slice(((c * half) + near) * area, area), all.Slice(((c * half) + far) * area, area), plane.Slice(c * area, area));
        }
    }

    private static void Blend(ReadOnlySpan<float> near, ReadOnlySpan<float> far, Span<float> to)
    {
        var i = 0;
        for (; i <= to.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            ((new Vector<float>(near[i..]) * 0.75f) + (new Vector<float>(far[i..]) * 0.25f)).CopyTo(to[i..]);
        }

        for (; i < to.Length; i++)
        {
            to[i] = (0.75f * near[i]) + (0.25f * far[i]);
        }
    }

    // Each cell gives two voxels: one on the side of the cell before, one on that of the cell after.
    private static void Choose(ReadOnlySpan<float> line, Span<HeadClass> classes, int half)
    {
        var width = half + 2;
        var cell = 0;
        for (; cell <= half - Vector<float>.Count; cell += Vector<float>.Count)
        {
            Vector<float> highestBefore = new(float.NegativeInfinity), highestAfter = new(float.NegativeInfinity);
            Vector<int> bestBefore = default, bestAfter = default;
            for (var c = 0; c < Count; c++)
            {
                var at = line[((c * width) + cell)..];
                var own = new Vector<float>(at[1..]) * 0.75f;
                var (before, after) = (own + (new Vector<float>(at) * 0.25f), own + (new Vector<float>(at[2..]) * 0.25f));
                bestBefore = Vector.ConditionalSelect(Vector.GreaterThan(before, highestBefore), new Vector<int>(c), bestBefore);
                bestAfter = Vector.ConditionalSelect(Vector.GreaterThan(after, highestAfter), new Vector<int>(c), bestAfter);
                (highestBefore, highestAfter) = (Vector.Max(highestBefore, before), Vector.Max(highestAfter, after));
            }

            for (var i = 0; i < Vector<float>.Count; i++)
            {
                classes[2 * (cell + i)] = (HeadClass)bestBefore[i];
                classes[(2 * (cell + i)) + 1] = (HeadClass)bestAfter[i];
            }
        }

        for (var x = 2 * cell; x < classes.Length; x++)
        {
            var (best, highest) = (0, float.NegativeInfinity);
            for (var c = 0; c < Count; c++)
            {
                var at = line[((c * width) + (x / 2))..];
                var value = (0.75f * at[1]) + (0.25f * (x % 2 == 0 ? at[0] : at[2]));
                (best, highest) = value > highest ? (c, value) : (best, highest);
            }

            classes[x] = (HeadClass)best;
        }
    }
}
