using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Paint;

/// <summary>Sets the dose to zero where the patient was cut (PS3.3 §C.8.8.3); other voxels keep their bytes.</summary>
internal static class DosePainter
{
    /// <exception cref="DicomFormatException">The grid is compressed or cannot be placed in the patient.</exception>
    internal static void Clip(DicomDataset dataset, DicomFile source, RemovedRegion removed, CancellationToken cancellationToken)
    {
        if (source.TransferSyntax.IsEncapsulated)
        {
            throw Error("The dose grid is compressed.");
        }

        var reader = new PixelDataReader(source.Dataset, source.TransferSyntax);
        var shape = reader.Description;
        if (shape.BitsAllocated % 8 != 0 || shape.SamplesPerPixel != 1)
        {
            throw Error("The dose grid is no grid of numbers.");
        }

        var grid = DoseGrid.Of(source.Dataset);
        var size = shape.BitsAllocated / 8;
        var frameBytes = checked((int)shape.FrameBytes);
        var pixels = new byte[checked(frameBytes * shape.NumberOfFrames)];
        for (var frame = 0; frame < shape.NumberOfFrames; frame++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = pixels.AsSpan(frame * frameBytes, frameBytes);
            reader.ReadFrame(frame, bytes, cancellationToken);
            for (var pixel = 0; pixel < shape.Rows * shape.Columns; pixel++)
            {
                if (removed.Contains(grid.Position(pixel % shape.Columns, pixel / shape.Columns, frame)))
                {
                    bytes.Slice(pixel * size, size).Clear();
                }
            }
        }

        NativePixelData.Replace(dataset, shape, pixels, source.TransferSyntax);
        dataset.Remove(DicomTag.SmallestImagePixelValue);
        dataset.Remove(DicomTag.LargestImagePixelValue);
    }

    private static DicomFormatException Error(string message) => new(message, 0, $"{DicomTag.PixelData}");

    /// <summary>Where the voxels of a dose lie.</summary>
    /// <param name="Origin">Centre of the first voxel, mm.</param>
    /// <param name="ColumnStep">From one column to the next, mm.</param>
    /// <param name="RowStep">From one row to the next, mm.</param>
    /// <param name="Frames">From the first frame to each, mm.</param>
    private sealed record DoseGrid(Vector3 Origin, Vector3 ColumnStep, Vector3 RowStep, IReadOnlyList<Vector3> Frames)
    {
        internal Vector3 Position(int column, int row, int frame) =>
            Origin + Frames[frame] + (ColumnStep * column) + (RowStep * row);

        internal static DoseGrid Of(DicomDataset dataset)
        {
            var position = dataset.GetDoubles(DicomTag.ImagePositionPatient);
            var orientation = dataset.GetDoubles(DicomTag.ImageOrientationPatient);
            var spacing = dataset.GetDoubles(DicomTag.PixelSpacing);
            var offsets = dataset.GetDoubles(DicomTag.GridFrameOffsetVector);
            var frames = dataset.GetInt(DicomTag.NumberOfFrames) ?? 1;
            if (position.Count != 3 || orientation.Count != 6 || spacing.Count != 2 || (frames > 1 && offsets.Count != frames))
            {
                throw Error("The dose grid says not where it lies.");
            }

            var along = new Vector3(orientation[0], orientation[1], orientation[2]);
            var down = new Vector3(orientation[3], orientation[4], orientation[5]);
            var normal = along.Cross(down).Normalized;
            // PS3.3 §C.8.8.3.2: from zero, distances along the normal; else heights of transverse frames in the patient.
            var step = frames == 1 || offsets[0] == 0 ? normal : new Vector3(0, 0, 1);
            return new DoseGrid(new Vector3(position[0], position[1], position[2]), along * spacing[1], down * spacing[0],
                [.. Enumerable.Range(0, frames).Select(f => step * (frames == 1 ? 0 : offsets[f] - offsets[0]))]);
        }
    }
}
