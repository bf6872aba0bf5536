using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Phantom;
using Defacer.Imaging.Resample;
using Defacer.Imaging.Volumes;
using Xunit;

namespace Defacer.Imaging.Tests.Phantom;

public sealed class MeanHead
{
    public PhantomHead Head { get; } = PhantomHead.Create(
        new PhantomOptions { Columns = 85, Rows = 85, Slices = 64, ColumnMm = 3, RowMm = 3, SliceMm = 3 },
        CancellationToken.None);
}

public class PhantomHeadTests(MeanHead mean) : IClassFixture<MeanHead>
{
    private static readonly PhantomOptions s_coarse = new()
    {
        Columns = 40,
        Rows = 40,
        Slices = 30,
        ColumnMm = 6,
        RowMm = 6,
        SliceMm = 6,
    };

    [Fact]
    public void Create_MeanHead_HasTheVolumesOfAnAdult()
    {
        var shape = GridShape.Of(mean.Head.Image.Geometry);
        Assert.InRange(BinaryGrid.Labelled(shape, mean.Head.Brain.Labels).VolumeMm3, 1.05e6, 1.6e6);
        Assert.InRange(BinaryGrid.Labelled(shape, mean.Head.Face.Labels, MaskVolume.Ears).VolumeMm3, 15e3, 50e3);
        Assert.InRange(BinaryGrid.Labelled(shape, mean.Head.Face.Labels, MaskVolume.Face).VolumeMm3, 120e3, 350e3);
        var head = BinaryGrid.Above(shape, mean.Head.Image.Voxels, 150).FillHolesAcrossAll(CancellationToken.None);
        Assert.InRange(head.VolumeMm3, 3e6, 6e6);
    }

    [Fact]
    public void Create_MeanHead_HasFaceBeforeBrainAndAnEarOnEachSide()
    {
        var (brain, face) = (Positions(mean.Head.Brain, 1), Positions(mean.Head.Face, MaskVolume.Face));
        var ears = Positions(mean.Head.Face, MaskVolume.Ears);
        Assert.True(face.Min(p => p.Y) < brain.Min(p => p.Y) - 15);
        Assert.True(face.Average(p => p.Z) < brain.Average(p => p.Z) - 30);
        Assert.InRange(ears.Count(p => p.X > 55), 200, 1500);
        Assert.InRange(ears.Count(p => p.X < -55), 200, 1500);
        Assert.DoesNotContain(ears, p => Math.Abs(p.X) < 50);

        // Not its own mirror picture.
        Assert.NotEqual(face.Count(p => p.X > 0), face.Count(p => p.X < 0));
    }

    [Fact]
    public void Create_MeanHead_TruthNeverOverlapsAndLiesInTheHead()
    {
        var head = mean.Head;
        for (var i = 0; i < head.Face.Labels.Length; i++)
        {
            Assert.False(head.Face.Labels[i] != 0 && head.Brain.Labels[i] != 0);
        }

        var brain = head.Image.Voxels.Where((_, i) => head.Brain.Labels[i] != 0).ToArray();
        Assert.InRange(brain.Count(v => v > 100), 0.97 * brain.Length, brain.Length);
    }

    [Fact]
    public void Create_SameSeed_GivesTheSameVoxelsAndAnotherSeedOthers()
    {
        var first = PhantomHead.Create(s_coarse with { Seed = 11 }, CancellationToken.None);
        var again = PhantomHead.Create(s_coarse with { Seed = 11 }, CancellationToken.None);
        var other = PhantomHead.Create(s_coarse with { Seed = 12 }, CancellationToken.None);
        Assert.Equal(first.Image.Voxels, again.Image.Voxels);
        Assert.Equal(first.Face.Labels, again.Face.Labels);
        Assert.NotEqual(first.Parameters, other.Parameters);
        Assert.InRange(first.Brain.Labels.Zip(other.Brain.Labels).Count(p => p.First != p.Second), 20, 5000);
    }

