using Defacer.Deface.Methods;
using Defacer.Imaging.Phantom;
using Defacer.Imaging.Volumes;
using Xunit;

namespace Defacer.Deface.Tests.Methods;

/// <summary>The procedural head, whose truth is known, in every modality and orientation.</summary>
public class PhantomTests
{
    [Theory]
    [InlineData("MR", PhantomOrientation.Sagittal, 1.5)]
    [InlineData("MR", PhantomOrientation.Axial, 4)]
    [InlineData("CT", PhantomOrientation.Axial, 3)]
    public void Find_Phantom_TakesTheFaceAndKeepsTheBrain(string modality, PhantomOrientation orientation, double sliceMm)
    {
        var options = PhantomOptions.WholeHead(modality, orientation, 1.5, sliceMm) with { Seed = 3, PitchDegrees = 8 };
        var head = PhantomHead.Create(options, TestContext.Current.CancellationToken);
        var usual = new DepthMask().Find(head.Image, DefaceMargins.Usual, TestContext.Current.CancellationToken);
        Assert.Equal(HeadVerdict.Head, usual.Head.Verdict);
        Assert.InRange(Share(usual.Mask!, head.Brain, 1), 0, 0.0005);
        Assert.InRange(Share(usual.Mask!, head.Face, MaskVolume.Face), 0.8, 1);
        // The block is blunt: less of what lies deep in the cheeks, and a voxel of a temporal lobe here and there.
        var block = new AtlasBox().Find(head.Image, DefaceMargins.Usual, TestContext.Current.CancellationToken);
        Assert.InRange(Share(block.Mask!, head.Brain, 1), 0, 0.002);
        Assert.InRange(Share(block.Mask!, head.Face, MaskVolume.Face), 0.6, 1);
    }

    [Fact]
    public void Find_LargerMargins_TakesWhatUsualOnesTakeAndMore()
    {
        var options = PhantomOptions.WholeHead("MR", PhantomOrientation.Sagittal, 2, 2) with { Seed = 4 };
        var head = PhantomHead.Create(options, TestContext.Current.CancellationToken);
        var usual = new DepthMask().Find(head.Image, DefaceMargins.Usual, TestContext.Current.CancellationToken).Mask!;
        var larger = new DepthMask().Find(head.Image, DefaceMargins.Larger, TestContext.Current.CancellationToken).Mask!;
        var lost = Enumerable.Range(0, usual.Labels.Length).Count(i => usual.Labels[i] != 0 && larger.Labels[i] == 0);
        var taken = usual.Labels.Count(l => l != 0);
        // The maps of the two cuts are sampled at other places: single voxels at a rim may differ.
        Assert.True(lost < taken / 500, $"{lost} of {taken} are lost.");
        Assert.True(larger.Labels.Count(l => l != 0) > 1.02 * taken);
    }

    [Fact]
    public void Find_EmptyVolume_IsNotAHead()
    {
        var options = PhantomOptions.WholeHead("MR", PhantomOrientation.Sagittal, 3, 3);
        var geometry = PhantomHead.Create(options, TestContext.Current.CancellationToken).Image.Geometry;
        var finding = new DepthMask().Find(
            new Volume(geometry, new float[geometry.VoxelCount], "MR"), DefaceMargins.Usual, TestContext.Current.CancellationToken);
        Assert.NotEqual(HeadVerdict.Head, finding.Head.Verdict);
        Assert.Null(finding.Mask);
    }

    private static double Share(MaskVolume mask, MaskVolume truth, byte label)
    {
        var voxels = Enumerable.Range(0, truth.Labels.Length).Where(i => truth.Labels[i] == label).ToList();
        return voxels.Count(i => mask.Labels[i] != MaskVolume.Keep) / (double)voxels.Count;
    }
}
