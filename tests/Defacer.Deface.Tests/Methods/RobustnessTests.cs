using Defacer.Deface.Evaluate;
using Defacer.Deface.Methods;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Volumes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Methods;

/// <summary>However a head is stored, scaled, blurred or cut: face and ears go and the brain stays, or nobody decides.</summary>
public class RobustnessTests
{
    // Edge of the voxels along the slices, mm.
    private const double SliceMm = 2;

    [Theory]
    [InlineData("as it is")]
    [InlineData("left-right flipped")]
    [InlineData("stored turned by a quarter")]
    [InlineData("half as bright")]
    [InlineData("twice as bright")]
    [InlineData("air below zero")]
    [InlineData("noisy")]
    [InlineData("slices of 8 mm")]
    [InlineData("half a head")]
    [InlineData("nose beyond the border")]
    public void Find_ChangedHead_IsRightOrUndecided(string change)
    {
        var token = TestContext.Current.CancellationToken;
        Assert.SkipWhen(StudyRun.Networks is null, "There are no weights.");
        var head = Changed(Load(), change);
        var finding = new Fused(StudyRun.Networks).Find(head.Image, DefaceMargins.Usual, token);
        if (finding.Mask is null)
        {
            // Parked whatever the route does with other things; a whole head with dark air must be found.
            Assert.Equal(HeadVerdict.Undecided, finding.Head.Verdict);
            Assert.Contains(change, (string[])["half a head", "nose beyond the border", "slices of 8 mm", "air below zero"]);
            return;
        }

        // Without a nose there is nothing to measure from: the whole head is measured, what was out of view counts as gone.
        var (seen, mask) = change == "nose beyond the border" ? (Load(), BeyondGone(finding.Mask, Load().Image.Geometry)) : (head, finding.Mask);
        var figures = new HeadMeasure(seen.Image, seen.Brain, token).Of(mask, token);
        Assert.Equal(0, Touched(finding.Mask, head.Brain));
        Assert.InRange(figures.BrowToChin ?? 1, 0.99, 1);
        Assert.InRange(figures.RightEar ?? 1, 0.95, 1);
        Assert.InRange(figures.LeftEar ?? 1, 0.95, 1);
    }

    private static Head Load()
    {
        const string name = "IXI252-HH-1693";
        var folder = Archive.Unpack("heads", $"{name}.tar.xz");
        Volume Read(string kind) => NiftiFile
            .Read(Directory.GetFiles(folder, $"{name}_{kind}.nii*", SearchOption.AllDirectories).Single()).ToVolume(0, "MR");
        var (image, brain) = (Read("T1"), Read("brainmask"));
        return new Head(image, new MaskVolume(image.Geometry, Array.ConvertAll(brain.Voxels, v => v > 0.5f ? (byte)1 : (byte)0)));
    }

    // Slices run from right to left in these heads, columns from back to front or the other way.
    private static Head Changed(Head head, string change)
    {
        var g = head.Image.Geometry;
        return change switch
        {
            "left-right flipped" => Taken(head, g, (c, r, s) => (c, r, g.Slices - 1 - s)),
            "stored turned by a quarter" => Taken(
                head, new VolumeGeometry(g.Rows, g.Columns, g.RowStep, g.ColumnStep, g.SliceOrigins), (c, r, s) => (r, c, s)),
            "half as bright" => Valued(head, (v, _) => v * 0.5f),
            "twice as bright" => Valued(head, (v, _) => v * 2),
            "air below zero" => Valued(head, (v, _) => v - 300),
            "noisy" => Valued(head, (v, i) => MathF.Abs(v + (8 * ((unchecked((uint)i * 2654435761u) >> 8) / (float)(1 << 23) - 1)))),
            "slices of 8 mm" => Thick(head, 4),
            "half a head" => Taken(head, Part(g, g.Slices / 2), (c, r, s) => (c, r, s)),
            "nose beyond the border" => Front(head, 24),
            _ => head,
        };
    }