    [Theory]
    [InlineData(PhantomOrientation.Axial)]
    [InlineData(PhantomOrientation.Coronal)]
    [InlineData(PhantomOrientation.Oblique)]
    public void Create_AnotherOrientation_ShowsTheSameHeadAtTheSamePlace(PhantomOrientation orientation)
    {
        var options = new PhantomOptions
        {
            Orientation = orientation,
            Columns = 50,
            Rows = 50,
            Slices = 50,
            ColumnMm = 3,
            RowMm = 3,
            SliceMm = 3,
            Centre = new Vector3(0, -50, 0),
            Noise = 0,
            Bias = 0,
        };
        var grid = new RegularGrid(24, 24, 24, 3, new Vector3(-36, -90, -36));
        var here = On(grid, options);
        var there = On(grid, options with { Orientation = PhantomOrientation.Sagittal });
        Assert.DoesNotContain(-1f, here);
        Assert.True(Correlation(here, there) > 0.93, $"correlation {Correlation(here, there)}");
    }

    [Fact]
    public void Create_Ct_HasAirBoneAndTissueInHounsfieldUnits()
    {
        var options = s_coarse with { Modality = "CT", Noise = 0, HeadHolder = false };
        var head = PhantomHead.Create(options, CancellationToken.None);
        Assert.Equal(-1000, head.Image.Voxels.Min());
        Assert.InRange(head.Image.Voxels.Max(), 500, 2400);
        var brain = head.Image.Voxels.Where((_, i) => head.Brain.Labels[i] != 0).Average();
        Assert.InRange(brain, 15, 60);
    }

    [Fact]
    public void Create_TurnedHead_MovesTheNoseToThatSide()
    {
        var left = PhantomHead.Create(s_coarse with { YawDegrees = 25 }, CancellationToken.None);
        var nose = Positions(left.Face, MaskVolume.Face).MinBy(p => p.Y);
        Assert.True(nose.X > 20, $"nose at {nose}");
        var down = PhantomHead.Create(s_coarse with { PitchDegrees = 20 }, CancellationToken.None);
        var straight = PhantomHead.Create(s_coarse, CancellationToken.None);
        var (low, usual) = (Positions(down.Face, MaskVolume.Face), Positions(straight.Face, MaskVolume.Face));
        Assert.True(low.Average(p => p.Z) < usual.Average(p => p.Z) - 15);
    }

    [Theory]
    [InlineData(PhantomOrientation.Axial)]
    [InlineData(PhantomOrientation.Sagittal)]
    [InlineData(PhantomOrientation.Coronal)]
    [InlineData(PhantomOrientation.Oblique)]
    public void WholeHead_EveryOrientation_LeavesAirAroundFaceAndEars(PhantomOrientation orientation)
    {
        var options = PhantomOptions.WholeHead("MR", orientation, 6, 6);
        var face = PhantomHead.Create(options, CancellationToken.None).Face;
        var shape = GridShape.Of(face.Geometry);
        var parts = ConnectedComponents.Of(BinaryGrid.Labelled(shape, face.Labels), Connectivity.Corners);
        Assert.Equal(0, parts.TouchingBorder().Count);
        Assert.InRange(face.Labels.Count(l => l == MaskVolume.Face), 500, 2000);
    }

    [Fact]
    public void Create_UnknownModality_IsRefused() => Assert.Throws<ArgumentException>(
        () => PhantomHead.Create(s_coarse with { Modality = "US" }, CancellationToken.None));

    private static float[] On(RegularGrid grid, PhantomOptions options) => Resampler.ToGrid(
        PhantomHead.Create(options, CancellationToken.None).Image, grid, -1, CancellationToken.None);

    private static Vector3[] Positions(MaskVolume mask, byte label)
    {
        var g = mask.Geometry;
        return [.. Enumerable.Range(0, g.VoxelCount).Where(i => mask.Labels[i] == label)
            .Select(i => g.ToPatient(i % g.Columns, i / g.Columns % g.Rows, i / g.Columns / g.Rows))];
    }

    private static double Correlation(float[] a, float[] b)
    {
        var (ma, mb) = (a.Average(), b.Average());
        var pairs = a.Zip(b).Select(p => (A: p.First - ma, B: p.Second - mb)).ToArray();
        return pairs.Sum(p => p.A * p.B) / Math.Sqrt(pairs.Sum(p => p.A * p.A) * pairs.Sum(p => p.B * p.B));
    }
}
