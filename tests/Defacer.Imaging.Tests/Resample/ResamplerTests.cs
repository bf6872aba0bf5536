using Defacer.Imaging.Geometry;
using Defacer.Imaging.Resample;
using Defacer.Imaging.Volumes;
using Xunit;

namespace Defacer.Imaging.Tests.Resample;

public class ResamplerTests
{
    public static TheoryData<string> Names =>
        ["axial", "sagittal", "coronal", "oblique", "tilted", "uneven", "falling"];

    [Theory]
    [MemberData(nameof(Names))]
    public void ToGrid_LinearField_IsExactInsideAndFilledOutside(string name)
    {
        var geometry = Geometries.Named(name);
        var volume = new Volume(geometry, Field(geometry), "MR");
        var grid = RegularGrid.Around(geometry, 2, 4);
        var values = Resampler.ToGrid(volume, grid, float.NaN, CancellationToken.None);
        var inside = Resampler.FieldOfView(geometry, grid, CancellationToken.None);
        var exact = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var (line, c) = Math.DivRem(i, grid.Shape.Columns);
            var (s, r) = Math.DivRem(line, grid.Shape.Rows);
            var position = grid.ToPatient(c, r, s);
            var (vc, vr, vs) = geometry.ToVoxel(position);
            Assert.Equal(inside.Voxels[i], !float.IsNaN(values[i]));
            if (vc >= 0 && vr >= 0 && vs >= 0
                && vc <= geometry.Columns - 1 && vr <= geometry.Rows - 1 && vs <= geometry.Slices - 1)
            {
                Assert.Equal(Field(position), values[i], 0.05);
                exact++;
            }
            else if (vc < -0.51 || vr < -0.51 || vs < -0.51
                || vc > geometry.Columns - 0.49 || vr > geometry.Rows - 0.49 || vs > geometry.Slices - 0.49)
            {
                Assert.True(float.IsNaN(values[i]));
            }
        }

        Assert.True(exact > 500, $"only {exact} voxels inside");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LabelsToNative_BlockOfLabels_ReachesEveryVoxelThatTouchesAndNoOther(string name)
    {
        var geometry = Geometries.Named(name);
        var grid = RegularGrid.Around(geometry, 2, 0);
        var shape = grid.Shape;
        var labels = new byte[shape.VoxelCount];
        for (var s = shape.Slices / 3; s < shape.Slices * 2 / 3; s++)
        {
            for (var r = shape.Rows / 3; r < shape.Rows * 2 / 3; r++)
            {
                for (var c = shape.Columns / 3; c < shape.Columns * 2 / 3; c++)
                {
                    labels[shape.Index(c, r, s)] = MaskVolume.Face;
                }
            }
        }

        var mask = Resampler.LabelsToNative(labels, grid, geometry, CancellationToken.None);
        var expected = DenselyTouched(labels, grid, geometry);
        var (missed, extra) = (0, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            missed += expected[i] && mask.Labels[i] == 0 ? 1 : 0;
            extra += !expected[i] && mask.Labels[i] != 0 ? 1 : 0;
        }

        Assert.InRange(expected.Count(e => e), 20, expected.Length / 2);

        // Corners that a cube only grazes may be seen by one sampling and not by the other.
        Assert.InRange(missed, 0, expected.Count(e => e) / 50);
        Assert.InRange(extra, 0, expected.Count(e => e) / 50);
    }

    [Fact]
    public void LabelsToNative_ThickSlice_IsLabelledWhenOneCubeTouchesItsEdge()
    {
        var origins = Enumerable.Range(0, 4).Select(k => new Vector3(0, 0, 6.0 * k));
        var geometry = new VolumeGeometry(10, 10, new Vector3(1, 0, 0), new Vector3(0, 1, 0), [.. origins]);
        var grid = RegularGrid.Around(geometry, 1, 0);
        var labels = new byte[grid.Shape.VoxelCount];
        labels[grid.Shape.Index(4, 5, 11)] = MaskVolume.Ears; // z from 8 to 9: the upper end of slice 1.
        var mask = Resampler.LabelsToNative(labels, grid, geometry, CancellationToken.None);
        Assert.Equal(1, mask.Labels.Count(l => l == MaskVolume.Ears));
        Assert.Equal(MaskVolume.Ears, mask.Labels[geometry.Index(4, 5, 1)]);
    }

    [Fact]
    public void LabelsToNative_SameGrid_GivesTheSameLabels()
    {
        var grid = new RegularGrid(12, 11, 10, 2, new Vector3(-3, 5, 7));
        var random = new Random(4);
        var labels = Enumerable.Range(0, grid.Shape.VoxelCount).Select(_ => (byte)random.Next(3)).ToArray();
        Assert.Equal(labels, Resampler.LabelsToNative(labels, grid, grid.Geometry, CancellationToken.None).Labels);
    }

    [Fact]
    public void ToGrid_SameGrid_GivesTheSameValues()
    {
        var grid = new RegularGrid(12, 11, 10, 2, new Vector3(-3, 5, 7));
        var random = new Random(4);
        var values = Enumerable.Range(0, grid.Shape.VoxelCount).Select(_ => random.NextSingle()).ToArray();
        var again = Resampler.ToGrid(new Volume(grid.Geometry, values, "MR"), grid, 0, CancellationToken.None);
        Assert.All(values.Zip(again), p => Assert.Equal(p.First, p.Second, 1e-4));
    }

    [Fact]
    public void Around_AnyGeometry_HoldsEveryCorner()
    {
        foreach (var name in Names)
        {
            var geometry = Geometries.Named(name.Data);
            var grid = RegularGrid.Around(geometry, 3, 0);
            foreach (var slice in (double[])[-0.5, geometry.Slices - 0.5])
            {
                var (c, r, s) = grid.ToVoxel(geometry.ToPatient(geometry.Columns - 0.5, -0.5, slice));
                Assert.InRange(c, -0.501, grid.Shape.Columns - 0.499);
                Assert.InRange(r, -0.501, grid.Shape.Rows - 0.499);
                Assert.InRange(s, -0.501, grid.Shape.Slices - 0.499);
            }
        }
    }

    private static double Field(Vector3 p) => (0.5 * p.X) - (0.3 * p.Y) + (0.7 * p.Z) + 11;

    private static float[] Field(VolumeGeometry g) =>
        [.. from s in Enumerable.Range(0, g.Slices)
            from r in Enumerable.Range(0, g.Rows)
            from c in Enumerable.Range(0, g.Columns)
            select (float)Field(g.ToPatient(c, r, s))];

    private static bool[] DenselyTouched(byte[] labels, RegularGrid grid, VolumeGeometry geometry)
    {
        var parts = Enumerable.Range(0, 7).Select(i => ((i / 6.0) - 0.5) * 0.99999).ToArray();
        var touched = new bool[geometry.VoxelCount];
        Parallel.For(0, touched.Length, i =>
        {
            var (line, c) = Math.DivRem(i, geometry.Columns);
            var (s, r) = Math.DivRem(line, geometry.Rows);
            touched[i] = parts.Any(ds => parts.Any(dr => parts.Any(dc =>
            {
                var (x, y, z) = grid.ToVoxel(geometry.ToPatient(c + dc, r + dr, s + ds));
                var (ix, iy, iz) = ((int)Math.Round(x), (int)Math.Round(y), (int)Math.Round(z));
                return ix >= 0 && iy >= 0 && iz >= 0 && ix < grid.Shape.Columns && iy < grid.Shape.Rows
                    && iz < grid.Shape.Slices && labels[grid.Shape.Index(ix, iy, iz)] != 0;
            })));
        });
        return touched;
    }
}