    private static int Touched(MaskVolume mask, MaskVolume brain) =>
        Enumerable.Range(0, brain.Labels.Length).Count(i => brain.Labels[i] != 0 && mask.Labels[i] != MaskVolume.Keep);

    private static MaskVolume BeyondGone(MaskVolume cut, VolumeGeometry whole)
    {
        var result = new MaskVolume(whole);
        for (var i = 0; i < result.Labels.Length; i++)
        {
            var (line, column) = Math.DivRem(i, whole.Columns);
            var (slice, row) = Math.DivRem(line, whole.Rows);
            var (c, _, _) = cut.Geometry.ToVoxel(whole.ToPatient(column, row, slice));
            var inside = (int)Math.Round(c);
            result.Labels[i] = (uint)inside < (uint)cut.Geometry.Columns ? cut.Labels[cut.Geometry.Index(inside, row, slice)] : MaskVolume.Face;
        }

        return result;
    }

    private static Head Front(Head head, double mm)
    {
        var g = head.Image.Geometry;
        var (count, isForward) = ((int)(mm / g.ColumnStep.Length), g.ColumnStep.Y < 0);
        var first = isForward ? 0 : count;
        var origins = g.SliceOrigins.Select(o => o + (g.ColumnStep * first)).ToList();
        return Taken(
            head, new VolumeGeometry(g.Columns - count, g.Rows, g.ColumnStep, g.RowStep, origins), (c, r, s) => (c + first, r, s));
    }

    private static Head Thick(Head head, int slices)
    {
        var g = head.Image.Geometry;
        var count = g.Slices / slices;
        var origins = Enumerable.Range(0, count).Select(s => g.ToPatient(0, 0, (s * slices) + ((slices - 1) / 2.0))).ToList();
        var thick = new VolumeGeometry(g.Columns, g.Rows, g.ColumnStep, g.RowStep, origins);
        var plane = g.Columns * g.Rows;
        var (values, brain) = (new float[plane * count], new MaskVolume(thick));
        for (var i = 0; i < values.Length; i++)
        {
            var (slice, at) = Math.DivRem(i, plane);
            var all = true;
            for (var s = slice * slices; s < (slice + 1) * slices; s++)
            {
                values[i] += head.Image.Voxels[(s * plane) + at] / slices;
                all &= head.Brain.Labels[(s * plane) + at] != 0;
            }

            brain.Labels[i] = all ? (byte)1 : (byte)0;
        }

        Assert.Equal(SliceMm * slices, Math.Abs(thick.SliceSpacingMm), 3);
        return new Head(new Volume(thick, values, "MR"), brain);
    }

    private static VolumeGeometry Part(VolumeGeometry g, int slices) => new(
        g.Columns, g.Rows, g.ColumnStep, g.RowStep, [.. g.SliceOrigins.Take(slices)]);

    private static Head Valued(Head head, Func<float, int, float> value) =>
        head with { Image = new Volume(head.Image.Geometry, [.. head.Image.Voxels.Select(value)], "MR") };

    private static Head Taken(Head head, VolumeGeometry to, Func<int, int, int, (int Column, int Row, int Slice)> from)
    {
        var (values, brain) = (new float[to.VoxelCount], new MaskVolume(to));
        for (var i = 0; i < values.Length; i++)
        {
            var (line, column) = Math.DivRem(i, to.Columns);
            var (slice, row) = Math.DivRem(line, to.Rows);
            var source = from(column, row, slice);
            var at = head.Image.Geometry.Index(source.Column, source.Row, source.Slice);
            (values[i], brain.Labels[i]) = (head.Image.Voxels[at], head.Brain.Labels[at]);
        }

        return new Head(new Volume(to, values, "MR"), brain);
    }

    private sealed record Head(Volume Image, MaskVolume Brain);
}
