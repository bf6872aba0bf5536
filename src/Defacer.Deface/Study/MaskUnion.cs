using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Study;

/// <summary>
/// Carries the mask of one stack to another of the same frame of reference. Where the other sees farther than the
/// first,
/// the mask goes on outward: forward from the face, sideways from the ears.
/// </summary>
internal static class MaskUnion
{
    // Beyond this many mm outside the first field of view nothing is concluded from it.
    private const double ReachMm = 250;

    internal static void Add(MaskVolume target, MaskVolume source, CancellationToken cancellationToken)
    {
        var (to, from) = (target.Geometry, source.Geometry);
        if (SameGrid(to, from))
        {
            for (var i = 0; i < target.Labels.Length; i++)
            {
                target.Labels[i] = target.Labels[i] == MaskVolume.Keep ? source.Labels[i] : target.Labels[i];
            }

            return;
        }

        var offsets = Offsets(to, StepMm(from));
        Parallel.For(0, to.Slices, new ParallelOptions { CancellationToken = cancellationToken }, slice =>
        {
            for (var row = 0; row < to.Rows; row++)
            {
                for (var column = 0; column < to.Columns; column++)
                {
                    var at = to.Index(column, row, slice);
                    if (target.Labels[at] == MaskVolume.Keep)
                    {
                        target.Labels[at] = Touched(source, to, column, row, slice, offsets);
                    }
                }
            }
        });
    }

    internal static bool SameGrid(VolumeGeometry a, VolumeGeometry b) =>
        a.Columns == b.Columns && a.Rows == b.Rows && a.Slices == b.Slices
        && (a.ColumnStep - b.ColumnStep).Length < 1e-4 && (a.RowStep - b.RowStep).Length < 1e-4
        && a.SliceOrigins.Zip(b.SliceOrigins).All(o => (o.First - o.Second).Length < 1e-3);

    private static byte Touched(
        MaskVolume source, VolumeGeometry to, int column, int row, int slice, (double Column, double Row, double Slice)[] offsets)
    {
        foreach (var (c, r, s) in offsets)
        {
            if (LabelAt(source, to.ToPatient(column + c, row + r, slice + s)) is var label and not MaskVolume.Keep)
            {
                return label;
            }
        }

        return MaskVolume.Keep;
    }

    private static byte LabelAt(MaskVolume source, Vector3 place)
    {
        var geometry = source.Geometry;
        var (c, r, s) = geometry.ToVoxel(place);
        var column = Math.Clamp((int)Math.Round(c), 0, geometry.Columns - 1);
        var row = Math.Clamp((int)Math.Round(r), 0, geometry.Rows - 1);
        var slice = Math.Clamp((int)Math.Round(s), 0, geometry.Slices - 1);
        var label = source.Labels[geometry.Index(column, row, slice)];
        if (label == MaskVolume.Keep)
        {
            return label;
        }

        var inside = Math.Abs(c - column) <= 0.5 && Math.Abs(r - row) <= 0.5 && Math.Abs(s - slice) <= 0.5;
        return inside || GoesOutward(label, place - geometry.ToPatient(column, row, slice)) ? label : MaskVolume.Keep;
    }

    private static bool GoesOutward(byte label, Vector3 beyond)
    {
        var outward = label == MaskVolume.Face ? -beyond.Y : Math.Abs(beyond.X);
        return beyond.Length <= ReachMm && outward >= 0.8 * beyond.Length;
    }

    // No layer of the source may slip between two points; finer than 0.8 mm costs time for nothing.
    private static double StepMm(VolumeGeometry from)
    {
        var slice = from.Slices > 1 ? Math.Abs(from.SliceSpacingMm) : 3;
        return Math.Clamp(Math.Min(slice, Math.Min(from.ColumnStep.Length, from.RowStep.Length)), 0.8, 3);
    }

    // The centre first, then points within the voxel no farther apart than a step.
    private static (double Column, double Row, double Slice)[] Offsets(VolumeGeometry to, double stepMm)
    {
        var (columns, rows, slices) = (
            Parts(to.ColumnStep.Length, stepMm), Parts(to.RowStep.Length, stepMm), Parts(Math.Abs(to.SliceSpacingMm), stepMm));
        return
        [
            .. (from s in slices from r in rows from c in columns select (c, r, s))
                .OrderBy(o => Math.Abs(o.c) + Math.Abs(o.r) + Math.Abs(o.s)),
        ];
    }

    private static double[] Parts(double mm, double stepMm)
    {
        var count = (int)Math.Ceiling((mm / stepMm) - 1e-6);
        return count <= 1
            ? [0]
            : [.. Enumerable.Range(0, count + 1).Select(i => ((double)i / count) - 0.5).Append(0).Distinct()];
    }
}
