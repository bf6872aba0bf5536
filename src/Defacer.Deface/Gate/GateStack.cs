using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>
/// One stack before and after on a grid along the patient's axes, with a body found in the gate's own way, with
/// thresholds of its own.
/// </summary>
internal sealed class GateStack
{
    private const double SpacingMm = 3;

    // What lies deeper below the upper end is no head.
    private const double HeadMm = 260;

    // A ball of this radius fits into every head and into nothing that hangs on it.
    private const double BallMm = 30;

    // Twice what any check asks for: deeper is all the same.
    private const double DeepestMm = 60;

    // As many voxels as a threshold needs.
    private const int MostSamples = 1_000_000;

    private GateStack(GatePart part, Volume original, Volume output, RegularGrid grid)
    {
        (Part, Original, Output, Grid) = (part, original, output, grid);
    }

    internal GatePart Part { get; }

    internal Volume Original { get; }

    internal Volume Output { get; }

    internal RegularGrid Grid { get; }

    /// <summary>What is brighter is body, in the unit of the modality.</summary>
    internal float Threshold { get; private init; }

    internal BinaryGrid View { get; private init; } = null!;

    /// <summary>The body as it came.</summary>
    internal BinaryGrid Body { get; private init; } = null!;

    /// <summary>The body as it is in the output.</summary>
    internal BinaryGrid BodyAfter { get; private init; } = null!;

    /// <summary>Everything that the mask covers, on the grid.</summary>
    internal BinaryGrid Mask { get; private init; } = null!;

    /// <summary>The labels on the grid.</summary>
    internal byte[] Labels { get; private init; } = null!;

    /// <summary>Skin: body that touches air within the field of view.</summary>
    internal BinaryGrid Skin { get; private init; } = null!;

    /// <summary>Distance from each voxel of the body to air, mm.</summary>
    internal float[] DepthMm { get; private init; } = null!;

    /// <summary>Patient z of the upper end of the body.</summary>
    internal double TopMm { get; private init; }

    internal static GateStack Prepare(GatePart part, Volume original, Volume output, CancellationToken cancellationToken)
    {
        var (low, high) = RegularGrid.Extent(original.Geometry);
        var whole = RegularGrid.Between(low, high, SpacingMm);
        var threshold = ThresholdOf(original);
        var grid = whole;
        var body = BodyOf(original, grid, threshold, cancellationToken);
        var top = Top(body, cancellationToken) ?? throw new InvalidDataException("No body stands out from air.");
        var topMm = grid.ToPatient(0, 0, top).Z;
        if (high.Z - low.Z > HeadMm + 40)
        {
            grid = RegularGrid.Between(
                low with { Z = Math.Max(low.Z, topMm - HeadMm) }, high with { Z = Math.Min(high.Z, topMm + 20) }, SpacingMm);
            body = BodyOf(original, grid, threshold, cancellationToken);
        }

        var view = Resampler.FieldOfView(original.Geometry, grid, cancellationToken);
        var labels = Nearest(part.Mask, grid);
        var mask = BinaryGrid.Labelled(grid.Shape, labels);
        var after = BinaryGrid.Above(grid.Shape, Resampler.ToGrid(output, grid, float.NaN, cancellationToken), threshold);
        var squared = DistanceTransform.SquaredFromOutside(body, DeepestMm, cancellationToken);
        return new GateStack(part, original, output, grid)
        {
            Threshold = threshold,
            View = view,
            Body = body,
            BodyAfter = body.Except(mask).Or(after.And(body)),
            Mask = mask,
            Labels = labels,
            Skin = SkinOf(body, view, cancellationToken),
            DepthMm = Array.ConvertAll(squared, MathF.Sqrt),
            TopMm = topMm,
        };
    }

    private static float ThresholdOf(Volume volume) => volume.Modality switch
    {
        "CT" => -400,
        "PT" => (float)(IntensityStatistics.Otsu(IntensityStatistics.Sample(volume.Voxels, MostSamples)) * 0.3),
        _ => MRThreshold(volume),
    };

    // Coils that lie on the face leave the back of the head dim: twelve deviations above air, within
    // bounds by Otsu's threshold.
    private static float MRThreshold(Volume volume)
    {
        var air = IntensityStatistics.Background(IntensityStatistics.Sample(volume.Voxels, MostSamples));
        return (float)Math.Max(Math.Min(air.Mode + (12 * air.Spread), air.Otsu * 0.5), air.Otsu * 0.22);
    }

    private static BinaryGrid BodyOf(Volume volume, RegularGrid grid, float threshold, CancellationToken cancellationToken)
    {
        var values = Resampler.ToGrid(volume, grid, float.NaN, cancellationToken);
        var bright = BinaryGrid.Above(grid.Shape, values, threshold).Close(4, cancellationToken);
        var largest = ConnectedComponents.Of(bright.Open(4, cancellationToken), Connectivity.Sides).Largest().FillHoles();
        var bulk = largest.Halved().Open(BallMm, cancellationToken).Dilate(BallMm, cancellationToken).Doubled(grid.Shape);
        return bulk.And(largest.Or(bright)).Close(6, cancellationToken).FillHolesAcrossAll(cancellationToken);
    }

    private static int? Top(BinaryGrid body, CancellationToken cancellationToken)
    {
        var core = body.OpenCoarsely(BallMm, cancellationToken);
        var plane = core.Shape.Columns * core.Shape.Rows;
        for (var slice = core.Shape.Slices - 1; slice >= 0; slice--)
        {
            if (core.Voxels.AsSpan(slice * plane, plane).Contains(true))
            {
                return slice;
            }
        }

        return null;
    }

    private static BinaryGrid SkinOf(BinaryGrid body, BinaryGrid view, CancellationToken cancellationToken)
    {
        var inside = view.Erode(SpacingMm * 1.5, cancellationToken);
        return body.Except(body.Erode(SpacingMm * 1.01, cancellationToken)).And(inside);
    }

    private static byte[] Nearest(MaskVolume mask, RegularGrid grid)
    {
        var shape = grid.Shape;
        var geometry = mask.Geometry;
        var labels = new byte[shape.VoxelCount];
        Parallel.For(0, shape.Slices, slice =>
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                for (var column = 0; column < shape.Columns; column++)
                {
                    var (c, r, s) = geometry.ToVoxel(grid.ToPatient(column, row, slice));
                    var (x, y, z) = ((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s));
                    if ((uint)x < (uint)geometry.Columns && (uint)y < (uint)geometry.Rows && (uint)z < (uint)geometry.Slices)
                    {
                        labels[shape.Index(column, row, slice)] = mask.Labels[geometry.Index(x, y, z)];
                    }
                }
            }
        });
        return labels;
    }
}
