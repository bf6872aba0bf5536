namespace Defacer.Imaging;

/// <summary>Why work may not leave. The names are the same in report, metric, console and documentation.</summary>
public enum ParkCause
{
    /// <summary>No cause was recorded; a fault of ours.</summary>
    Unknown,

    /// <summary>The file or data set cannot be read.</summary>
    Unreadable,

    /// <summary>The pixel data cannot be decoded or do not agree with their attributes.</summary>
    PixelData,

    /// <summary>The transfer syntax cannot be decoded here.</summary>
    TransferSyntax,

    /// <summary>Position or orientation is missing, contradictory or incomplete.</summary>
    Geometry,

    /// <summary>Slices are missing between others.</summary>
    Gap,

    /// <summary>Instances came after the other originals of their series had been removed.</summary>
    OriginalsRemoved,

    /// <summary>The source has more instances of the study than came.</summary>
    Incomplete,

    /// <summary>The same instance UID came with different content.</summary>
    ConflictingDuplicate,

    /// <summary>What was received shows no head, and the route parks such series.</summary>
    NotAHead,

    /// <summary>A head without a face in view, and the route parks such series.</summary>
    NoFaceInView,

    /// <summary>A kind of object or modality that no method treats.</summary>
    UnsupportedObject,

    /// <summary>The method found no mask on a head, or failed.</summary>
    DefacingFailed,

    /// <summary>A check of the quality gate failed on every rung.</summary>
    GateFailed,

    /// <summary>An action of the profile could not be carried out.</summary>
    Deidentification,

    /// <summary>The verifier found identity in the output.</summary>
    IdentityFound,

    /// <summary>No route of the configuration takes the study any more.</summary>
    NoRoute,

    /// <summary>The destination refuses the object for good.</summary>
    Destination,

    /// <summary>Processing ended the process twice.</summary>
    Poison,

    /// <summary>Processing failed unexpectedly.</summary>
    InternalError,
}

/// <summary>The result that stops a job: nothing of it is forwarded.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Detail">What exactly, without patient data.</param>
/// <param name="Remedy">What a person can do.</param>
public sealed record Parked(ParkCause Cause, string Detail, string Remedy);
