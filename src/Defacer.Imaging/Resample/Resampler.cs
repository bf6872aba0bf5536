using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Volumes;

namespace Defacer.Imaging.Resample;

/// <summary>
/// Between the slices as they were taken (oblique, tilted, uneven) and a grid along the patient's axes.
/// </summary>
public static class Resampler
{
    /// <summary>The values on a grid, trilinear between voxel centres.</summary>
    /// <param name="volume">Any geometry.</param>
    /// <param name="grid">The grid wanted.</param>
    /// <param name="outside">The value where no voxel of the volume reaches; NaN keeps it distinguishable.</param>
    /// <param name="ct">Looked at once a slice.</param>
    public static float[] ToGrid(Volume volume, RegularGrid grid, float outside, CancellationToken ct)
    {
        var map = new SourceMap(volume.Geometry);
        var affine = map.TryGetStep(new Vector3(grid.SpacingMm, 0, 0), out var step);
        _ = map.TryGetStep(new Vector3(0, grid.SpacingMm, 0), out var down);
        // What lies along the lines of the source is read together: that way the lines of the grid are filled.
        var isAlongRows = affine && Math.Abs(down.Column) > Math.Abs(step.Column);
        var shape = grid.Shape;
        var result = GC.AllocateUninitializedArray<float>(shape.VoxelCount);
        Parallel.For(0, shape.Slices, new ParallelOptions { CancellationToken = ct }, slice =>
        {
            var plane = result.AsSpan(shape.Index(0, 0, slice), shape.Columns * shape.Rows);
            if (isAlongRows)
            {
                SampleAcross(volume, Starts(map, grid, slice), step, plane, outside);
                return;
            }

            for (var row = 0; row < shape.Rows; row++)
            {
                var line = plane.Slice(row * shape.Columns, shape.Columns);
                if (affine)
                {
                    SampleAlong(volume, map.At(grid.ToPatient(0, row, slice)), step, line, outside);
                    continue;
                }

                for (var column = 0; column < line.Length; column++)
                {
                    var (c, r, s) = map.At(grid.ToPatient(column, row, slice));
                    line[column] = Sample(volume.Voxels, volume.Geometry, (float)c, (float)r, (float)s, outside);
                }
            }
        });
        return result;
    }

