using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Gate;

/// <summary>Whatever goes wrong between painting and disk, the gate finds it in the file and the series is parked.</summary>
public class SabotageTests
{
    [Fact]
    public async Task RunAsync_NothingWrong_IsDefaced() =>
        Assert.Equal(SeriesOutcome.Defaced, (await RunAsync((_, painted) => painted)).Outcome);

    [Fact]
    public async Task RunAsync_OriginalWrittenInsteadOfPainted_IsParked() =>
        AssertFailed(await RunAsync((original, _) => original), "slices-unchanged");

    [Fact]
    public async Task RunAsync_OneSliceNotPainted_IsParked() => AssertFailed(
        await RunAsync((original, painted) => original.Dataset.GetInt(DicomTag.InstanceNumber) == 35 ? original : painted), "slices-unchanged");

    [Fact]
    public async Task RunAsync_OnePixelElsewhereChanged_IsParked() =>
        AssertFailed(await RunAsync((_, painted) => With(painted, d => ChangeLastPixel(d))), "outside-changed");

    [Fact]
    public async Task RunAsync_IconKept_IsParked() => AssertFailed(
        await RunAsync((_, painted) => With(painted, d => d.AddOrUpdate(new DicomSequence(DicomTag.IconImageSequence, new DicomDataset())))),
        "pictures-left");

    [Fact]
    public async Task RunAsync_OverlayInANestedItem_IsParked() => AssertFailed(
        await RunAsync((_, painted) => With(painted, d => d.AddOrUpdate(new DicomSequence(
            DicomTag.ReferencedImageSequence,
            new DicomDataset(new DicomElement(new DicomTag(0x6000, 0x3000), DicomVR.OW, new byte[8])))))),
        "pictures-left");

    [Fact]
    public async Task RunAsync_PositionMoved_IsParked() => AssertFailed(
        await RunAsync((_, painted) => With(painted, d => d.AddOrUpdate(DicomTag.ImagePositionPatient, DicomVR.DS, "1", "2", "3"))),
        "geometry-changed");

    [Fact]
    public async Task RunAsync_FileLost_IsParked()
    {
        using var folder = new TemporaryFolder();
        var result = await new StudyDefacer(TimeProvider.System).RunAsync(
            PhantomStudy.Create(),
            new DefaceOptions(),
            (instance, _) => ValueTask.FromResult(folder["nothing.dcm"]),
            TestContext.Current.CancellationToken);
        AssertFailed(Assert.Single(result.Series), "instances-missing");
    }

    [Fact]
    public async Task RunAsync_StaleExtent_IsParked() => AssertFailed(
        await RunAsync((_, painted) => With(painted, d => d.AddOrUpdateUS(DicomTag.LargestImagePixelValue, 65_000))), "pixel-extent-stale");

    private static void AssertFailed(SeriesDefacement series, string figure)
    {
        Assert.Equal(SeriesOutcome.Parked, series.Outcome);
        Assert.Equal(ParkCause.GateFailed, series.Parked!.Cause);
        Assert.Contains(series.Gate, f => f.Name == figure && !f.Passed);
    }

    private static async Task<SeriesDefacement> RunAsync(Func<DicomFile, DicomFile, DicomFile> sabotage)
    {
        using var folder = new TemporaryFolder();
        var result = await new StudyDefacer(TimeProvider.System).RunAsync(
            PhantomStudy.Create(),
            new DefaceOptions(),
            (instance, _) =>
            {
                var path = folder[$"{instance.Index}.dcm"];
                sabotage(instance.Original, instance.Painted).Save(path);
                return ValueTask.FromResult(path);
            },
            TestContext.Current.CancellationToken);
        return Assert.Single(result.Series);
    }

    private static DicomFile With(DicomFile file, Action<DicomDataset> change)
    {
        var dataset = file.Dataset.Clone();
        change(dataset);
        return new DicomFile(file.FileMetaInfo, dataset);
    }

    // The upper corner behind the head: no mask reaches there.
    private static void ChangeLastPixel(DicomDataset dataset)
    {
        var element = dataset.GetElement(DicomTag.PixelData)!;
        var bytes = element.Value.ToArray();
        var columns = dataset.GetInt(DicomTag.Columns)!.Value;
        bytes[(columns - 1) * 2] ^= 1;
        dataset.AddOrUpdate(new DicomElement(element.Tag, element.VR, bytes));
    }
}
