using System.Globalization;
using Defacer.Deface.Methods;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Volumes;
using Defacer.Imaging;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests;

/// <summary>The same head in another order of storage loses the same voxels (pydeface issues 9 and 41 were about that).</summary>
public class StorageOrderTests
{
    [Fact]
    public void Find_RowsFromFeetToHead_RemovesTheSamePlacesOfThePatient()
    {
        var files = RealSeries.Open("mr-t1-sag-adult-hfs");
        var flipped = files.Select(FlipRows).ToList();
        var (mask, rows) = (MaskOf(files), MaskOf(flipped));
        Assert.NotEqual(mask.Geometry.RowStep, rows.Geometry.RowStep);
        AssertSamePlaces(mask, rows);
    }

    [Fact]
    public void Find_InstancesInAnotherOrder_RemovesTheSame()
    {
        var files = RealSeries.Open("mr-t1-sag-adult-hfs");
        Assert.Equal(MaskOf(files).Labels, MaskOf([.. files.Reverse()]).Labels);
    }

    [Fact]
    public async Task RunAsync_ReportedFlippedInput_KeepsTheTopOfTheHead()
    {
        using var folder = new TemporaryFolder();
        var files = RealSeries.OpenFolder(Archive.Unpack("bugs", "21-sagittal-flipped", "in.tar.xz"));
        var run = await StudyRun.RunAsync(files, folder.Path);
        var series = Assert.Single(run.Result.Series);
        if (series.Outcome == SeriesOutcome.Parked)
        {
            // The head of this input is crude: parked is right, a cut brain is not.
            Assert.Contains(series.Parked!.Cause, new[] { ParkCause.NotAHead, ParkCause.DefacingFailed, ParkCause.GateFailed });
            return;
        }

        var mask = Assert.Single(series.Masks).Mask;
        var (top, highestMasked) = (double.MinValue, double.MinValue);
        ForEachPlace(mask, (z, label) =>
        {
            top = Math.Max(top, z);
            highestMasked = label != MaskVolume.Keep ? Math.Max(highestMasked, z) : highestMasked;
        });
        Assert.True(highestMasked < top - 40);
    }

    [Fact]
    public async Task RunAsync_RealSeriesWithAMissingSlice_IsParkedAsAGap()
    {
        using var folder = new TemporaryFolder();
        var files = RealSeries.Open("mr-t1-sag-child-3y").ToList();
        files.RemoveAt(90);
        var run = await StudyRun.RunAsync(files, folder.Path);
        var series = Assert.Single(run.Result.Series);
        Assert.Equal(SeriesOutcome.Parked, series.Outcome);
        Assert.Equal(ParkCause.Gap, series.Parked!.Cause);
        Assert.Empty(run.Paths);
    }

    [Fact]
    public async Task RunAsync_ReportedInputWithAMissingSlice_IsParkedAsAGap()
    {
        using var folder = new TemporaryFolder();
        var files = RealSeries.OpenFolder(Archive.Unpack("bugs", "15-missing-slice", "in.tar.xz"));
        var run = await StudyRun.RunAsync(files, folder.Path);
        Assert.Equal(ParkCause.Gap, Assert.Single(run.Result.Series).Parked!.Cause);
    }

    private static MaskVolume MaskOf(IReadOnlyList<DicomFile> files)
    {
        var stack = Assert.Single(SeriesVolumes.Build(files).Stacks);
        var volume = VolumeLoader.Load(stack, files, TestContext.Current.CancellationToken);
        return new DepthMask().Find(volume, DefaceMargins.Usual, TestContext.Current.CancellationToken).Mask!;
    }

    private static void AssertSamePlaces(MaskVolume a, MaskVolume b)
    {
        var (different, masked) = (0, 0);
        for (var slice = 0; slice < a.Geometry.Slices; slice++)
        {
            for (var row = 0; row < a.Geometry.Rows; row++)
            {
                for (var column = 0; column < a.Geometry.Columns; column++)
                {
                    var (c, r, s) = b.Geometry.ToVoxel(a.Geometry.ToPatient(column, row, slice));
                    var other = b.Labels[b.Geometry.Index((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s))];
                    var own = a.Labels[a.Geometry.Index(column, row, slice)];
                    masked += own != 0 ? 1 : 0;
                    different += own != other ? 1 : 0;
                }
            }
        }

        // The working grid lies the same for both; only rounding at voxel borders may differ.
        Assert.True(masked > 10_000);
        Assert.True(different < masked / 1000, $"{different} of {masked} differ.");
    }

    private static void ForEachPlace(MaskVolume mask, Action<double, byte> action)
    {
        var geometry = mask.Geometry;
        for (var i = 0; i < mask.Labels.Length; i++)
        {
            var (slice, rest) = Math.DivRem(i, geometry.Rows * geometry.Columns);
            action(geometry.ToPatient(rest % geometry.Columns, rest / geometry.Columns, slice).Z, mask.Labels[i]);
        }
    }

    // The same voxels, stored with the last row first: the position moves to that row, its direction turns round.
    private static DicomFile FlipRows(DicomFile file)
    {
        var dataset = file.Dataset.Clone();
        var (rows, columns) = (dataset.GetInt(DicomTag.Rows)!.Value, dataset.GetInt(DicomTag.Columns)!.Value);
        var pixels = dataset.GetElement(DicomTag.PixelData)!;
        var (source, target) = (pixels.Value.ToArray(), new byte[pixels.Length]);
        var line = columns * 2;
        for (var row = 0; row < rows; row++)
        {
            source.AsSpan(row * line, line).CopyTo(target.AsSpan((rows - 1 - row) * line));
        }

        var o = dataset.GetDoubles(DicomTag.ImageOrientationPatient);
        var p = dataset.GetDoubles(DicomTag.ImagePositionPatient);
        var way = dataset.GetDoubles(DicomTag.PixelSpacing)[0] * (rows - 1);
        dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, pixels.VR, target));
        dataset.AddOrUpdate(DicomTag.ImagePositionPatient, DicomVR.DS, [.. Enumerable.Range(0, 3).Select(i => Text(p[i] + (way * o[3 + i])))]);
        dataset.AddOrUpdate(
            DicomTag.ImageOrientationPatient, DicomVR.DS, [.. o.Take(3).Select(Text), .. o.Skip(3).Select(v => Text(-v))]);
        return new DicomFile(file.FileMetaInfo, dataset);
    }

    private static string Text(double value) => value.ToString("0.##########", CultureInfo.InvariantCulture);
}
