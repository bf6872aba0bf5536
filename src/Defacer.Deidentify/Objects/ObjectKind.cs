namespace Defacer.Deidentify.Objects;

/// <summary>Kinds of objects that differ in what a de-identifier must do.</summary>
internal enum ObjectKind
{
    /// <summary>Pixels that a scanner made.</summary>
    Image,

    /// <summary>Pixels that may show text or a person: captures, ultrasound, photographs, video.</summary>
    ImageAtRisk,

    /// <summary>Structured reports, dose reports.</summary>
    StructuredReport,

    /// <summary>Selections of key objects.</summary>
    KeyObjects,

    /// <summary>Spatial registrations.</summary>
    Registration,

    /// <summary>Segmentations of voxels.</summary>
    Segmentation,

    /// <summary>RT structure sets.</summary>
    StructureSet,

    /// <summary>Dose grids: their border follows the skin.</summary>
    Dose,

    /// <summary>Presentation states and structured displays.</summary>
    Presentation,

    /// <summary>PDF, CDA, STL and other documents.</summary>
    EncapsulatedDocument,

    /// <summary>Surfaces and meshes: they may draw the face again.</summary>
    Surface,

    /// <summary>Plans and records of radiotherapy.</summary>
    Radiotherapy,

    /// <summary>Waveforms.</summary>
    Waveform,

    /// <summary>Raw data.</summary>
    RawData,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>Other standard objects: registrations, measurements, protocols, templates.</summary>
    Other,

    /// <summary>Private SOP classes and those without an IOD in the tables.</summary>
    Unknown,
}

/// <summary>The kind by the name of the IOD.</summary>
internal static class ObjectKinds
{
    /// <summary>What a profile may let out beside images, by its name there.</summary>
    internal static IReadOnlyDictionary<string, ObjectKind> Settable { get; } =
        new Dictionary<string, ObjectKind>(StringComparer.Ordinal)
        {
            ["structuredReports"] = ObjectKind.StructuredReport,
            ["keyObjects"] = ObjectKind.KeyObjects,
            ["presentationStates"] = ObjectKind.Presentation,
            ["registrations"] = ObjectKind.Registration,
            ["segmentations"] = ObjectKind.Segmentation,
            ["structureSets"] = ObjectKind.StructureSet,
            ["doses"] = ObjectKind.Dose,
            ["plans"] = ObjectKind.Radiotherapy,
            ["waveforms"] = ObjectKind.Waveform,
        };

    /// <summary>What can be let out where it was clipped at the new surface, and only there.</summary>
    internal static bool CanBeClipped(ObjectKind kind) => kind is ObjectKind.StructureSet or ObjectKind.Dose;

    internal static ObjectKind Of(string? iod) => iod switch
    {
        null => ObjectKind.Unknown,
        "basic-directory" => ObjectKind.Directory,
        "raw-data" => ObjectKind.RawData,
        "segmentation" or "label-map-segmentation" => ObjectKind.Segmentation,
        "rt-structure-set" => ObjectKind.StructureSet,
        "rt-dose" => ObjectKind.Dose,
        "key-object-selection-document" => ObjectKind.KeyObjects,
        "spatial-registration" or "deformable-spatial-registration" => ObjectKind.Registration,
        "surface-segmentation" or "height-map-segmentation" or "surface-scan-mesh"
            or "surface-scan-point-cloud" or "rt-segment-annotation"
            or "tractography-results" => ObjectKind.Surface,
        _ when iod.EndsWith("-sr", StringComparison.Ordinal) || iod.EndsWith("sr-document", StringComparison.Ordinal)
            || iod is "procedure-log" or "spectacle-prescription-report"
            or "macular-grid-thickness-and-volume-report" => ObjectKind.StructuredReport,
        _ when iod.Contains("presentation-state", StringComparison.Ordinal) || iod == "basic-structured-display" =>
            ObjectKind.Presentation,
        _ when iod.StartsWith("encapsulated-", StringComparison.Ordinal) => ObjectKind.EncapsulatedDocument,
        _ when iod.EndsWith("-waveform", StringComparison.Ordinal) || iod.EndsWith("-ecg", StringComparison.Ordinal)
            || iod is "electromyogram" or "electrooculogram"
            || iod.EndsWith("electroencephalogram", StringComparison.Ordinal) => ObjectKind.Waveform,
        "rt-image" or "enhanced-rt-image" or "enhanced-continuous-rt-image" => ObjectKind.Image,
        _ when iod.StartsWith("rt-", StringComparison.Ordinal) || iod.Contains("radiation", StringComparison.Ordinal) =>
            ObjectKind.Radiotherapy,
        _ when IsAtRisk(iod) => ObjectKind.ImageAtRisk,
        _ when iod.EndsWith("-image", StringComparison.Ordinal) => ObjectKind.Image,
        _ => ObjectKind.Other,
    };

    private static bool IsAtRisk(string iod) =>
        iod.Contains("secondary-capture", StringComparison.Ordinal)
            || iod.StartsWith("ultrasound", StringComparison.Ordinal)
        || iod is "enhanced-us-volume" or "photoacoustic-image" or "dermoscopic-photography-image"
        || iod.StartsWith("vl-", StringComparison.Ordinal) || iod.StartsWith("video-", StringComparison.Ordinal)
        || iod.StartsWith("confocal-", StringComparison.Ordinal)
            || iod.Contains("ophthalmic", StringComparison.Ordinal);
}
