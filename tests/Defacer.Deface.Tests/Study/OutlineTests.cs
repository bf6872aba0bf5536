using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deface.Tests.Study;

/// <summary>Contours and dose over a procedural head: what lies where the face was must not leave, the rest must.</summary>
public sealed class OutlineTests
{
    private const string StructureSet = "1.2.840.10008.5.1.4.1.1.481.3";
    private const string Dose = "1.2.840.10008.5.1.4.1.1.481.2";

    private const int Side = 24;
    private const double StepMm = 8;

    [Fact]
    public async Task RunAsync_OutlinesOnADefacedHead_LoseWhatLiesInTheFaceOnly()
    {
        using var folder = new TemporaryFolder();
        var head = PhantomStudy.Create();
        var mask = (await StudyRun.RunAsync(head, folder.Path)).Result.Series[0].Masks[0].Mask;
        var all = Sample(mask.Geometry).ToList();
        var (cut, kept) = (all.Where(p => Label(mask, p) != 0).ToList(), all.Where(p => Label(mask, p) == 0).ToList());
        Assert.True(cut.Count > 50 && kept.Count > 50);
        var far = mask.Geometry.ToPatient(-40, 0, 0);
        var structures = Structures(head[0],
            [Contour("CLOSED_PLANAR", [.. all, far]), Contour("CLOSED_PLANAR", cut), Contour("CLOSED_PLANAR", kept),
                Contour("POINT", [cut[0]]), Contour("POINT", [kept[0]])],
            [Contour("CLOSED_PLANAR", cut)]);
        var centre = mask.Geometry.ToPatient(mask.Geometry.Columns / 2.0, mask.Geometry.Rows / 2.0, mask.Geometry.Slices / 2.0);
        var corner = Written(centre - (new Vector3(1, 1, 1) * (Side * StepMm / 2)));
        var dose = Object(head[0], Dose, "RTDOSE", "1.2.3.8");
        Place(dose.Dataset, corner);

        var run = await StudyRun.RunAsync([.. head, structures, dose], folder.Path);

        Assert.All(run.Result.Series, s => Assert.Equal(SeriesOutcome.Defaced, s.Outcome));
        Assert.Equal([0d, 0d, 0d], run.Result.Series.Skip(1).SelectMany(s => s.Gate).Select(g => g.Value!.Value));
        AssertContours(DicomFile.Open(run.Paths[head.Count]).Dataset.GetItems(DicomTag.ROIContourSequence), kept);
        AssertDose(DicomFile.Open(run.Paths[head.Count + 1]).Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray(), mask, corner);
    }

    [Fact]
    public async Task RunAsync_OutlinesThatCannotBePlaced_AreParkedAndTheHeadIsNot()
    {
        using var folder = new TemporaryFolder();
        var head = PhantomStudy.Create();
        var nowhere = Object(head[0], Dose, "RTDOSE", "1.2.3.7");
        Place(nowhere.Dataset, new Vector3(0, 0, 0));
        nowhere.Dataset.Remove(DicomTag.GridFrameOffsetVector);
        var elsewhere = Object(head[0], StructureSet, "RTSTRUCT", "1.2.3.6");
        elsewhere.Dataset.AddOrUpdate(DicomTag.FrameOfReferenceUID, DicomVR.UI, "1.2.3.4.5");
        var unnamed = Object(head[0], Dose, "RTDOSE", "1.2.3.5");
        unnamed.Dataset.Remove(DicomTag.FrameOfReferenceUID);

        var series = (await StudyRun.RunAsync([.. head, nowhere, elsewhere, unnamed], folder.Path)).Result.Series;

        Assert.Equal(SeriesOutcome.Defaced, series[0].Outcome);
        Assert.Equal([ParkCause.PixelData, ParkCause.UnsupportedObject, ParkCause.UnsupportedObject],
            series.Skip(1).Select(s => s.Parked!.Cause));
    }

    private static void AssertContours(IReadOnlyList<DicomDataset> regions, List<Vector3> kept)
    {
        var contours = regions[0].GetItems(DicomTag.ContourSequence);

        Assert.Equal([Text(kept), Text(kept), Text([kept[0]])],
            contours.Select(c => string.Join('\\', c.GetStrings(DicomTag.ContourData))));
        Assert.Equal([kept.Count, kept.Count, 1], contours.Select(c => c.GetInt(DicomTag.NumberOfContourPoints)!.Value));
        Assert.False(regions[1].Contains(DicomTag.ContourSequence));
        Assert.Equal(2, regions.Count);
    }

    private static void AssertDose(byte[] pixels, MaskVolume mask, Vector3 corner)
    {
        var (wrong, zero) = (0, 0);
        for (var i = 0; i < Side * Side * Side; i++)
        {
            var at = corner + (new Vector3(i % Side, i / Side % Side, i / Side / Side) * StepMm);
            var expected = Label(mask, at) == 0 ? 7 : 0;
            zero += expected == 0 ? 1 : 0;
            wrong += BitConverter.ToUInt16(pixels, i * 2) == expected ? 0 : 1;
        }

        Assert.Equal(0, wrong);
        Assert.InRange(zero, 100, (Side * Side * Side) - 100);
    }

