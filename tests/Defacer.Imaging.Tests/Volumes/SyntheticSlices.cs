using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Imaging.Tests.Volumes;

/// <summary>Small classic slices, 4 columns × 3 rows, made for one test.</summary>
internal static class SyntheticSlices
{
    internal const int Columns = 4;
    internal const int Rows = 3;

    /// <summary>An axial MR slice at a height; every pixel has the same 16 bits.</summary>
    internal static DicomFile Slice(double z, int number, ushort pixel = 7, Action<DicomDataset>? change = null)
    {
        var d = new DicomDataset();
        d.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, "1.2.840.10008.5.1.4.1.1.4");
        d.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "MR");
        d.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, "1.2.3");
        d.AddOrUpdate(DicomTag.InstanceNumber, DicomVR.IS, number.ToString(CultureInfo.InvariantCulture));
        d.AddOrUpdate(DicomTag.ImagePositionPatient, DicomVR.DS, "0", "0", z.ToString(CultureInfo.InvariantCulture));
        d.AddOrUpdate(DicomTag.ImageOrientationPatient, DicomVR.DS, "1", "0", "0", "0", "1", "0");
        d.AddOrUpdate(DicomTag.PixelSpacing, DicomVR.DS, "2", "1");
        d.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        d.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        d.AddOrUpdateUS(DicomTag.Rows, Rows);
        d.AddOrUpdateUS(DicomTag.Columns, Columns);
        d.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        d.AddOrUpdateUS(DicomTag.BitsStored, 12);
        d.AddOrUpdateUS(DicomTag.HighBit, 11);
        d.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
        d.AddOrUpdate(Pixels(Enumerable.Repeat(pixel, Rows * Columns)));
        change?.Invoke(d);
        var meta = new DicomDataset();
        meta.AddOrUpdate(DicomTag.TransferSyntaxUID, DicomVR.UI, DicomTransferSyntax.ExplicitVRLittleEndian.UID);
        return new DicomFile(meta, d);
    }

    internal static DicomElement Pixels(IEnumerable<ushort> values) =>
        new(DicomTag.PixelData, DicomVR.OW, values.SelectMany(BitConverter.GetBytes).ToArray());

    internal static Action<DicomDataset> Set(DicomTag tag, DicomVR vr, params string[] values) =>
        d => d.AddOrUpdate(tag, vr, values);
}
