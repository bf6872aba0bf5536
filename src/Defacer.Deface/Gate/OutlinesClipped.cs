using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>
/// Reads a written structure set or dose grid again and counts what still lies where the face was: points of contours,
/// voxels with dose.
/// </summary>
internal static class OutlinesClipped
{
    /// <param name="output">As re-read from disk; null where it cannot be read.</param>
    /// <param name="masks">Every mask of the frame of reference.</param>
    internal static IEnumerable<GateFigure> Measure(DicomFile? output, IReadOnlyList<MaskVolume> masks)
    {
        if (output is null)
        {
            return [GateFigure.Failed("outlines-left", 0, "points")];
        }

        var points = output.Dataset.GetItems(DicomTag.ROIContourSequence)
            .SelectMany(r => r.GetItems(DicomTag.ContourSequence))
            .Sum(c => c.GetDoubles(DicomTag.ContourData).Chunk(3)
                .Count(p => p.Length == 3 && IsCut(new Vector3(p[0], p[1], p[2]), masks)));
        List<GateFigure> figures = [GateFigure.AtMost("outlines-left", points, 0, "points")];
        if (output.Dataset.Contains(DicomTag.PixelData))
        {
            figures.Add(GateFigure.AtMost("dose-left", DoseLeft(output, masks), 0, "voxels"));
        }

        return figures;
    }

    private static int DoseLeft(DicomFile output, IReadOnlyList<MaskVolume> masks)
    {
        var dataset = output.Dataset;
        var values = new PixelDataReader(dataset, output.TransferSyntax);
        var shape = values.Description;
        var (origin, axes, spacing) = (dataset.GetDoubles(DicomTag.ImagePositionPatient),
            dataset.GetDoubles(DicomTag.ImageOrientationPatient), dataset.GetDoubles(DicomTag.PixelSpacing));
        var offsets = dataset.GetDoubles(DicomTag.GridFrameOffsetVector);
        var (x, y) = (new Vector3(axes[0], axes[1], axes[2]), new Vector3(axes[3], axes[4], axes[5]));
        var up = offsets.Count < 2 || offsets[0] == 0 ? x.Cross(y).Normalized : new Vector3(0, 0, 1);
        var frame = new byte[shape.FrameBytes];
        var left = 0;
        for (var f = 0; f < shape.NumberOfFrames; f++)
        {
            values.ReadFrame(f, frame, CancellationToken.None);
            var corner = new Vector3(origin[0], origin[1], origin[2]) + (up * (f == 0 ? 0 : offsets[f] - offsets[0]));
            for (var i = 0; i < shape.FramePixels; i++)
            {
                var bytes = frame.AsSpan(i * shape.BitsAllocated / 8, shape.BitsAllocated / 8);
                left += bytes.IndexOfAnyExcept((byte)0) >= 0
                    && IsCut(corner + (x * (spacing[1] * (i % shape.Columns))) + (y * (spacing[0] * (i / shape.Columns))), masks) ? 1 : 0;
            }
        }

        return left;
    }

    private static bool IsCut(Vector3 position, IReadOnlyList<MaskVolume> masks) => masks.Any(mask =>
    {
        var at = mask.Geometry.ToVoxel(position);
        var (c, r, s) = ((int)Math.Round(at.Column), (int)Math.Round(at.Row), (int)Math.Round(at.Slice));
        return c >= 0 && r >= 0 && s >= 0 && c < mask.Geometry.Columns && r < mask.Geometry.Rows && s < mask.Geometry.Slices
            && mask.Labels[mask.Geometry.Index(c, r, s)] != MaskVolume.Keep;
    });
}
