using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Imaging.Resample;

/// <summary>Carries labels of a grid to every native voxel whose extent touches them.</summary>
internal static class LabelSpread
{
    // A block of cubes that carries more than one label (0 counts): every cube must be looked at.
    private const byte Mixed = 255;

    public static MaskVolume ToNative(byte[] labels, RegularGrid grid, VolumeGeometry native, CancellationToken ct)
    {
        var result = new MaskVolume(native);
        var offsets = Offsets(grid, native);
        var around = Around(labels, grid.Shape, Reach(grid, native));
        Parallel.For(0, native.Slices, new ParallelOptions { CancellationToken = ct }, slice =>
        {
            for (var row = 0; row < native.Rows; row++)
            {
                // Along a row of a slice the way through the grid is straight, also in tilted and uneven stacks.
                var start = grid.ToVoxel(native.ToPatient(0, row, slice));
                var next = grid.ToVoxel(native.ToPatient(1, row, slice));
                var target = result.Labels.AsSpan(native.Index(0, row, slice), native.Columns);
                for (var column = 0; column < target.Length; column++)
                {
                    var centre = (
                        start.Column + (column * (next.Column - start.Column)),
                        start.Row + (column * (next.Row - start.Row)),
                        start.Slice + (column * (next.Slice - start.Slice)));
                    var quick = At(around, grid.Shape, centre, clamp: true);
                    target[column] = quick == Mixed ? Touched(labels, grid.Shape, centre, offsets[slice]) : quick;
                }
            }
        });
        return result;
    }

    private static byte Touched(
        byte[] labels,
        GridShape shape,
        (double Column, double Row, double Slice) centre,
        (double Column, double Row, double Slice)[] offsets)
    {
        var label = At(labels, shape, centre, clamp: false);
        if (label != 0)
        {
            return label;
        }

        foreach (var (c, r, s) in offsets)
        {
            var touched = At(labels, shape, (centre.Column + c, centre.Row + r, centre.Slice + s), clamp: false);
            label = touched != 0 && (label == 0 || touched < label) ? touched : label;
        }

        return label;
    }

    private static byte At(byte[] labels, GridShape shape, (double Column, double Row, double Slice) at, bool clamp)
    {
        var (c, r, s) = (Nearest(at.Column), Nearest(at.Row), Nearest(at.Slice));
        if (clamp)
        {
            c = Math.Clamp(c, 0, shape.Columns - 1);
            r = Math.Clamp(r, 0, shape.Rows - 1);
            s = Math.Clamp(s, 0, shape.Slices - 1);
        }
        else if ((uint)c >= (uint)shape.Columns || (uint)r >= (uint)shape.Rows || (uint)s >= (uint)shape.Slices)
        {
            return 0;
        }

        return labels[shape.Index(c, r, s)];

        static int Nearest(double x) => (int)Math.Floor(x + 0.5);
    }

    // Points of a native voxel, its corners among them, close enough that no cube slips between: one edge apart where
    // the axes are parallel, half an edge where they are not. As offsets from the centre in voxels of the grid.
    private static (double Column, double Row, double Slice)[][] Offsets(RegularGrid grid, VolumeGeometry native)
    {
        var (columns, rows) = (Points(native.ColumnStep, grid.SpacingMm), Points(native.RowStep, grid.SpacingMm));
        var result = new (double, double, double)[native.Slices][];
        for (var slice = 0; slice < native.Slices; slice++)
        {
            var centre = native.SliceOrigins[slice];
            var depth = native.ToPatient(0, 0, slice + 0.5) - native.ToPatient(0, 0, slice - 0.5);
            result[slice] = [.. from s in Points(depth, grid.SpacingMm)
                                from r in rows
                                from c in columns
                                let p = (native.ToPatient(c, r, slice + s) - centre) * (1 / grid.SpacingMm)
                                select (p.X, p.Y, p.Z)];
        }

        return result;
    }

