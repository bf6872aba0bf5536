using System.Globalization;
using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Paint;

/// <summary>
/// Takes out of contours what was cut from the patient (PS3.3 §C.8.8.6): their points there go, the outline closes over
/// the cut, and of what is left too little for a line goes as a whole. Points that stay are the characters they were.
/// </summary>
internal static class OutlineClipper
{
    /// <summary>A clipped copy of a structure set or a dose grid.</summary>
    /// <param name="file">As it came.</param>
    /// <param name="regionOf">What was cut, by frame of reference.</param>
    /// <param name="cancellationToken">Looked at once a region and a frame.</param>
    /// <exception cref="DicomFormatException">The grid cannot be placed in the patient.</exception>
    internal static DicomFile Clip(DicomFile file, Func<string?, RemovedRegion> regionOf, CancellationToken cancellationToken)
    {
        var dataset = file.Dataset.Clone();
        var frames = new OutlineFrames(dataset);
        foreach (var region in dataset.GetItems(DicomTag.ROIContourSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var removed = regionOf(frames.OfRegion(region.GetInt(DicomTag.ReferencedROINumber)));
            var contours = region.GetItems(DicomTag.ContourSequence);
            var kept = contours.Where(c => Clip(c, removed)).ToList();
            if (kept.Count == 0)
            {
                region.Remove(DicomTag.ContourSequence);
            }
            else if (kept.Count < contours.Count)
            {
                region.AddOrUpdate(new DicomSequence(DicomTag.ContourSequence, kept));
            }
        }

        if (dataset.Contains(DicomTag.PixelData))
        {
            DosePainter.Clip(dataset, file, regionOf(frames.OfObject), cancellationToken);
        }

        return new DicomFile(file.FileMetaInfo.Clone(), dataset) { Preamble = file.Preamble };
    }

    // Whether anything of it stays.
    private static bool Clip(DicomDataset contour, RemovedRegion removed)
    {
        if (contour.GetElement(DicomTag.ContourData) is not { Length: > 0 } data)
        {
            return true;
        }

        var numbers = Encoding.Latin1.GetString(data.Value.Span).Split('\\');
        var kept = new List<string>(numbers.Length);
        for (var i = 0; i + 2 < numbers.Length; i += 3)
        {
            // What is no position is nowhere that anybody looked.
            if (Position(numbers.AsSpan(i, 3)) is { } position && !removed.Contains(position))
            {
                kept.AddRange(numbers.AsSpan(i, 3));
            }
        }

        if (kept.Count == numbers.Length)
        {
            return true;
        }

        var least = contour.GetString(DicomTag.ContourGeometricType) switch
        {
            "POINT" => 1,
            "OPEN_PLANAR" or "OPEN_NONPLANAR" => 2,
            _ => 3,
        };
        if (kept.Count < least * 3)
        {
            return false;
        }

        contour.AddOrUpdate(DicomElement.FromText(data.Tag, DicomVR.DS, string.Join('\\', kept).Trim(' ', '\0')));
        contour.AddOrUpdateIS(DicomTag.NumberOfContourPoints, kept.Count / 3);
        return true;
    }

    private static Vector3? Position(ReadOnlySpan<string> numbers) =>
        Number(numbers[0]) is { } x && Number(numbers[1]) is { } y && Number(numbers[2]) is { } z ? new Vector3(x, y, z) : null;

    private static double? Number(string text) =>
        double.TryParse(text.AsSpan().Trim(" \0"), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
