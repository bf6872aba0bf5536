using Defacer.Deface.Study;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Phantom;
using Defacer.Imaging.Volumes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Study;

public class NiftiDefacerTests
{
    [Theory]
    [InlineData(NiftiDataType.Int16, "in.nii.gz")]
    [InlineData(NiftiDataType.Float32, "in.nii")]
    public void Run_Phantom_KeepsHeaderAndEveryVoxelOutsideTheMask(NiftiDataType type, string name)
    {
        using var folder = new TemporaryFolder();
        Phantom(type).Write(folder[name]);
        var input = NiftiFile.Read(folder[name]);
        var result = Run(input, folder);
        Assert.Equal(SeriesOutcome.Defaced, result.Outcome);
        Assert.All(result.Gate, figure => Assert.True(figure.Passed, figure.ToString()));
        var output = NiftiFile.Read(folder["out.nii.gz"]);
        Assert.True(input.HasSameHeader(output));
        var mask = Assert.Single(result.Masks).Mask;
        var width = input.Data.Length / mask.Labels.Length;
        var changed = Enumerable.Range(0, mask.Labels.Length).Where(i =>
            !input.Data.AsSpan(i * width, width).SequenceEqual(output.Data.AsSpan(i * width, width))).ToList();
        Assert.NotEmpty(changed);
        Assert.All(changed, i => Assert.NotEqual(MaskVolume.Keep, mask.Labels[i]));
    }

    [Fact]
    public void Run_OneVoxelElsewhereChangedOnDisk_IsParked()
    {
        using var folder = new TemporaryFolder();
        var input = Phantom(NiftiDataType.Int16);
        var result = new NiftiDefacer(TimeProvider.System).Run(
            input,
            "MR",
            new DefaceOptions(),
            candidate =>
            {
                candidate.Data[^1] ^= 1;
                return candidate;
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(SeriesOutcome.Parked, result.Outcome);
        Assert.Contains(result.Gate, f => f.Name == "outside-changed" && !f.Passed);
    }

    private static SeriesDefacement Run(NiftiFile input, TemporaryFolder folder) => new NiftiDefacer(TimeProvider.System).Run(
        input,
        "MR",
        new DefaceOptions(),
        candidate =>
        {
            candidate.Write(folder["out.nii.gz"]);
            return NiftiFile.Read(folder["out.nii.gz"]);
        },
        TestContext.Current.CancellationToken);

    private static NiftiFile Phantom(NiftiDataType type)
    {
        var scan = PhantomOptions.WholeHead("MR", PhantomOrientation.Sagittal, 2.5, 2.5) with { Seed = 5 };
        return NiftiFile.FromVolume(PhantomHead.Create(scan, TestContext.Current.CancellationToken).Image, type);
    }
}
