using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Xunit;

namespace Defacer.Imaging.Tests.Morphology;

public class HoleFillingTests
{
    private static readonly GridShape s_shape = new(31, 31, 31, 1, 1, 1);

    [Fact]
    public void FillHoles_HollowBall_IsFull()
    {
        var ball = DistanceTransformTests.Ball(s_shape, 12);
        var hollow = ball.Except(DistanceTransformTests.Ball(s_shape, 8));
        Assert.Equal(ball.Voxels, hollow.FillHoles().Voxels);
    }

    [Fact]
    public void FillHoles_HollowBallWithATunnel_StaysHollowButFillsAcrossTheOtherAxes()
    {
        var ball = DistanceTransformTests.Ball(s_shape, 12);
        var open = ball.Except(DistanceTransformTests.Ball(s_shape, 8));
        for (var s = 15; s < 31; s++)
        {
            open[15, 15, s] = false;
        }

        Assert.False(open.FillHoles()[15, 15, 15]);
        Assert.True(open.FillHolesAcross(GridAxis.Slices, CancellationToken.None)[15, 15, 15]);
        Assert.False(open.FillHolesAcross(GridAxis.Rows, CancellationToken.None)[15, 15, 15]);
        Assert.False(open.FillHolesAcross(GridAxis.Columns, CancellationToken.None)[15, 15, 15]);

        // Only the tip of the ball, where the tunnel took the whole slice, stays open.
        Assert.InRange(ball.Except(open.FillHolesAcrossAll(CancellationToken.None)).Count, 0, 1);
    }

    [Fact]
    public void FillHoles_RandomSets_AddsOnly()
    {
        var grid = DistanceTransformTests.RandomGrid(3, 0.6);
        Assert.Equal(0, grid.Except(grid.FillHoles()).Count);
    }
}
