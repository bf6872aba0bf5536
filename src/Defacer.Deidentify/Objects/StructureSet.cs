using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Objects;

/// <summary>
/// An RT structure set (PS3.3 §A.19) without the regions whose contours follow the skin: the region, its contours and
/// its observations go together, so that the numbers that are left still lead to each other.
/// </summary>
internal static class StructureSet
{
    internal static DicomDataset WithoutSurfaces(DicomDataset dataset)
    {
        var surfaces = Surfaces(dataset);
        return ObjectTreatment.Rewrite(dataset, item => item is not DicomSequence sequence ? item
            : item.Tag == DicomTag.StructureSetROISequence
                ? Without(sequence, i => IsOf(i, DicomTag.ROINumber, surfaces))
            : item.Tag == DicomTag.ROIContourSequence || item.Tag == DicomTag.RTROIObservationsSequence
                ? Without(sequence, i => IsOf(i, DicomTag.ReferencedROINumber, surfaces))
            : item);
    }

    private static HashSet<int> Surfaces(DicomDataset dataset)
    {
        var numbers = dataset.GetItems(DicomTag.StructureSetROISequence)
            .Where(r => SurfaceNames.IsSurface(r.GetString(DicomTag.ROIName)))
            .Select(r => r.GetInt(DicomTag.ROINumber) ?? int.MinValue)
            .ToHashSet();
        // (3006,00A4) RT ROI Interpreted Type says it whatever the name: the outline, supports, what lies on the skin.
        foreach (var observation in dataset.GetItems(DicomTag.RTROIObservationsSequence))
        {
            if (observation.GetString(DicomTag.RTROIInterpretedType)
                is "EXTERNAL" or "SUPPORT" or "FIXATION" or "BOLUS" or "MARKER")
            {
                numbers.Add(observation.GetInt(DicomTag.ReferencedROINumber) ?? int.MinValue);
            }
        }

        return numbers;
    }

    // What has no number cannot be told from a surface.
    private static bool IsOf(DicomDataset item, DicomTag number, HashSet<int> surfaces) =>
        item.GetInt(number) is not { } n || surfaces.Contains(n);

    private static DicomSequence Without(DicomSequence sequence, Func<DicomDataset, bool> goes) =>
        new(sequence.Tag, sequence.Items.Where(i => !goes(i)).Select(i => ObjectTreatment.Rewrite(i, x => x)));
}
