namespace Defacer.Imaging.Morphology;

/// <summary>
/// Dilation, erosion, opening and closing by a ball with a radius in mm, whatever the spacing. A radius below the
/// spacing of an axis does nothing along that axis.
/// </summary>
public static class BallMorphology
{
    // Rows of voxels that a ball touches, and bytes for the widened sets: above these, distances to the set are the
    // faster and smaller way.
    private const double MostRows = 400, MostBytes = 64 << 20;

    /// <summary>The voxels within the radius of the set.</summary>
    public static BinaryGrid Dilate(this BinaryGrid grid, double radiusMm, CancellationToken ct)
    {
        var shape = grid.Shape;
        if (Math.PI * radiusMm * radiusMm / (shape.RowMm * shape.SliceMm) <= MostRows
            && (radiusMm / shape.ColumnMm) * shape.VoxelCount <= MostBytes)
        {
            return BallDilation.Of(grid, radiusMm, ct);
        }

        var squared = DistanceTransform.SquaredTo(grid, radiusMm, ct);
        var (result, limit) = (new BinaryGrid(grid.Shape), Limit(radiusMm));
        for (var i = 0; i < squared.Length; i++)
        {
            result.Voxels[i] = squared[i] <= limit;
        }

        return result;
    }

    /// <summary>
    /// The voxels of the set farther than the radius from every voxel outside; beyond the border the set goes on.
    /// </summary>
    public static BinaryGrid Erode(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        grid.Not().Dilate(radiusMm, ct).Not();

    /// <summary>Erosion, then dilation: removes what is thinner than the ball.</summary>
    public static BinaryGrid Open(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        grid.Not().Dilate(radiusMm, ct).Not().Dilate(radiusMm, ct);

    /// <summary>Dilation, then erosion: closes what is narrower than the ball.</summary>
    public static BinaryGrid Close(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        grid.Dilate(radiusMm, ct).Erode(radiusMm, ct);

    /// <summary>Opening by a large ball on voxels of twice the edge: an eighth of the work, and as rough as they are.</summary>
    public static BinaryGrid OpenCoarsely(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        grid.Halved().Open(radiusMm, ct).Doubled(grid.Shape);

    // Rounding must not decide about a voxel at exactly the radius.
    internal static float Limit(double radiusMm) => (float)(radiusMm * radiusMm * 1.00001);
}
