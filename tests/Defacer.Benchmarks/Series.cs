using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Benchmarks;

/// <summary>Synthetic CT slices.</summary>
internal static class Series
{
    /// <summary>Writes instances with UIDs below a root of their own.</summary>
    internal static List<string> Write(string folder, int root, int count, int matrix)
    {
        Directory.CreateDirectory(folder);
        var files = new List<string>();
        var pixels = Pixels(matrix);
        for (var number = 1; number <= count; number++)
        {
            files.Add(Path.Combine(folder, $"{number:D4}.dcm"));
            Make(root, number, matrix, pixels).Save(files[^1]);
        }

        return files;
    }

    /// <summary>One instance.</summary>
    internal static DicomFile Make(int root, int number, int matrix, byte[] pixels)
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, DicomUID.CTImageStorage.UID);
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, $"2.25.71.{root}.{number}");
        dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "CT");
        dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, "BENCH^MARK");
        dataset.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, "BENCH");
        dataset.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, $"2.25.71.{root}");
        dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, $"2.25.71.{root}.0");
        dataset.AddOrUpdate(DicomTag.InstanceNumber, DicomVR.IS, number.ToString(CultureInfo.InvariantCulture));
        dataset.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        dataset.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        dataset.AddOrUpdateUS(DicomTag.Rows, (ushort)matrix);
        dataset.AddOrUpdateUS(DicomTag.Columns, (ushort)matrix);
        dataset.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        dataset.AddOrUpdateUS(DicomTag.BitsStored, 16);
        dataset.AddOrUpdateUS(DicomTag.HighBit, 15);
        dataset.AddOrUpdateUS(DicomTag.PixelRepresentation, 1);
        dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels));
        return new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian), dataset);
    }

    internal static byte[] Pixels(int matrix)
    {
        var pixels = new byte[matrix * matrix * 2];
        for (var i = 0; i < matrix * matrix; i++)
        {
            BitConverter.TryWriteBytes(pixels.AsSpan(i * 2), (short)(((i * 7) % 3000) - 1000));
        }

        return pixels;
    }
}
