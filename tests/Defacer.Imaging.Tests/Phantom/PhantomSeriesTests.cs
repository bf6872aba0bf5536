using System.ComponentModel;
using System.Diagnostics;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Phantom;
using Defacer.Imaging.Volumes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Imaging.Tests.Phantom;

public class PhantomSeriesTests
{
    private static readonly PhantomOptions s_coarse = new()
    {
        Seed = 5,
        Columns = 48,
        Rows = 40,
        Slices = 12,
        ColumnMm = 5,
        RowMm = 6,
        SliceMm = 14,
    };

    [Theory]
    [InlineData("MR", PhantomOrientation.Sagittal, 0)]
    [InlineData("MR", PhantomOrientation.Oblique, 0)]
    [InlineData("CT", PhantomOrientation.Axial, 18)]
    [InlineData("CT", PhantomOrientation.Coronal, 0)]
    public void Write_EveryKind_IsReadBackAsTheSameVolume(string modality, PhantomOrientation orientation, double tilt)
    {
        using var folder = new TemporaryFolder();
        var scan = s_coarse with { Modality = modality, Orientation = orientation, TiltDegrees = tilt };
        var options = new PhantomSeriesOptions { Scan = scan, Truth = true };
        var written = PhantomSeries.Write(folder.Path, options, CancellationToken.None);
        var files = written.Files.Select(p => DicomFile.Open(p)).ToArray();
        var series = SeriesVolumes.Build(files);
        Assert.Empty(series.Problems);
        var stack = Assert.Single(series.Stacks);
        var volume = VolumeLoader.Load(stack, files, CancellationToken.None);
        var expected = written.Head.Image;
        var ends = new[] { (0, 0, 0), (47, 39, 11) }.Select(c => volume.Geometry.ToPatient(c.Item1, c.Item2, c.Item3));
        Assert.All(ends, p =>
        {
            var stored = Math.Clamp(ValueAt(expected, p), modality == "CT" ? -1024 : 0, 4095);
            Assert.Equal(stored, ValueAt(volume, p), 0.51);
        });
        Assert.Equal(expected.Voxels.Average(), volume.Voxels.Average(), 0.5);
        var face = NiftiFile.Read(written.FaceTruth!).ToVolume(0, "MR");
        Assert.Equal(written.Head.Face.Labels, face.Voxels.Select(v => (byte)v));
    }

    [Fact]
    public void Write_SameOptions_GivesTheSameBytesAndOthersOtherIdentifiers()
    {
        using var folder = new TemporaryFolder();
        var options = new PhantomSeriesOptions { Scan = s_coarse };
        var first = PhantomSeries.Write(folder["a"], options, CancellationToken.None);
        var again = PhantomSeries.Write(folder["b"], options, CancellationToken.None);
        var other = options with { SeriesNumber = 2, Scan = s_coarse with { Modality = "CT" } };
        var second = PhantomSeries.Write(folder["c"], other, CancellationToken.None);
        Assert.Equal(File.ReadAllBytes(first.Files[3]), File.ReadAllBytes(again.Files[3]));
        var (a, c) = (DicomFile.Open(first.Files[3]).Dataset, DicomFile.Open(second.Files[3]).Dataset);
        Assert.Equal(a.GetString(DicomTag.StudyInstanceUID), c.GetString(DicomTag.StudyInstanceUID));
        Assert.Equal(a.GetString(DicomTag.FrameOfReferenceUID), c.GetString(DicomTag.FrameOfReferenceUID));
        Assert.NotEqual(a.GetString(DicomTag.SeriesInstanceUID), c.GetString(DicomTag.SeriesInstanceUID));
        Assert.NotEqual(a.GetString(DicomTag.SOPInstanceUID), c.GetString(DicomTag.SOPInstanceUID));
        var uids = first.Files.Select(f => DicomFile.Open(f).Dataset.GetString(DicomTag.SOPInstanceUID));
        Assert.Equal(12, uids.Distinct().Count());
        Assert.StartsWith("PHANTOM", a.GetString(DicomTag.PatientName), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MR", PhantomOrientation.Oblique, 0)]
    [InlineData("CT", PhantomOrientation.Axial, 18)]
    public void Write_Instance_SatisfiesDciodvfy(string modality, PhantomOrientation orientation, double tilt)
    {
        using var folder = new TemporaryFolder();
        var scan = s_coarse with { Modality = modality, Orientation = orientation, TiltDegrees = tilt };
        var options = new PhantomSeriesOptions { Scan = scan };
        var written = PhantomSeries.Write(folder.Path, options, CancellationToken.None);
        var said = Dciodvfy(written.Files[6]);
        Assert.Contains(modality + "Image", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Error", said, StringComparison.Ordinal);
    }

    private static float ValueAt(Volume volume, Vector3 position)
    {
        var (c, r, s) = volume.Geometry.ToVoxel(position);
        return volume.Voxels[volume.Geometry.Index((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s))];
    }

    private static string Dciodvfy(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("dciodvfy", [path])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return said;
        }
        catch (Win32Exception)
        {
            Assert.Skip("dciodvfy (dicom3tools) is not installed.");
            return string.Empty;
        }
    }
}
