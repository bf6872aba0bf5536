using Defacer.Imaging;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// A volume on a grid along the patient's axes, with its body and, where one fits, the head at its upper end.
/// </summary>
internal sealed class HeadScene
{
    private const double SpacingMm = 2;
    private const double CoarseMm = 4;

    // A head with neck and shoulders; what lies deeper is not looked at.
    private const double SlabMm = 400;

    private HeadScene(RegularGrid grid, float[] values, BinaryGrid view, BinaryGrid body, HeadFit? fit)
    {
        (Grid, Values, View, Body, Fit) = (grid, values, view, body, fit);
    }

    internal RegularGrid Grid { get; }

    /// <summary>[slice, row, column] of the grid; NaN outside the field of view.</summary>
    internal float[] Values { get; }

    internal BinaryGrid View { get; }

    internal BinaryGrid Body { get; }

    /// <summary>Null where the body shows too little surface to lay a head on.</summary>
    internal HeadFit? Fit { get; }

    internal static HeadScene Prepare(Volume volume, CancellationToken cancellationToken)
    {
        var (grid, values) = Resampled(volume, cancellationToken);
        return On(grid, values, volume, cancellationToken);
    }

    /// <summary>What is made of the scene, and beside it on another core what else is made of the same values.</summary>
    internal static (TShape Shape, TOther Other) Prepare<TShape, TOther>(
        Volume volume, Func<HeadScene, TShape> shape, Func<float[], RegularGrid, TOther> beside, CancellationToken cancellationToken)
    {
        var (grid, values) = Resampled(volume, cancellationToken);
        var (made, other) = (default(TShape), default(TOther));
        SideBySide.Do(
            cancellationToken,
            () => other = beside(values, grid),
            () => made = shape(On(grid, values, volume, cancellationToken)));
        return (made!, other!);
    }

    /// <summary>The value at a position, of the nearest voxel; NaN outside.</summary>
    internal float ValueAt(Vector3 patient) => TryIndex(patient, out var at) ? Values[at] : float.NaN;

    /// <summary>Whether the position is in the body.</summary>
    internal bool IsBody(Vector3 patient) => TryIndex(patient, out var at) && Body.Voxels[at];

    private bool TryIndex(Vector3 patient, out int at)
    {
        var (c, r, s) = Grid.ToVoxel(patient);
        var (column, row, slice) = ((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s));
        var shape = Grid.Shape;
        var inside = (uint)column < (uint)shape.Columns && (uint)row < (uint)shape.Rows && (uint)slice < (uint)shape.Slices;
        at = inside ? shape.Index(column, row, slice) : -1;
        return inside;
    }

    private static (RegularGrid Grid, float[] Values) Resampled(Volume volume, CancellationToken cancellationToken)
    {
        var grid = UpperEnd(volume, cancellationToken);
        return (grid, Resampler.ToGrid(volume, grid, float.NaN, cancellationToken));
    }

    private static HeadScene On(RegularGrid grid, float[] values, Volume volume, CancellationToken cancellationToken)
    {
        var view = Resampler.FieldOfView(volume.Geometry, grid, cancellationToken);
        var body = BodyEnvelope.Find(values, grid.Shape, volume.Modality, cancellationToken);
        // Bone shows where the brain ends; elsewhere it is a guess with leaks.
        var farMm = volume.Modality == "CT" ? 20.0 : 8.0;
        var fit = HeadFinder.Find(
            body,
            view,
            grid,
            (top, depth) => (BrainEstimate.Find(values, body, depth, top, volume.Modality, cancellationToken), farMm),
            cancellationToken);
        return new HeadScene(grid, values, view, body, fit);
    }

    // A whole body is looked through coarsely first, so that only its upper end costs time and memory.
    private static RegularGrid UpperEnd(Volume volume, CancellationToken cancellationToken)
    {
        var (low, high) = RegularGrid.Extent(volume.Geometry);
        if (high.Z - low.Z <= SlabMm)
        {
            return RegularGrid.Between(low, high, SpacingMm);
        }

        var coarse = RegularGrid.Between(low, high, CoarseMm);
        var values = Resampler.ToGrid(volume, coarse, float.NaN, cancellationToken);
        var body = BodyEnvelope.Find(values, coarse.Shape, volume.Modality, cancellationToken);
        var top = HeadFinder.Top(body) is { } slice ? coarse.ToPatient(0, 0, slice).Z + (4 * CoarseMm) : high.Z;
        var (from, to) = (Math.Max(low.Z, top - SlabMm), Math.Min(high.Z, top));
        return RegularGrid.Between(low with { Z = from }, high with { Z = to }, SpacingMm);
    }
}