    /// <summary>The voxels of a grid whose centre lies within a voxel of the volume.</summary>
    public static BinaryGrid FieldOfView(VolumeGeometry geometry, RegularGrid grid, CancellationToken ct)
    {
        var map = new SourceMap(geometry);
        var affine = map.TryGetStep(new Vector3(grid.SpacingMm, 0, 0), out var step);
        var shape = grid.Shape;
        var result = new BinaryGrid(shape);
        Parallel.For(0, shape.Slices, new ParallelOptions { CancellationToken = ct }, slice =>
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                var start = map.At(grid.ToPatient(0, row, slice));
                var line = result.Voxels.AsSpan(shape.Index(0, row, slice), shape.Columns);
                if (affine)
                {
                    // A straight line enters the volume once and leaves it once.
                    var (first, last) = (0, line.Length - 1);
                    while (first <= last && !IsIn(start, first))
                    {
                        first++;
                    }

                    while (last > first && !IsIn(start, last))
                    {
                        last--;
                    }

                    line[first..(last + 1)].Fill(true);
                    continue;
                }

                for (var column = 0; column < line.Length; column++)
                {
                    var (c, r, s) = map.At(grid.ToPatient(column, row, slice));
                    line[column] = IsInside(geometry, (float)c, (float)r, (float)s);
                }
            }
        });
        return result;

        bool IsIn((double Column, double Row, double Slice) start, int i) => IsInside(
            geometry,
            (float)(start.Column + (i * step.Column)),
            (float)(start.Row + (i * step.Row)),
            (float)(start.Slice + (i * step.Slice)));
    }

    /// <summary>The value at a position, trilinear; <paramref name="outside"/> beyond the voxels.</summary>
    public static float Sample(Volume volume, Vector3 position, float outside)
    {
        var (c, r, s) = volume.Geometry.ToVoxel(position);
        return Sample(volume.Voxels, volume.Geometry, (float)c, (float)r, (float)s, outside);
    }

    /// <summary>
    /// Labels of a grid on the slices: a native voxel gets a label when any part of it touches a labelled cube, so that
    /// thick slices lose nothing of a mask. The label at its centre comes first, then the smallest touched.
    /// </summary>
    /// <param name="labels">On the grid; 0 is none.</param>
    /// <param name="grid">The grid.</param>
    /// <param name="native">The slices.</param>
    /// <param name="ct">Looked at once a slice.</param>
    public static MaskVolume LabelsToNative(
        ReadOnlySpan<byte> labels, RegularGrid grid, VolumeGeometry native, CancellationToken ct) =>
        LabelSpread.ToNative(labels.ToArray(), grid, native, ct);

    /// <summary>
    /// Trilinear between the eight voxels around a fractional one; the outer half voxels take the nearest.
    /// </summary>
    internal static float Sample(float[] voxels, VolumeGeometry geometry, float c, float r, float s, float outside)
    {
        if (!IsInside(geometry, c, r, s))
        {
            return outside;
        }

        var (c0, fc, dc) = Neighbours(c, geometry.Columns, 1);
        var (r0, fr, dr) = Neighbours(r, geometry.Rows, geometry.Columns);
        var (s0, fs, ds) = Neighbours(s, geometry.Slices, geometry.Columns * geometry.Rows);
        var at = (((s0 * geometry.Rows) + r0) * geometry.Columns) + c0;
        var near = Plane(voxels, at, fc, fr, dc, dr);
        return fs == 0 ? near : near + (fs * (Plane(voxels, at + ds, fc, fr, dc, dr) - near));
    }

    private static (double Column, double Row, double Slice)[] Starts(SourceMap map, RegularGrid grid, int slice)
    {
        var starts = new (double, double, double)[grid.Shape.Rows];
        for (var row = 0; row < starts.Length; row++)
        {
            starts[row] = map.At(grid.ToPatient(0, row, slice));
        }

        return starts;
    }

    // Column after column of a plane: its rows run along the lines of the source.
    private static void SampleAcross(
        Volume volume,
        (double Column, double Row, double Slice)[] starts,
        (double Column, double Row, double Slice) step,
        Span<float> plane,
        float outside)
    {
        var (voxels, geometry, columns) = (volume.Voxels, volume.Geometry, plane.Length / starts.Length);
        for (var i = 0; i < columns; i++)
        {
            var (c, r, s) = (i * step.Column, i * step.Row, i * step.Slice);
            for (var row = 0; row < starts.Length; row++)
            {
                ref readonly var start = ref starts[row];
                plane[(row * columns) + i] = Sample(
                    voxels, geometry, (float)(start.Column + c), (float)(start.Row + r), (float)(start.Slice + s), outside);
            }
        }
    }

    private static void SampleAlong(
        Volume volume,
        (double Column, double Row, double Slice) start,
        (double Column, double Row, double Slice) step,
        Span<float> line,
        float outside)
    {
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = Sample(
                volume.Voxels,
                volume.Geometry,
                (float)(start.Column + (i * step.Column)),
                (float)(start.Row + (i * step.Row)),
                (float)(start.Slice + (i * step.Slice)),
                outside);
        }
    }

    private static bool IsInside(VolumeGeometry geometry, float c, float r, float s) =>
        c >= -0.5f && r >= -0.5f && s >= -0.5f
        && c <= geometry.Columns - 0.5f && r <= geometry.Rows - 0.5f && s <= geometry.Slices - 0.5f;

    private static (int Low, float Part, int Stride) Neighbours(float x, int count, int stride)
    {
        x = Math.Clamp(x, 0, count - 1);
        var low = (int)x;
        return (low, x - low, low < count - 1 ? stride : 0);
    }

    private static float Plane(float[] voxels, int at, float fc, float fr, int dc, int dr)
    {
        var upper = voxels[at] + (fc * (voxels[at + dc] - voxels[at]));
        var lower = voxels[at + dr] + (fc * (voxels[at + dr + dc] - voxels[at + dr]));
        return upper + (fr * (lower - upper));
    }
}
