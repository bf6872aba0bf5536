using Defacer.Deface.Evaluate;
using Defacer.Imaging.Phantom;
using Defacer.Imaging.Volumes;
using Xunit;

namespace Defacer.Deface.Tests.Evaluate;

/// <summary>The independent measure says what is true of a head whose truth is known.</summary>
public class HeadMeasureTests
{
    [Fact]
    public void Of_NothingAndEverythingInFront_GivesNoneAndAll()
    {
        var token = TestContext.Current.CancellationToken;
        var head = PhantomHead.Create(PhantomOptions.WholeHead("MR", PhantomOrientation.Axial, 2, 2) with { Seed = 6 }, token);
        var measure = new HeadMeasure(head.Image, head.Brain, token);
        var tip = measure.Nose!.Value;
        var none = measure.Of(new MaskVolume(head.Image.Geometry), token);
        Assert.Equal((0, 0.0, 0.0, 0.0), (none.BrainVoxels, none.NoseWindow, none.RightEar ?? 0, none.NoseTipMm));

        var front = new MaskVolume(head.Image.Geometry);
        for (var i = 0; i < front.Labels.Length; i++)
        {
            var (line, column) = Math.DivRem(i, front.Geometry.Columns);
            var place = front.Geometry.ToPatient(column, line % front.Geometry.Rows, line / front.Geometry.Rows);
            front.Labels[i] = place.Y < tip.Y + 75 && place.Z < tip.Z + 60 ? MaskVolume.Face : MaskVolume.Keep;
        }

        var all = measure.Of(front, token);
        Assert.Equal(1, all.NoseWindow);
        Assert.Equal(1, all.BrowToChin);
        Assert.Equal(0, all.RightEar ?? 0);
        Assert.InRange(all.NoseTipMm!.Value, 40, 120);
    }

    [Theory]
    [InlineData("ct", "CT")]
    [InlineData("pet", "PT")]
    [InlineData("inverted", "MR")]
    public void To_OtherContrast_ChangesValuesAndRepeats(string contrast, string modality)
    {
        var token = TestContext.Current.CancellationToken;
        var image = PhantomHead.Create(PhantomOptions.WholeHead("MR", PhantomOrientation.Axial, 4, 4) with { Seed = 6 }, token).Image;
        var (one, two) = (Recontrast.To(image, contrast, token), Recontrast.To(image, contrast, token));
        Assert.Equal(modality, one.Modality);
        Assert.Equal(one.Voxels, two.Voxels);
        Assert.NotEqual(image.Voxels, one.Voxels);
    }
}