    private static IEnumerable<Vector3> Sample(VolumeGeometry grid)
    {
        for (var slice = 2; slice < grid.Slices; slice += 9)
        {
            for (var row = 2; row < grid.Rows; row += 9)
            {
                for (var column = 2; column < grid.Columns; column += 9)
                {
                    yield return Written(grid.ToPatient(column, row, slice));
                }
            }
        }
    }

    // As a DS holds it.
    private static Vector3 Written(Vector3 p) => new(Math.Round(p.X, 2), Math.Round(p.Y, 2), Math.Round(p.Z, 2));

    private static byte Label(MaskVolume mask, Vector3 position)
    {
        var (column, row, slice) = mask.Geometry.ToVoxel(position);
        var (c, r, s) = ((int)Math.Round(column), (int)Math.Round(row), (int)Math.Round(slice));
        return c < 0 || r < 0 || s < 0 || c >= mask.Geometry.Columns || r >= mask.Geometry.Rows || s >= mask.Geometry.Slices
            ? MaskVolume.Face
            : mask.Labels[mask.Geometry.Index(c, r, s)];
    }

    private static string Text(IEnumerable<Vector3> points) => string.Join('\\',
        points.SelectMany(p => new[] { p.X, p.Y, p.Z }).Select(v => v.ToString(CultureInfo.InvariantCulture)));

    private static DicomDataset Contour(string type, IReadOnlyList<Vector3> points)
    {
        var contour = new DicomDataset();
        contour.AddOrUpdate(DicomTag.ContourGeometricType, DicomVR.CS, type);
        contour.AddOrUpdateIS(DicomTag.NumberOfContourPoints, points.Count);
        contour.AddOrUpdate(DicomElement.FromText(DicomTag.ContourData, DicomVR.DS, Text(points)));
        return contour;
    }

    private static DicomFile Object(DicomFile image, string sopClass, string modality, string series)
    {
        var dataset = new DicomDataset();
        foreach (var tag in new[] { DicomTag.StudyInstanceUID, DicomTag.FrameOfReferenceUID, DicomTag.PatientID })
        {
            dataset.AddOrUpdate(image.Dataset.GetElement(tag)!);
        }

        dataset.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, sopClass);
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, series + ".1");
        dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, series);
        dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, modality);
        return new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian), dataset);
    }

    private static DicomFile Structures(DicomFile image, params DicomDataset[][] regions)
    {
        var file = Object(image, StructureSet, "RTSTRUCT", "1.2.3.9");
        var frame = file.Dataset.GetString(DicomTag.FrameOfReferenceUID)!;
        file.Dataset.Remove(DicomTag.FrameOfReferenceUID);
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.StructureSetROISequence, regions.Index().Select(r =>
        {
            var roi = new DicomDataset();
            roi.AddOrUpdateIS(DicomTag.ROINumber, r.Index + 1);
            roi.AddOrUpdate(DicomTag.ReferencedFrameOfReferenceUID, DicomVR.UI, frame);
            roi.AddOrUpdate(DicomTag.ROIName, DicomVR.LO, "BODY");
            return roi;
        })));
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.ROIContourSequence, regions.Index().Select(r =>
        {
            var item = new DicomDataset(new DicomSequence(DicomTag.ContourSequence, r.Item));
            item.AddOrUpdateIS(DicomTag.ReferencedROINumber, r.Index + 1);
            return item;
        })));
        return file;
    }

    private static void Place(DicomDataset dose, Vector3 corner)
    {
        static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
        dose.AddOrUpdate(DicomTag.ImagePositionPatient, DicomVR.DS, Number(corner.X), Number(corner.Y), Number(corner.Z));
        dose.AddOrUpdate(DicomTag.ImageOrientationPatient, DicomVR.DS, "1", "0", "0", "0", "1", "0");
        dose.AddOrUpdate(DicomTag.PixelSpacing, DicomVR.DS, Number(StepMm), Number(StepMm));
        dose.AddOrUpdate(DicomElement.FromText(DicomTag.GridFrameOffsetVector, DicomVR.DS,
            string.Join('\\', Enumerable.Range(0, Side).Select(i => Number(i * StepMm)))));
        dose.AddOrUpdateIS(DicomTag.NumberOfFrames, Side);
        dose.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        dose.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        dose.AddOrUpdateUS(DicomTag.Rows, Side);
        dose.AddOrUpdateUS(DicomTag.Columns, Side);
        dose.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        dose.AddOrUpdateUS(DicomTag.BitsStored, 16);
        dose.AddOrUpdateUS(DicomTag.HighBit, 15);
        dose.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
        var pixels = new byte[Side * Side * Side * 2];
        for (var i = 0; i < pixels.Length; i += 2)
        {
            pixels[i] = 7;
        }

        dose.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels));
    }
}
