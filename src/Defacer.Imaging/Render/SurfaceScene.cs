using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;
using Defacer.Imaging.Volumes;

namespace Defacer.Imaging.Render;

/// <summary>The skin of a volume, ready to be looked at from any side: a smooth field that is 0 at the skin.</summary>
public sealed class SurfaceScene
{
    // 12 million voxels of four bytes: a head at 1.1 mm.
    private const double MaxVoxels = 12e6;
    private const double TallestMm = 320;

    // Enough to hide the terraces of slices and coarse voxels, little enough to leave lips and lids.
    private const double SmoothMm = 0.8;
    private const double SmoothVoxels = 0.85;

    private SurfaceScene(RegularGrid grid, float[] field, float threshold, RenderOptions options)
    {
        Grid = grid;
        Field = field;
        Threshold = threshold;
        Options = options;
    }

    /// <summary>The grid of the field.</summary>
    public RegularGrid Grid { get; }

    /// <summary>The value that was taken as skin.</summary>
    public float Threshold { get; }

    /// <summary>How the scene is shown.</summary>
    internal RenderOptions Options { get; }

    /// <summary>[z, y, x]: from -1 in air to 2 in tissue, 0 at the skin.</summary>
    internal float[] Field { get; }

    /// <summary>Prepares a volume of any geometry.</summary>
    public static SurfaceScene Prepare(Volume volume, RenderOptions options, CancellationToken ct)
    {
        var grid = ChooseGrid(volume.Geometry, options);
        var threshold = options.Threshold ?? SurfaceThreshold.For(volume);
        var field = Resampler.ToGrid(volume, grid, float.NaN, ct);
        var air = AirLevel(volume, threshold);
        var scale = 1 / Math.Max(threshold - air, 1e-6f);
        for (var i = 0; i < field.Length; i++)
        {
            // Beyond three times the threshold all tissue is alike: bright fat must not move the surface.
            field[i] = float.IsNaN(field[i]) ? -1 : Math.Clamp((field[i] - threshold) * scale, -1, 2);
        }

        field = Smoothing.Gaussian(field, grid.Shape, Math.Max(SmoothMm, SmoothVoxels * CoarseMm(volume.Geometry)), ct);
        RemoveSpecks(field, grid.Shape, options.SmallestPartMm3, ct);
        return new SurfaceScene(grid, field, threshold, options);
    }

    /// <summary>The picture from one side.</summary>
    public Raster Render(RenderView view, CancellationToken ct) => new RayCaster(this, view).Render(ct);

    internal static RegularGrid ChooseGrid(VolumeGeometry geometry, RenderOptions options)
    {
        var (low, high) = options.Region ?? Upper(RegularGrid.Extent(geometry));
        var size = high - low;
        var spacing = Math.Max(options.FinestMm, Math.Cbrt(size.X * size.Y * size.Z / MaxVoxels));
        return RegularGrid.Between(low, high, spacing);
    }

    private static (Vector3 Low, Vector3 High) Upper((Vector3 Low, Vector3 High) extent) =>
        (extent.Low with { Z = Math.Max(extent.Low.Z, extent.High.Z - TallestMm) }, extent.High);

    // Thick slices would be smoothed away whole: 2 mm at most.
    private static double CoarseMm(VolumeGeometry geometry)
    {
        var inPlane = Math.Max(geometry.ColumnStep.Length, geometry.RowStep.Length);
        return Math.Min(2, Math.Max(inPlane, Math.Abs(geometry.SliceSpacingMm)));
    }

    private static float AirLevel(Volume volume, float threshold)
    {
        if (volume.Modality == "CT")
        {
            return -1000;
        }

        var mode = (float)IntensityStatistics.Background(volume.Voxels).Mode;
        return mode < threshold ? mode : threshold - 1;
    }

    private static void RemoveSpecks(float[] field, GridShape shape, double smallestMm3, CancellationToken ct)
    {
        var tissue = BinaryGrid.Above(shape, field, 0);
        ct.ThrowIfCancellationRequested();
        var kept = ConnectedComponents.Of(tissue, Connectivity.Sides).AtLeast(smallestMm3);
        for (var i = 0; i < field.Length; i++)
        {
            if (tissue.Voxels[i] && !kept.Voxels[i])
            {
                field[i] = -0.2f;
            }
        }
    }
}
