using Defacer.Dicom.Data;
using Defacer.Imaging;

namespace Defacer.Deidentify.Objects;

/// <summary>
/// What kinds of objects need before the rules of the table see them. Each leaves the received data set as it is and
/// puts a smaller one in its place.
/// </summary>
internal static class ObjectTreatment
{
    /// <summary>Prepares an object of a kind that the policy lets in; a cause when it turns out not to be
    /// safe.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="faceRemoved">Whether its outlines were clipped where the face was: then none draws it.</param>
    /// <param name="dataset">The object; replaced by what is left of it.</param>
    internal static Parked? Prepare(ObjectKind kind, bool faceRemoved, ref DicomDataset dataset)
    {
        switch (kind)
        {
            case ObjectKind.StructuredReport or ObjectKind.KeyObjects:
                dataset = ContentTree.WithoutText(dataset);
                return null;
            case ObjectKind.StructureSet when !faceRemoved:
                dataset = StructureSet.WithoutSurfaces(dataset);
                return null;
            case ObjectKind.Segmentation:
                return SurfaceNames.Segments(dataset) is { } name
                    ? new Parked(ParkCause.UnsupportedObject,
                        $"A segment of the segmentation is a surface by its {name}: it draws the face.",
                        "Remove the segment at the source, or send the segmentation another way.")
                    : null;
            default:
                return null;
        }
    }

    /// <summary>A copy of the first level in which some items are replaced or left out.</summary>
    internal static DicomDataset Rewrite(DicomDataset source, Func<DicomItem, DicomItem?> rewrite)
    {
        var copy = new DicomDataset { IsUndefinedLength = source.IsUndefinedLength };
        for (var i = 0; i < source.Count; i++)
        {
            if (rewrite(source[i]) is { } item)
            {
                copy.AddOrUpdate(ReferenceEquals(item, source[i]) && item is DicomSequence sequence
                    ? Copy(sequence) : item);
            }
        }

        return copy;
    }

    // A sequence belongs to one data set.
    private static DicomSequence Copy(DicomSequence sequence) =>
        new(sequence.Tag, sequence.Items.Select(i => Rewrite(i, x => x)));
}
