using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Xunit;

namespace Defacer.Imaging.Tests.Morphology;

public class BallMorphologyTests
{
    private static readonly GridShape s_shape = new(40, 40, 20, 1, 1, 2);

    [Fact]
    public void Dilate_OneVoxelOnThickSlices_ReachesTheSameDistanceInEachAxis()
    {
        var grid = new BinaryGrid(s_shape) { [20, 20, 10] = true };
        var dilated = grid.Dilate(4, CancellationToken.None);
        Assert.True(dilated[24, 20, 10] && dilated[20, 16, 10] && dilated[20, 20, 12]);
        Assert.False(dilated[25, 20, 10] || dilated[20, 15, 10] || dilated[20, 20, 13] || dilated[24, 21, 10]);
    }

    [Fact]
    public void ErodeAndDilate_OfRandomSets_AreDualInsideTheBorder()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var grid = DistanceTransformTests.RandomGrid(seed, 0.6);
            var eroded = grid.Erode(1.4, CancellationToken.None);
            var dual = grid.Not().Dilate(1.4, CancellationToken.None).Not();
            Assert.Equal(dual.Voxels, eroded.Voxels);
        }
    }

    [Fact]
    public void OpenAndClose_OfRandomSets_AreOrderedAndIdempotent()
    {
        var grid = DistanceTransformTests.RandomGrid(7, 0.7);
        var (opened, closed) = (grid.Open(1.5, CancellationToken.None), grid.Close(1.5, CancellationToken.None));
        Assert.Equal(0, opened.Except(grid).Count);
        Assert.Equal(0, grid.Except(closed).Count);
        Assert.Equal(opened.Voxels, opened.Open(1.5, CancellationToken.None).Voxels);
        Assert.Equal(closed.Voxels, closed.Close(1.5, CancellationToken.None).Voxels);
    }

    [Fact]
    public void Open_BallWithSheet_RemovesTheSheetAndKeepsTheBall()
    {
        var grid = DistanceTransformTests.Ball(s_shape, 10);
        var withSheet = grid.Copy();
        for (var r = 0; r < s_shape.Rows; r++)
        {
            for (var s = 0; s < s_shape.Slices; s++)
            {
                withSheet[35, r, s] = withSheet[36, r, s] = true;
            }
        }

        var opened = withSheet.Open(3, CancellationToken.None);
        Assert.False(opened[35, 20, 10]);
        Assert.InRange(opened.Count, 0.95 * grid.Count, grid.Count);
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(70)]
    [InlineData(130)]
    public void Dilate_RowsOfAnyWidth_TakesWhatIsWithinTheRadius(int columns)
    {
        var shape = new GridShape(columns, 9, 7, 1, 1.5, 2);
        var (random, grid) = (new Random(columns), new BinaryGrid(shape));
        for (var i = 0; i < grid.Voxels.Length; i++)
        {
            grid.Voxels[i] = random.Next(40) == 0;
        }

        var squared = DistanceTransform.SquaredTo(grid, double.PositiveInfinity, CancellationToken.None);
        var near = new BinaryGrid(shape, Array.ConvertAll(squared, s => s <= 3.2f * 3.2f));
        Assert.Equal(near.Voxels, grid.Dilate(3.2, CancellationToken.None).Voxels);
        Assert.Equal(near.Erode(3.2, CancellationToken.None).Voxels, grid.Close(3.2, CancellationToken.None).Voxels);
        Assert.Equal(near.Not().Voxels, grid.Not().Erode(3.2, CancellationToken.None).Voxels);
    }

    [Fact]
    public void Box_OfASet_HoldsItAndNoMore()
    {
        var grid = new BinaryGrid(s_shape) { [3, 5, 7] = true, [30, 6, 9] = true };
        Assert.Equal(((3, 5, 7), (30, 6, 9)), grid.Box());
        Assert.Null(new BinaryGrid(s_shape).Box());
    }

    [Fact]
    public void Erode_SetThatFillsTheGrid_KeepsItWhole()
    {
        var full = new BinaryGrid(s_shape).Not();
        Assert.Equal(s_shape.VoxelCount, full.Erode(5, CancellationToken.None).Count);
    }
}
