namespace Defacer.Imaging.Morphology;

/// <summary>
/// Dilation, erosion, opening and closing by a ball with a radius in mm, whatever the spacing. A radius below the
/// spacing of an axis does nothing along that axis.
/// </summary>
public static class BallMorphology
{
    /// <summary>The voxels within the radius of the set.</summary>
    public static BinaryGrid Dilate(this BinaryGrid grid, double radiusMm, CancellationToken ct)
    {
        var squared = DistanceTransform.SquaredTo(grid, radiusMm, ct);
        return Select(grid, squared, d => d <= Limit(radiusMm));
    }

    /// <summary>
    /// The voxels of the set farther than the radius from every voxel outside; beyond the border the set goes on.
    /// </summary>
    public static BinaryGrid Erode(this BinaryGrid grid, double radiusMm, CancellationToken ct)
    {
        var squared = DistanceTransform.SquaredFromOutside(grid, radiusMm, ct);
        return Select(grid, squared, d => d > Limit(radiusMm));
    }

    /// <summary>Erosion, then dilation: removes what is thinner than the ball.</summary>
    public static BinaryGrid Open(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        grid.Erode(radiusMm, ct).Dilate(radiusMm, ct);

    /// <summary>Dilation, then erosion: closes what is narrower than the ball.</summary>
    public static BinaryGrid Close(this BinaryGrid grid, double radiusMm, CancellationToken ct) =>
        grid.Dilate(radiusMm, ct).Erode(radiusMm, ct);

    // Rounding must not decide about a voxel at exactly the radius.
    private static float Limit(double radiusMm) => (float)(radiusMm * radiusMm * 1.00001);

    private static BinaryGrid Select(BinaryGrid grid, float[] squared, Func<float, bool> condition)
    {
        var result = new BinaryGrid(grid.Shape);
        for (var i = 0; i < squared.Length; i++)
        {
            result.Voxels[i] = condition(squared[i]);
        }

        return result;
    }
}
