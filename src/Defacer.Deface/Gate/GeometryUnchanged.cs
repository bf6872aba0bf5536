using Defacer.Dicom.Data;

namespace Defacer.Deface.Gate;

/// <summary>
/// Position, orientation, spacing and the scale of values are what they were, in every functional group too.
/// </summary>
internal sealed class GeometryUnchanged : ISeriesCheck
{
    private static readonly DicomTag[] s_tags =
    [
        DicomTag.ImagePositionPatient, DicomTag.ImageOrientationPatient, DicomTag.PixelSpacing, DicomTag.SliceThickness,
        DicomTag.SpacingBetweenSlices, DicomTag.RescaleSlope, DicomTag.RescaleIntercept, DicomTag.PhotometricInterpretation,
        DicomTag.InStackPositionNumber, DicomTag.DimensionIndexValues,
    ];

    public string Name => "geometry-changed";

    public IEnumerable<GateFigure> Measure(GateSeries series, CancellationToken cancellationToken)
    {
        var changed = 0;
        foreach (var (original, output) in series.Originals.Zip(series.Outputs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            changed += output is not null && Same(original.Dataset, output.Dataset) ? 0 : 1;
        }

        yield return GateFigure.AtMost(Name, changed, 0, "instances");
    }

    private static bool Same(DicomDataset before, DicomDataset after)
    {
        foreach (var tag in s_tags)
        {
            if (!Value(before, tag).SequenceEqual(Value(after, tag)))
            {
                return false;
            }
        }

        return SameItems(before, after, DicomTag.SharedFunctionalGroupsSequence)
            && SameItems(before, after, DicomTag.PerFrameFunctionalGroupsSequence);
    }

    private static bool SameItems(DicomDataset before, DicomDataset after, DicomTag sequence)
    {
        var (a, b) = (before.GetItems(sequence), after.GetItems(sequence));
        return a.Count == b.Count && a.Zip(b).All(pair => Macros.All(macro => SameMacro(pair.First, pair.Second, macro)));
    }

    private static IReadOnlyList<DicomTag> Macros { get; } =
    [
        DicomTag.PlanePositionSequence, DicomTag.PlaneOrientationSequence, DicomTag.PixelMeasuresSequence,
        DicomTag.PixelValueTransformationSequence, DicomTag.FrameContentSequence,
    ];

    private static bool SameMacro(DicomDataset before, DicomDataset after, DicomTag macro)
    {
        var (a, b) = (before.GetItems(macro), after.GetItems(macro));
        return a.Count == b.Count && a.Zip(b).All(pair =>
            s_tags.All(tag => Value(pair.First, tag).SequenceEqual(Value(pair.Second, tag))));
    }

    // Numbers where the value is numbers: "1.0" and "1" put a slice at the same place.
    private static IEnumerable<string> Value(DicomDataset dataset, DicomTag tag) =>
        dataset.GetDoubles(tag) is { Count: > 0 } numbers ? numbers.Select(n => n.ToString("R", System.Globalization.CultureInfo.InvariantCulture)) : dataset.GetStrings(tag);
}