    // A hair inside the voxel: a face that two voxels share belongs to neither's neighbour.
    private static double[] Points(Vector3 extent, double spacingMm)
    {
        var (x, y, z) = (Math.Abs(extent.X), Math.Abs(extent.Y), Math.Abs(extent.Z));
        var parallel = Math.Max(x, Math.Max(y, z)) > 0.9999 * extent.Length;
        var intervals = (int)Math.Ceiling((extent.Length / spacingMm * (parallel ? 1 : 2)) - 1e-6);
        return [.. Enumerable.Range(0, intervals + 1).Select(i => (i / (double)intervals - 0.5) * (1 - 1e-6))];
    }

    // The most that a voxel reaches from its centre along each axis of the grid, in whole cubes.
    private static (int Columns, int Rows, int Slices) Reach(RegularGrid grid, VolumeGeometry native)
    {
        var depth = new Vector3(0, 0, 0);
        for (var slice = 0; slice < native.Slices; slice++)
        {
            var own = native.ToPatient(0, 0, slice + 0.5) - native.ToPatient(0, 0, slice - 0.5);
            depth = new Vector3(
                Math.Max(depth.X, Math.Abs(own.X)),
                Math.Max(depth.Y, Math.Abs(own.Y)),
                Math.Max(depth.Z, Math.Abs(own.Z)));
        }

        var (c, r) = (native.ColumnStep, native.RowStep);
        return (Cubes(c.X, r.X, depth.X), Cubes(c.Y, r.Y, depth.Y), Cubes(c.Z, r.Z, depth.Z));

        int Cubes(double a, double b, double d) =>
            (int)Math.Ceiling((Math.Abs(a) + Math.Abs(b) + d) / 2 / grid.SpacingMm);
    }

    // For each cube the one label of all cubes within reach, or Mixed. Beyond the grid there is label 0.
    private static byte[] Around(byte[] labels, GridShape shape, (int Columns, int Rows, int Slices) reach)
    {
        var result = (byte[])labels.Clone();
        Spread(result, shape, GridAxis.Columns, reach.Columns);
        Spread(result, shape, GridAxis.Rows, reach.Rows);
        Spread(result, shape, GridAxis.Slices, reach.Slices);
        return result;
    }

    private static void Spread(byte[] labels, GridShape shape, GridAxis axis, int reach)
    {
        var (length, stride) = (shape.Length(axis), shape.Stride(axis));
        var (outer, inner) = axis switch
        {
            GridAxis.Columns => (GridAxis.Slices, GridAxis.Rows),
            GridAxis.Rows => (GridAxis.Slices, GridAxis.Columns),
            _ => (GridAxis.Rows, GridAxis.Columns),
        };
        Parallel.For(0, shape.Length(outer), o =>
        {
            var line = new byte[length];
            for (var i = 0; i < shape.Length(inner); i++)
            {
                var start = (o * shape.Stride(outer)) + (i * shape.Stride(inner));
                for (var q = 0; q < length; q++)
                {
                    line[q] = labels[start + (q * stride)];
                }

                SpreadLine(line, reach, labels, start, stride);
            }
        });
    }

    private static void SpreadLine(byte[] line, int reach, byte[] labels, int start, int stride)
    {
        // How far the same label goes on from each voxel tells whether the window holds one label.
        var changes = 0;
        for (var q = 1; q < line.Length; q++)
        {
            changes += line[q] != line[q - 1] ? 1 : 0;
        }

        if (changes == 0 && line[0] is 0 or Mixed)
        {
            return;
        }

        for (var q = 0; q < line.Length; q++)
        {
            var (from, to) = (q - reach, q + reach);
            var label = line[q];
            var same = label == 0 || (from >= 0 && to < line.Length);
            for (var i = Math.Max(0, from); same && i <= Math.Min(line.Length - 1, to); i++)
            {
                same = line[i] == label;
            }

            labels[start + (q * stride)] = same ? label : Mixed;
        }
    }
}
