using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Defacer.Dicom.Data;
using Defacer.Imaging.Geometry;
using Vector3 = Defacer.Imaging.Geometry.Vector3;

namespace Defacer.Imaging.Phantom;

/// <summary>
/// The attributes of a phantom image but the pixels: every type 1 and 2 attribute of its IOD, with an identity that
/// nobody can take for a person's.
/// </summary>
internal static class PhantomHeader
{
    public const int CtIntercept = -1024;

    public static DicomDataset Create(VolumeGeometry geometry, PhantomSeriesOptions options, int slice)
    {
        var isCt = options.Scan.Modality == "CT";
        var dataset = new DicomDataset();
        AddPatientAndStudy(dataset, options);
        AddSeries(dataset, options);
        AddImage(dataset, options, slice, isCt);
        AddPlane(dataset, geometry, options, slice);
        if (isCt)
        {
            AddCt(dataset, options);
        }
        else
        {
            AddMr(dataset, options);
        }

        AddPixelModule(dataset, geometry);
        return dataset;
    }

    /// <summary>A UID below 2.25 (PS3.5 B.2) that follows from a text.</summary>
    public static string Uid(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes("defacer phantom " + text))[..16];
        hash[0] &= 0x7F; // at most 38 digits, as of a UUID
        var number = new BigInteger(hash, isUnsigned: true, isBigEndian: true);
        return "2.25." + number.ToString(CultureInfo.InvariantCulture);
    }

    private static void AddPatientAndStudy(DicomDataset dataset, PhantomSeriesOptions options)
    {
        var seed = options.Scan.Seed.ToString(CultureInfo.InvariantCulture);
        var study = $"{seed} {options.StudyNumber}";
        dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, $"PHANTOM^HEAD {seed}");
        dataset.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, $"PHANTOM-{seed}");
        dataset.AddOrUpdate(DicomTag.PatientBirthDate, DicomVR.DA, "19000101");
        dataset.AddOrUpdate(DicomTag.PatientSex, DicomVR.CS, "O");
        dataset.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, Uid($"study {study}"));
        dataset.AddOrUpdate(DicomTag.FrameOfReferenceUID, DicomVR.UI, Uid($"frame {study}"));
        dataset.AddOrUpdate(DicomTag.PositionReferenceIndicator, DicomVR.LO, string.Empty);
        dataset.AddOrUpdate(DicomTag.StudyDate, DicomVR.DA, "20000101");
        dataset.AddOrUpdate(DicomTag.StudyTime, DicomVR.TM, "120000");
        dataset.AddOrUpdate(DicomTag.StudyDescription, DicomVR.LO, "PHANTOM STUDY");
        dataset.AddOrUpdate(DicomTag.StudyID, DicomVR.SH, Number(options.StudyNumber));
        dataset.AddOrUpdate(DicomTag.AccessionNumber, DicomVR.SH, $"PHANTOM{options.StudyNumber}");
        dataset.AddOrUpdate(DicomTag.ReferringPhysicianName, DicomVR.PN, "PHANTOM^REFERRER");
    }

    private static void AddSeries(DicomDataset dataset, PhantomSeriesOptions options)
    {
        dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, options.Scan.Modality);
        dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, Uid($"series {SeriesKey(options)}"));
        dataset.AddOrUpdate(DicomTag.SeriesNumber, DicomVR.IS, Number(options.SeriesNumber));
        dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, options.Description);
        dataset.AddOrUpdate(DicomTag.SeriesDate, DicomVR.DA, "20000101");
        dataset.AddOrUpdate(DicomTag.SeriesTime, DicomVR.TM, "120000");
        dataset.AddOrUpdate(DicomTag.BodyPartExamined, DicomVR.CS, "HEAD");
        dataset.AddOrUpdate(DicomTag.PatientPosition, DicomVR.CS, "HFS");
        dataset.AddOrUpdate(DicomTag.Manufacturer, DicomVR.LO, "PHANTOM");
        dataset.AddOrUpdate(DicomTag.InstitutionName, DicomVR.LO, "PHANTOM INSTITUTION");
    }

    private static void AddImage(DicomDataset dataset, PhantomSeriesOptions options, int slice, bool isCt)
    {
        dataset.AddOrUpdate(
            DicomTag.SOPClassUID, DicomVR.UI, (isCt ? DicomUID.CTImageStorage : DicomUID.MRImageStorage).UID);
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, Uid($"instance {SeriesKey(options)} {slice}"));
        dataset.AddOrUpdate(DicomTag.ImageType, DicomVR.CS, "ORIGINAL", "PRIMARY", isCt ? "AXIAL" : "OTHER");
        dataset.AddOrUpdate(DicomTag.InstanceNumber, DicomVR.IS, Number(slice + 1));
        dataset.AddOrUpdate(DicomTag.AcquisitionNumber, DicomVR.IS, "1");
        foreach (var (date, time) in ((DicomTag, DicomTag)[])[
            (DicomTag.AcquisitionDate, DicomTag.AcquisitionTime), (DicomTag.ContentDate, DicomTag.ContentTime)])
        {
            dataset.AddOrUpdate(date, DicomVR.DA, "20000101");
            dataset.AddOrUpdate(time, DicomVR.TM, "120000");
        }
    }

    private static void AddPlane(DicomDataset dataset, VolumeGeometry geometry, PhantomSeriesOptions options, int slice)
    {
        var origin = geometry.SliceOrigins[slice];
        var (column, row) = (geometry.ColumnStep.Normalized, geometry.RowStep.Normalized);
        dataset.AddOrUpdate(DicomTag.ImagePositionPatient, DicomVR.DS, Numbers(origin));
        dataset.AddOrUpdate(DicomTag.ImageOrientationPatient, DicomVR.DS, [.. Numbers(column), .. Numbers(row)]);

        // PS3.3 10.7.1.3: first the distance of rows, then of columns.
        dataset.AddOrUpdate(
            DicomTag.PixelSpacing, DicomVR.DS, Number(geometry.RowStep.Length), Number(geometry.ColumnStep.Length));
        dataset.AddOrUpdate(DicomTag.SliceThickness, DicomVR.DS, Number(options.Scan.SliceMm));
        dataset.AddOrUpdate(DicomTag.SliceLocation, DicomVR.DS, Number(geometry.Heights[slice]));
    }

    private static void AddMr(DicomDataset dataset, PhantomSeriesOptions options)
    {
        dataset.AddOrUpdate(DicomTag.ScanningSequence, DicomVR.CS, "GR");
        dataset.AddOrUpdate(DicomTag.SequenceVariant, DicomVR.CS, "SP");
        dataset.AddOrUpdate(DicomTag.ScanOptions, DicomVR.CS, string.Empty);
        dataset.AddOrUpdate(DicomTag.MRAcquisitionType, DicomVR.CS, "3D");
        dataset.AddOrUpdate(DicomTag.RepetitionTime, DicomVR.DS, "8");
        dataset.AddOrUpdate(DicomTag.EchoTime, DicomVR.DS, "3");
        dataset.AddOrUpdate(DicomTag.EchoTrainLength, DicomVR.IS, "1");
        dataset.AddOrUpdate(DicomTag.FlipAngle, DicomVR.DS, "12");
        dataset.AddOrUpdate(DicomTag.MagneticFieldStrength, DicomVR.DS, "3");
        dataset.AddOrUpdate(DicomTag.SpacingBetweenSlices, DicomVR.DS, Number(options.Scan.SliceMm));
        Window(dataset, 450, 900);
    }

    private static void AddCt(DicomDataset dataset, PhantomSeriesOptions options)
    {
        dataset.AddOrUpdate(DicomTag.KVP, DicomVR.DS, "120");
        dataset.AddOrUpdate(DicomTag.GantryDetectorTilt, DicomVR.DS, Number(options.Scan.TiltDegrees));
        dataset.AddOrUpdate(DicomTag.RescaleIntercept, DicomVR.DS, Number(CtIntercept));
        dataset.AddOrUpdate(DicomTag.RescaleSlope, DicomVR.DS, "1");
        dataset.AddOrUpdate(DicomTag.RescaleType, DicomVR.LO, "HU");
        Window(dataset, 40, 400);
    }

    private static void AddPixelModule(DicomDataset dataset, VolumeGeometry geometry)
    {
        dataset.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        dataset.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        dataset.AddOrUpdateUS(DicomTag.Rows, checked((ushort)geometry.Rows));
        dataset.AddOrUpdateUS(DicomTag.Columns, checked((ushort)geometry.Columns));
        dataset.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        dataset.AddOrUpdateUS(DicomTag.BitsStored, 12);
        dataset.AddOrUpdateUS(DicomTag.HighBit, 11);
        dataset.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
    }

    private static void Window(DicomDataset dataset, int centre, int width)
    {
        dataset.AddOrUpdate(DicomTag.WindowCenter, DicomVR.DS, Number(centre));
        dataset.AddOrUpdate(DicomTag.WindowWidth, DicomVR.DS, Number(width));
    }

    // Options that change the picture but not the key would give two pictures one UID: all of them are in the key.
    private static string SeriesKey(PhantomSeriesOptions options) =>
        $"{options.StudyNumber} {options.SeriesNumber} {options.Description} {options.Scan}";

    private static string[] Numbers(Vector3 v) => [Number(v.X), Number(v.Y), Number(v.Z)];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    // DS holds 16 characters; a millionth of a millimetre is enough.
    private static string Number(double value) =>
        (Math.Round(value, 6) + 0.0).ToString("0.######", CultureInfo.InvariantCulture);
}
