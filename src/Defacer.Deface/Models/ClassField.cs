using System.Buffers;

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
            var line = ArrayPool<float>.Shared.Rent(Count * half); // Returned below.
            Mix(probabilities.Span, plane, z, half);
            for (var y = 0; y < size; y++)
            {
                var (near, far) = Neighbours(y, half);
                for (var c = 0; c < Count; c++)
                {
                    var a = plane.AsSpan(((c * half) + near) * half, half);
                    var b = plane.AsSpan(((c * half) + far) * half, half);
                    for (var x = 0; x < half; x++)
                    {
                        line[(c * half) + x] = (0.75f * a[x]) + (0.25f * b[x]);
                    }
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
            var a = all.Slice(((c * half) + near) * area, area);
            var b = all.Slice(((c * half) + far) * area, area);
            var to = plane.Slice(c * area, area);
            for (var i = 0; i < area; i++)
            {
                to[i] = (0.75f * a[i]) + (0.25f * b[i]);
            }
        }
    }

    private static void Choose(ReadOnlySpan<float> line, Span<HeadClass> classes, int half)
    {
        for (var x = 0; x < classes.Length; x++)
        {
            var (near, far) = Neighbours(x, half);
            var (best, highest) = (0, float.NegativeInfinity);
            for (var c = 0; c < Count; c++)
            {
                var value = (0.75f * line[(c * half) + near]) + (0.25f * line[(c * half) + far]);
                (best, highest) = value > highest ? (c, value) : (best, highest);
            }

            classes[x] = (HeadClass)best;
        }
    }
}
