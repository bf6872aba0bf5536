using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using static Defacer.Imaging.Tests.Volumes.SyntheticSlices;

namespace Defacer.Imaging.Tests.Volumes;

/// <summary>
/// A small enhanced multi-frame object: orientation and spacing shared, position and slope of each frame.
/// </summary>
internal static class SyntheticEnhanced
{
    internal sealed record Frame(double Z, double Slope = 1, string StackId = "1", int TemporalPosition = 1);

    /// <summary>Frame k holds k + 1 in every pixel.</summary>
    internal static DicomFile Make(IReadOnlyList<Frame> frames, int? itemsOfFrames = null)
    {
        var file = Slice(0, 1);
        var d = file.Dataset;
        d.Remove(DicomTag.ImagePositionPatient);
        d.Remove(DicomTag.ImageOrientationPatient);
        d.Remove(DicomTag.PixelSpacing);

        Set(DicomTag.NumberOfFrames, DicomVR.IS, Text(frames.Count))(d);
        d.AddOrUpdate(Pixels(frames.SelectMany((_, k) => Enumerable.Repeat((ushort)(k + 1), Rows * Columns))));
        d.AddOrUpdate(new DicomSequence(DicomTag.SharedFunctionalGroupsSequence, new DicomDataset(
            Group(DicomTag.PlaneOrientationSequence, DicomTag.ImageOrientationPatient, "0", "1", "0", "0", "0", "-1"),
            Group(DicomTag.PixelMeasuresSequence, DicomTag.PixelSpacing, "3", "2"))));
        d.AddOrUpdate(new DicomSequence(
            DicomTag.PerFrameFunctionalGroupsSequence, frames.Take(itemsOfFrames ?? frames.Count).Select(Item)));
        return file;
    }

    private static DicomDataset Item(Frame frame)
    {
        var transformation = new DicomDataset();
        Set(DicomTag.RescaleSlope, DicomVR.DS, Text(frame.Slope))(transformation);
        Set(DicomTag.RescaleIntercept, DicomVR.DS, "0.5")(transformation);
        var content = new DicomDataset();
        Set(DicomTag.StackID, DicomVR.SH, frame.StackId)(content);
        content.AddOrUpdate(new DicomElement(
            DicomTag.TemporalPositionIndex, DicomVR.UL, BitConverter.GetBytes(frame.TemporalPosition)));
        return new DicomDataset(
            new DicomSequence(DicomTag.FrameContentSequence, content),
            Group(DicomTag.PlanePositionSequence, DicomTag.ImagePositionPatient, Text(frame.Z), "0", "0"),
            new DicomSequence(DicomTag.PixelValueTransformationSequence, transformation));
    }

    private static DicomSequence Group(DicomTag group, DicomTag attribute, params string[] values)
    {
        var item = new DicomDataset();
        Set(attribute, DicomVR.DS, values)(item);
        return new DicomSequence(group, item);
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
