using Defacer.Deface.Evaluate;
using Defacer.Deface.Methods;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Volumes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Methods;

/// <summary>
/// The default method on the heads that were hardest: tipped back, without signal round the mouth, with the brain nearest to the
/// brow. The measure knows no method.
/// </summary>
public class FusedHeadsTests
{
    [Theory]
    [InlineData("IXI204-HH-1651")]
    [InlineData("IXI538-HH-2411")]
    [InlineData("IXI567-HH-2536")]
    public void Find_HardHead_TakesFaceAndEarsAndNoBrain(string name)
    {
        var token = TestContext.Current.CancellationToken;
        Assert.SkipWhen(StudyRun.Networks is null, "There are no weights.");
        var folder = Archive.Unpack("heads", $"{name}.tar.xz");
        var volume = Load(folder, name, "T1");
        var brain = new MaskVolume(volume.Geometry, Array.ConvertAll(Load(folder, name, "brainmask").Voxels, v => v > 0.5f ? (byte)1 : (byte)0));
        var finding = new Fused(StudyRun.Networks).Find(volume, DefaceMargins.Usual, token);
        Assert.Equal(HeadVerdict.Head, finding.Head.Verdict);
        var figures = new HeadMeasure(volume, brain, token).Of(finding.Mask!, token);
        Assert.Equal(0, figures.BrainVoxels);
        Assert.InRange(figures.BrowToChin!.Value, 0.995, 1);
        Assert.InRange(figures.NoseWindow!.Value, 0.987, 1);
        Assert.InRange(figures.RightEar!.Value, 0.98, 1);
        Assert.InRange(figures.LeftEar!.Value, 0.98, 1);
    }

    private static Volume Load(string folder, string name, string kind) => NiftiFile
        .Read(Directory.GetFiles(folder, $"{name}_{kind}.nii*", SearchOption.AllDirectories).Single())
        .ToVolume(0, "MR");
}
