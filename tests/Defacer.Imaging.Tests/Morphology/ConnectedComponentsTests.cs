using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Xunit;

namespace Defacer.Imaging.Tests.Morphology;

public class ConnectedComponentsTests
{
    [Theory]
    [InlineData(Connectivity.Sides)]
    [InlineData(Connectivity.Corners)]
    public void Of_RandomSets_EqualsFloodFill(Connectivity connectivity)
    {
        foreach (var density in (double[])[0.1, 0.3, 0.5, 0.8])
        {
            var grid = DistanceTransformTests.RandomGrid((int)(density * 100), density);
            var parts = ConnectedComponents.Of(grid, connectivity);
            var expected = FloodFill(grid, connectivity == Connectivity.Corners);
            var labels = parts.Labels();
            Assert.Equal(expected.Max(), parts.Count);
            Assert.Equal(grid.Count, parts.Sizes.Sum());
            Assert.Equal(parts.Sizes.OrderDescending(), parts.Sizes);

            // The numbering may differ, the partition must not.
            Assert.Equal(parts.Count, expected.Zip(labels).Where(p => p.First > 0).Distinct().Count());
            Assert.All(expected.Zip(labels), p => Assert.Equal(p.First == 0, p.Second == 0));
        }
    }

    [Fact]
    public void Selections_ThreeParts_GiveTheRightOnes()
    {
        var grid = new BinaryGrid(new GridShape(10, 10, 3, 1, 1, 5));
        grid[0, 0, 0] = grid[5, 5, 1] = grid[6, 5, 1] = grid[6, 6, 1] = grid[8, 8, 1] = true;
        var parts = ConnectedComponents.Of(grid, Connectivity.Sides);
        Assert.Equal([3, 1, 1], parts.Sizes);
        Assert.Equal(3, parts.Largest().Count);
        Assert.Equal(3, parts.AtLeast(10).Count);
        Assert.True(parts.TouchingBorder()[0, 0, 0]);
        Assert.Equal(1, parts.TouchingBorder().Count);
        var seed = new BinaryGrid(grid.Shape) { [6, 6, 1] = true };
        Assert.Equal(3, parts.Touching(seed).Count);
    }

    [Fact]
    public void Largest_EmptySet_IsEmpty()
    {
        var parts = ConnectedComponents.Of(new BinaryGrid(new GridShape(4, 4, 4, 1, 1, 1)), Connectivity.Corners);
        Assert.Equal(0, parts.Count);
        Assert.Equal(0, parts.Largest().Count);
    }

    private static int[] FloodFill(BinaryGrid grid, bool corners)
    {
        var shape = grid.Shape;
        var labels = new int[shape.VoxelCount];
        var next = 0;
        for (var start = 0; start < labels.Length; start++)
        {
            if (!grid.Voxels[start] || labels[start] > 0)
            {
                continue;
            }

            labels[start] = ++next;
            var open = new Stack<int>([start]);
            while (open.TryPop(out var at))
            {
                foreach (var i in Neighbours(shape, at, corners).Where(i => grid.Voxels[i] && labels[i] == 0))
                {
                    labels[i] = next;
                    open.Push(i);
                }
            }
        }

        return labels;
    }

    private static IEnumerable<int> Neighbours(GridShape shape, int at, bool corners)
    {
        var (line, column) = Math.DivRem(at, shape.Columns);
        var (slice, row) = Math.DivRem(line, shape.Rows);
        int[] steps = [-1, 0, 1];
        return from s in steps
               from r in steps
               from c in steps
               let distance = Math.Abs(s) + Math.Abs(r) + Math.Abs(c)
               where distance == 1 || (corners && distance > 1)
               let p = (C: column + c, R: row + r, S: slice + s)
               where p.C >= 0 && p.R >= 0 && p.S >= 0 && p.C < shape.Columns && p.R < shape.Rows && p.S < shape.Slices
               select shape.Index(p.C, p.R, p.S);
    }
}
