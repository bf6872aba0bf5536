using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Study;

public class StudyTests
{
    [Fact]
    public async Task RunAsync_ObjectThatNoMethodTreats_IsParked()
    {
        using var folder = new TemporaryFolder();
        var file = PhantomStudy.Create()[0];
        file.Dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "US");
        var series = Assert.Single((await StudyRun.RunAsync([file], folder.Path)).Result.Series);
        Assert.Equal(ParkCause.UnsupportedObject, series.Parked!.Cause);
    }

    [Theory]
    [InlineData("1.2.840.10008.5.1.4.1.1.88.11", "SR", SeriesOutcome.Passed)]
    [InlineData("1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT", SeriesOutcome.Parked)]
    public async Task RunAsync_ObjectWithoutPixels_PassesOnlyIfItOutlinesNothing(string sopClass, string modality, SeriesOutcome expected)
    {
        using var folder = new TemporaryFolder();
        var file = PhantomStudy.Create()[0];
        file.Dataset.Remove(DicomTag.PixelData);
        file.Dataset.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, sopClass);
        file.Dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, modality);
        var series = Assert.Single((await StudyRun.RunAsync([file], folder.Path)).Result.Series);
        Assert.Equal(expected, series.Outcome);
    }

    [Fact]
    public async Task RunAsync_StackLargerThanTheBudget_IsParkedBeforeItIsLoaded()
    {
        using var folder = new TemporaryFolder();
        var options = new DefaceOptions { MemoryBudgetBytes = 1_000_000 };
        var run = await StudyRun.RunAsync(PhantomStudy.Create(), folder.Path, options);
        Assert.Contains("memory budget", Assert.Single(run.Result.Series).Parked!.Detail, StringComparison.Ordinal);
        Assert.Empty(run.Paths);
    }

    [Fact]
    public async Task RunAsync_LocaliserBesideAHeadInTheSameFrame_LosesTheSameFace()
    {
        using var folder = new TemporaryFolder();
        var head = PhantomStudy.Create();
        // One slice through the nose alone shows too little to judge, but its place in the patient is known.
        var alone = new DicomFile(head[0].FileMetaInfo, head[head.Count / 2].Dataset.Clone());
        alone.Dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, "1.2.3.4");
        alone.Dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, "1.2.3.4.1");
        var run = await StudyRun.RunAsync([.. head, alone], folder.Path);
        Assert.Equal(SeriesOutcome.Defaced, run.Result.Series[0].Outcome);
        var (whole, single) = (run.Result.Series[0].Masks[0].Mask, run.Result.Series[1]);
        Assert.NotEqual(SeriesOutcome.Passed, single.Outcome);
        if (single.Outcome == SeriesOutcome.Defaced)
        {
            var plane = whole.Geometry.Rows * whole.Geometry.Columns;
            Assert.True(single.Masks[0].Mask.Labels.Count(l => l != 0) >= whole.Labels.AsSpan(plane * (whole.Geometry.Slices / 2), plane).Count((byte)1) * 0.9);
        }
    }

    [Fact]
    public async Task RunAsync_LocaliserAlone_IsNeverPassedOn()
    {
        using var folder = new TemporaryFolder();
        var head = PhantomStudy.Create();
        var options = new DefaceOptions { NotAHead = NotAHeadPolicy.Pass };
        var series = Assert.Single((await StudyRun.RunAsync([head[head.Count / 2]], folder.Path, options)).Result.Series);
        Assert.Equal(SeriesOutcome.Parked, series.Outcome);
    }

    [Fact]
    public async Task RunAsync_UnknownMethod_SaysWhichThereAre()
    {
        using var folder = new TemporaryFolder();
        var error = await Assert.ThrowsAsync<ArgumentException>(() =>
            StudyRun.RunAsync(PhantomStudy.Create(), folder.Path, new DefaceOptions { Method = "magic" }));
        Assert.Contains("depth-mask", error.Message, StringComparison.Ordinal);
    }
}
