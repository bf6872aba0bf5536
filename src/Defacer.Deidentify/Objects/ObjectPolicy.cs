using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Data;
using Defacer.Imaging;

namespace Defacer.Deidentify.Objects;

/// <summary>
/// Which objects may be treated at all. Images of scanners may; a report, a drawing, a document or a surface carries
/// identity where no table of attributes finds it, and is parked unless the profile names its kind and the kind has a
/// treatment.
/// </summary>
internal static class ObjectPolicy
{
    /// <summary>The cause why this object may not leave, or null when it may be treated.</summary>
    /// <param name="dataset">The object.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="faceRemoved">Whether the face was removed from it, and that was verified.</param>
    internal static Parked? Refuse(DicomDataset dataset, ObjectKind kind, Profile profile, bool faceRemoved) => kind switch
    {
        ObjectKind.Image => Image(dataset, profile),
        ObjectKind.ImageAtRisk => profile.UnverifiedPixelText == PixelTextPolicy.Pass
            || profile.Retains("clean-pixel-data") || dataset.GetString(DicomTag.BurnedInAnnotation) == "NO"
            ? Image(dataset, profile)
            : PixelText("image of a kind that often shows text or a person"),
        _ when profile.CleanedObjects.Contains(kind) || (faceRemoved && profile.ClippedObjects.Contains(kind)) => null,
        ObjectKind.StructuredReport => Unsupported("A structured report",
            "its text and observers cannot be cleaned without PS3.15 Table E.3.4-1", "structuredReports"),
        ObjectKind.KeyObjects => Unsupported("A selection of key objects", "the profile does not name it",
            "keyObjects"),
        ObjectKind.Presentation => Unsupported("A presentation state", "its graphics and texts may name the patient",
            "presentationStates"),
        ObjectKind.Registration => Unsupported("A registration", "the profile does not name it", "registrations"),
        ObjectKind.Segmentation => Unsupported("A segmentation", "it may draw the face that was removed",
            "segmentations"),
        ObjectKind.StructureSet => Unsupported("A structure set", NotClipped(profile, kind), "structureSets", "clip"),
        ObjectKind.Radiotherapy => Unsupported("A radiotherapy object", "the profile does not name it", "plans"),
        ObjectKind.Waveform => Unsupported("A waveform", "the profile does not name it", "waveforms"),
        ObjectKind.Dose => Unsupported("A dose grid", NotClipped(profile, kind), "doses", "clip"),
        ObjectKind.EncapsulatedDocument => Unsupported("An encapsulated document", "the document itself is opaque"),
        ObjectKind.Surface => Unsupported("A surface", "it may draw the face that was removed"),
        ObjectKind.RawData => Unsupported("Raw data", "the payload is opaque and may rebuild the head"),
        ObjectKind.Directory => Unsupported("A DICOMDIR", "it names patients, studies and files"),
        ObjectKind.Other => Unsupported("This kind of object", "it has no policy yet"),
        _ => Unsupported("An object of a private or unlisted SOP class", "there is no IOD by which it could be judged"),
    };

    // A term that PS3.3 C.7.6.3.1.2 does not define says nothing about how to show the pixels, and may be anything.
    private static readonly HashSet<string> s_photometric = new(
        ["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422",
            "YBR_PARTIAL_420",
            "YBR_ICT", "YBR_RCT", "XYB", "HSV", "ARGB", "CMYK"], StringComparer.Ordinal);

    private static Parked? Image(DicomDataset dataset, Profile profile) =>
        dataset.GetString(DicomTag.PhotometricInterpretation) is { } term && !s_photometric.Contains(term)
            ? new Parked(ParkCause.PixelData, "Photometric Interpretation (0028,0004) is no term of the standard.",
                "The source must send a valid image.")
            : BurntInText(dataset, profile);

    private static Parked? BurntInText(DicomDataset dataset, Profile profile)
    {
        if (profile.UnverifiedPixelText == PixelTextPolicy.Pass || profile.Retains("clean-pixel-data"))
        {
            return null;
        }

        if (dataset.GetString(DicomTag.BurnedInAnnotation) == "YES")
        {
            return PixelText("image that says it has burnt-in annotation (0028,0301)");
        }

        // Scanners store pages of text under their image SOP classes.
        foreach (var value in dataset.GetStrings(DicomTag.ImageType))
        {
            if (value.Contains("SCREEN", StringComparison.OrdinalIgnoreCase)
                || value.Contains("DOSE_INFO", StringComparison.OrdinalIgnoreCase))
            {
                return PixelText("image that is a screen save by its Image Type (0008,0008)");
            }
        }

        return null;
    }

    private static Parked PixelText(string what) => new(
        ParkCause.Deidentification,
        $"An {what}: nobody has checked its pixels.",
        "Look at the image; where it shows no text and no person, send it through a route whose profile has "
            + "\"unverifiedPixelText\": \"pass\".");

    private static string NotClipped(Profile profile, ObjectKind kind) => profile.ClippedObjects.Contains(kind)
        ? "it was not clipped where a face was removed, and draws the skin"
        : "it draws the face that was removed";

    private static Parked Unsupported(string what, string why, string? setting = null, string treatment = "clean") => new(
        ParkCause.UnsupportedObject,
        $"{what} is not let out: {why}.",
        (setting is null ? string.Empty
            : $"A profile with \"objects\": {{ \"{setting}\": \"{treatment}\" }} treats it"
                + (treatment == "clip" ? " in a study whose face is removed. " : ". "))
        + "Else take it out of the study at the source, or send it through another way; "
        + "the images of the study are not held up by its removal.");
}
