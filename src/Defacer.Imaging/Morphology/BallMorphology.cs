namespace Defacer.Imaging.Morphology;

/// <summary>
/// Dilation, erosion, opening and closing by a ball with a radius in mm, whatever the spacing. A radius below the
/// spacing of an axis does nothing along that axis.
/// </summary>
public static class BallMorphology
{
    // Rows of voxels that a ball touches, and bytes for the widened sets: above these, distances to the set are the
    // faster and smaller way.
    private const double MostRows = 2000, MostBytes = 64 << 20;

    /// <summary>The voxels within the radius of the set.</summary>
    public static BinaryGrid Dilate(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        IsSmall(grid, radiusMm) ? BitRows.Of(grid).Dilate(radiusMm, ct).ToGrid() : DilateFar(grid, radiusMm, ct);

    /// <summary>
    /// The voxels of the set farther than the radius from every voxel outside; beyond the border the set goes on.
    /// </summary>
    public static BinaryGrid Erode(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        IsSmall(grid, radiusMm)
            ? BitRows.Of(grid).Not().Dilate(radiusMm, ct).Not().ToGrid()
            : DilateFar(grid.Not(), radiusMm, ct).Not();

    /// <summary>Erosion, then dilation: removes what is thinner than the ball.</summary>
    public static BinaryGrid Open(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        IsSmall(grid, radiusMm)
            ? BitRows.Of(grid).Not().Dilate(radiusMm, ct).Not().Dilate(radiusMm, ct).ToGrid()
            : DilateFar(DilateFar(grid.Not(), radiusMm, ct).Not(), radiusMm, ct);

    /// <summary>Dilation, then erosion: closes what is narrower than the ball.</summary>
    public static BinaryGrid Close(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        IsSmall(grid, radiusMm)
            ? BitRows.Of(grid).Dilate(radiusMm, ct).Not().Dilate(radiusMm, ct).Not().ToGrid()
            : DilateFar(DilateFar(grid, radiusMm, ct).Not(), radiusMm, ct).Not();

    /// <summary>Opening by a large ball on voxels of twice the edge: an eighth of the work, and as rough as they are.</summary>
    public static BinaryGrid OpenCoarsely(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        grid.Halved().Open(radiusMm, ct).Doubled(grid.Shape);

    // Rounding must not decide about a voxel at exactly the radius.
    internal static float Limit(double radiusMm) => (float)(radiusMm * radiusMm * 1.00001);

    private static bool IsSmall(BinaryGrid grid, double radiusMm) =>
        Math.PI * radiusMm * radiusMm / (grid.Shape.RowMm * grid.Shape.SliceMm) <= MostRows
        && BitRows.BytesToDilate(grid.Shape, radiusMm) <= MostBytes;

    private static BinaryGrid DilateFar(BinaryGrid grid, double radiusMm, CancellationToken ct)
    {
        var squared = DistanceTransform.SquaredTo(grid, radiusMm, ct);
        var (result, limit) = (new BinaryGrid(grid.Shape), Limit(radiusMm));
        for (var i = 0; i < squared.Length; i++)
        {
            result.Voxels[i] = squared[i] <= limit;
        }

        return result;
    }
}
