using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Xunit;

namespace Defacer.Imaging.Tests.Morphology;

public class DistanceTransformTests
{
    [Theory]
    [InlineData(1, 0.02)]
    [InlineData(2, 0.1)]
    [InlineData(3, 0.5)]
    [InlineData(4, 0.97)]
    public void SquaredTo_RandomSetOnUnequalSpacing_EqualsBruteForce(int seed, double density)
    {
        var grid = RandomGrid(seed, density);
        var fast = DistanceTransform.SquaredTo(grid, double.PositiveInfinity, CancellationToken.None);
        AssertEqual(BruteForce(grid, true), fast);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.95)]
    public void SquaredFromOutside_RandomSet_EqualsBruteForce(int seed, double density)
    {
        var grid = RandomGrid(seed, density);
        var fast = DistanceTransform.SquaredFromOutside(grid, double.PositiveInfinity, CancellationToken.None);
        AssertEqual(BruteForce(grid, false), fast);
    }

    [Fact]
    public void SquaredTo_WithLimit_ChangesNothingBelowTheLimit()
    {
        var grid = RandomGrid(5, 0.01);
        var all = DistanceTransform.SquaredTo(grid, double.PositiveInfinity, CancellationToken.None);
        var limited = DistanceTransform.SquaredTo(grid, 4, CancellationToken.None);
        Assert.Contains(all, d => d > 16);
        Assert.All(all.Zip(limited), p => Assert.True(p.First <= 16 ? p.First == p.Second : p.Second > 16));
    }

    [Fact]
    public void SquaredTo_EmptySet_IsInfinityEverywhere()
    {
        var grid = new BinaryGrid(new GridShape(3, 4, 5, 1, 1, 1));
        Assert.All(
            DistanceTransform.SquaredTo(grid, double.PositiveInfinity, CancellationToken.None),
            d => Assert.Equal(float.PositiveInfinity, d));
    }

    [Fact]
    public void Signed_Ball_FollowsTheRadius()
    {
        var grid = Ball(new GridShape(41, 41, 21, 1, 1, 2), 12);
        var signed = DistanceTransform.Signed(grid, CancellationToken.None);
        Assert.InRange(signed[grid.Shape.Index(20, 20, 10)], -13.1, -11.9);
        Assert.InRange(signed[grid.Shape.Index(40, 20, 10)], 7.9, 9.1);
    }

    internal static BinaryGrid RandomGrid(int seed, double density)
    {
        var random = new Random(seed);
        var grid = new BinaryGrid(new GridShape(19, 7, 9, 0.7, 1.3, 3));
        for (var i = 0; i < grid.Voxels.Length; i++)
        {
            grid.Voxels[i] = random.NextDouble() < density;
        }

        return grid;
    }

    internal static BinaryGrid Ball(GridShape shape, double radiusMm)
    {
        var grid = new BinaryGrid(shape);
        for (var s = 0; s < shape.Slices; s++)
        {
            for (var r = 0; r < shape.Rows; r++)
            {
                for (var c = 0; c < shape.Columns; c++)
                {
                    var (x, y, z) = ((c - (shape.Columns / 2)) * shape.ColumnMm, (r - (shape.Rows / 2)) * shape.RowMm,
                        (s - (shape.Slices / 2)) * shape.SliceMm);
                    grid[c, r, s] = (x * x) + (y * y) + (z * z) <= radiusMm * radiusMm;
                }
            }
        }

        return grid;
    }

    private static double[] BruteForce(BinaryGrid grid, bool wanted)
    {
        var shape = grid.Shape;
        var all = Enumerable.Range(0, shape.VoxelCount).Select(i => (
            X: i % shape.Columns * shape.ColumnMm,
            Y: i / shape.Columns % shape.Rows * shape.RowMm,
            Z: i / shape.Columns / shape.Rows * shape.SliceMm,
            In: grid.Voxels[i] == wanted)).ToArray();
        var set = all.Where(p => p.In).ToArray();
        return [.. all.Select(p => set.Min(
            q => ((p.X - q.X) * (p.X - q.X)) + ((p.Y - q.Y) * (p.Y - q.Y)) + ((p.Z - q.Z) * (p.Z - q.Z))))];
    }

    private static void AssertEqual(double[] expected, float[] found) =>
        Assert.All(expected.Zip(found), p => Assert.Equal(p.First, p.Second, 1e-3));
}
