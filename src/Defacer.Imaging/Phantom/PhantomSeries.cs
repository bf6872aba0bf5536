using System.Buffers.Binary;
using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Nifti;

namespace Defacer.Imaging.Phantom;

/// <summary>
/// Writes a phantom as single-frame MR or CT images (PS3.3 A.4, A.3), the same bytes for the same options.
/// </summary>
public static class PhantomSeries
{
    /// <summary>Scans and writes.</summary>
    /// <param name="folder">Made when absent; files are named 0001.dcm and so on.</param>
    /// <param name="options">What to write.</param>
    /// <param name="ct">Looked at once a slice.</param>
    public static PhantomSeriesFiles Write(string folder, PhantomSeriesOptions options, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var head = PhantomHead.Create(options.Scan, ct);
        var files = new List<string>();
        for (var slice = 0; slice < head.Image.Geometry.Slices; slice++)
        {
            ct.ThrowIfCancellationRequested();
            files.Add(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{slice + 1:0000}.dcm")));
            Instance(head, options, slice).Save(files[^1]);
        }

        return options.Truth
            ? new PhantomSeriesFiles(
                files, WriteMask(folder, "face", head.Face), WriteMask(folder, "brain", head.Brain), head)
            : new PhantomSeriesFiles(files, null, null, head);
    }

    /// <summary>The instances of a scanned phantom in memory, in slice order.</summary>
    public static IReadOnlyList<DicomFile> Instances(PhantomHead head, PhantomSeriesOptions options) =>
        [.. Enumerable.Range(0, head.Image.Geometry.Slices).Select(slice => Instance(head, options, slice))];

    private static string WriteMask(string folder, string name, Volumes.MaskVolume mask)
    {
        var path = Path.Combine(folder, $"{name}.nii.gz");
        NiftiFile.FromMask(mask).Write(path);
        return path;
    }

    private static DicomFile Instance(PhantomHead head, PhantomSeriesOptions options, int slice)
    {
        var dataset = PhantomHeader.Create(head.Image.Geometry, options, slice);
        dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, Pixels(head, slice)));
        var meta = new DicomDataset(
            new DicomElement(DicomTag.FileMetaInformationVersion, DicomVR.OB, new byte[] { 0, 1 }));
        meta.AddOrUpdate(
            DicomTag.MediaStorageSOPClassUID, DicomVR.UI, dataset.GetString(DicomTag.SOPClassUID)!);
        meta.AddOrUpdate(
            DicomTag.MediaStorageSOPInstanceUID, DicomVR.UI, dataset.GetString(DicomTag.SOPInstanceUID)!);
        meta.AddOrUpdate(DicomTag.TransferSyntaxUID, DicomVR.UI, DicomTransferSyntax.ExplicitVRLittleEndian.UID);
        meta.AddOrUpdate(DicomTag.ImplementationClassUID, DicomVR.UI, PhantomHeader.Uid("implementation"));
        meta.AddOrUpdate(DicomTag.ImplementationVersionName, DicomVR.SH, "PHANTOM");
        return new DicomFile(meta, dataset);
    }

    // 12 bits unsigned: MR as it is, CT with the intercept that scanners use.
    private static byte[] Pixels(PhantomHead head, int slice)
    {
        var geometry = head.Image.Geometry;
        var values = head.Image.Voxels.AsSpan(geometry.Index(0, 0, slice), geometry.Rows * geometry.Columns);
        var bytes = new byte[values.Length * 2];
        var offset = head.Image.Modality == "CT" ? -PhantomHeader.CtIntercept : 0;
        for (var i = 0; i < values.Length; i++)
        {
            var stored = (ushort)Math.Clamp(MathF.Round(values[i] + offset), 0, 4095);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), stored);
        }

        return bytes;
    }
}
