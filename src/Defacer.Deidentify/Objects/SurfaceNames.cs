using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Objects;

/// <summary>Tells regions that follow the skin, from which a face can be drawn, by how they are named.</summary>
internal static class SurfaceNames
{
    // Names of the skin and the face in the languages of structure templates (AAPM TG-263: External, Skin).
    private static readonly string[] s_words =
    [
        "BODY", "SKIN", "EXTERNAL", "FACE", "FACIAL", "NOSE", "NASAL", "EAR", "AURIC", "PINNA", "LIP", "CHEEK", "SCALP",
        "HEAD", "OUTLINE", "SURFACE", "CONTOUR", "HAUT", "PEAU", "PIEL", "KOPF", "KORPER", "KÖRPER", "CORPS", "CUERPO",
        "MASK", "BOLUS", "COUCH", "IMMOBIL", "EYE", "ORBIT", "CHIN", "JAW", "AIR", "SOFT TISSUE", "TISSUE", "PATIENT",
        "BACKGROUND",
    ];

    /// <summary>Whether a name may mean the skin; a name that is missing may.</summary>
    internal static bool IsSurface(string? name) =>
        string.IsNullOrWhiteSpace(name)
        || s_words.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>Which attribute of a segmentation names a surface; null when none does.</summary>
    internal static string? Segments(DicomDataset dataset)
    {
        var segments = dataset.GetItems(DicomTag.SegmentSequence);
        if (segments.Count == 0)
        {
            return "lack of names";
        }

        foreach (var segment in segments)
        {
            if (IsSurface(segment.GetString(DicomTag.SegmentLabel)))
            {
                return "label (0062,0005)";
            }

            var types = segment.GetItems(DicomTag.SegmentedPropertyTypeCodeSequence);
            if (types.Count == 0 || types.Any(t => IsSurface(t.GetString(DicomTag.CodeMeaning))))
            {
                return "type (0062,000F)";
            }
        }

        return null;
    }
}
