using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Volumes;

/// <summary>Reads the frames of one instance, or says why they can be no slices.</summary>
internal static class InstanceFrames
{
    // 0.01: cosines written with two decimals are still accepted, directions that are no right angle (0.6 degrees)
    // are not.
    private const double OrthonormalTolerance = 0.01;

    // 100 m and 1 m: far beyond any scanner; keeps sums of hostile numbers finite.
    private const double MaxCoordinateMm = 100_000;
    private const double MaxSpacingMm = 1000;

    /// <summary>Adds the frames of an instance; gives the problem instead when it has one.</summary>
    internal static SeriesProblem? Read(DicomFile file, int instance, List<StackFrame> frames)
    {
        var (description, problem) = Describe(file, instance);
        if (description is null)
        {
            return problem;
        }

        var dataset = file.Dataset;
        var groups = dataset.GetItems(DicomTag.PerFrameFunctionalGroupsSequence).Count;
        if (groups == 0 && dataset.GetStrings(DicomTag.ImageType).Contains("MOSAIC", StringComparer.Ordinal))
        {
            return Problem(SeriesCause.Mosaic, "The image is a mosaic of many slices in one frame.", instance);
        }

        if (groups != description.NumberOfFrames && (groups > 0 || description.NumberOfFrames > 1))
        {
            return Problem(
                SeriesCause.NoGeometry,
                $"{description.NumberOfFrames} frames have {groups} items of functional groups.",
                instance);
        }

        var first = frames.Count;
        for (var frame = 0; frame < description.NumberOfFrames; frame++)
        {
            if (ReadFrame(dataset, description, new FrameLocation(instance, frame)) is not { } read)
            {
                frames.RemoveRange(first, frames.Count - first);
                return Problem(
                    SeriesCause.NoGeometry,
                    $"Frame {frame + 1} has no possible Image Position, Image Orientation and Pixel Spacing.",
                    instance);
            }

            frames.Add(read);
        }

        return null;
    }

    private static (PixelDescription? Description, SeriesProblem? Problem) Describe(DicomFile file, int instance)
    {
        try
        {
            if (PixelDescription.From(file.Dataset) is not { } description)
            {
                return (null, Problem(SeriesCause.NotAnImage, "The instance has no pixel data.", instance));
            }

            if (!PixelCodecs.CanDecode(file.TransferSyntax.UID))
            {
                return (null, Problem(SeriesCause.UndecodableSyntax, "The syntax cannot be decoded.", instance));
            }

            if (!StoredValues.CanRead(description))
            {
                return (null, Problem(SeriesCause.UnsupportedPixels, "No grey values of 8, 16 or 32 bits.", instance));
            }

            return (new PixelDataReader(file.Dataset, file.TransferSyntax).Description, null);
        }
        catch (DicomFormatException e)
        {
            return (null, Problem(SeriesCause.PixelData, e.Message, instance));
        }
    }

    private static StackFrame? ReadFrame(DicomDataset dataset, PixelDescription description, FrameLocation location)
    {
        var attributes = new FrameAttributes(dataset, location.Frame);
        var position = attributes.Numbers(DicomTag.PlanePositionSequence, DicomTag.ImagePositionPatient);
        var orientation = attributes.Numbers(DicomTag.PlaneOrientationSequence, DicomTag.ImageOrientationPatient);
        var spacing = attributes.Numbers(DicomTag.PixelMeasuresSequence, DicomTag.PixelSpacing);
        if (position.Count != 3 || orientation.Count != 6 || spacing.Count != 2
            || !position.All(p => Math.Abs(p) <= MaxCoordinateMm)
            || !spacing.All(s => s is > 0 and <= MaxSpacingMm))
        {
            return null;
        }

        var row = new Vector3(orientation[0], orientation[1], orientation[2]);
        var column = new Vector3(orientation[3], orientation[4], orientation[5]);
        if (!IsOrthonormal(row, column))
        {
            return null;
        }

        var isMultiFrame = attributes.Group(DicomTag.PlanePositionSequence) is not null;
        var instanceNumber = dataset.GetInt(DicomTag.InstanceNumber);

        // Pixel Spacing gives the distance of rows first, then that of columns (PS3.3 §10.7.1.3).
        return new StackFrame
        {
            Location = location,
            Attributes = attributes,
            Origin = new Vector3(position[0], position[1], position[2]),
            ColumnStep = row.Normalized * spacing[1],
            RowStep = column.Normalized * spacing[0],
            Rows = description.Rows,
            Columns = description.Columns,
            Modality = dataset.GetString(DicomTag.Modality) ?? string.Empty,
            SeriesInstanceUID = dataset.GetString(DicomTag.SeriesInstanceUID) ?? string.Empty,
            FrameOfReferenceUID = dataset.GetString(DicomTag.FrameOfReferenceUID),
            StackId = attributes.Text(DicomTag.FrameContentSequence, DicomTag.StackID),
            InstanceNumber = instanceNumber,
            PositionNumber = isMultiFrame
                ? (int?)attributes.Number(DicomTag.FrameContentSequence, DicomTag.InStackPositionNumber)
                : instanceNumber,
        };
    }

    // False for NaN too: every comparison with it is.
    private static bool IsOrthonormal(Vector3 row, Vector3 column) =>
        Math.Abs(row.Length - 1) <= OrthonormalTolerance
        && Math.Abs(column.Length - 1) <= OrthonormalTolerance
        && Math.Abs(row.Dot(column)) <= OrthonormalTolerance;

    private static SeriesProblem Problem(SeriesCause cause, string detail, int instance) =>
        new(cause, detail, [instance]);
}
