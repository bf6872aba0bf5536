namespace Defacer.Imaging.Volumes;

/// <summary>Why instances of a series form no volume.</summary>
public enum SeriesCause
{
    /// <summary>The instance has no pixel data: a report, a presentation state.</summary>
    NotAnImage,

    /// <summary>Pixel data in a transfer syntax that is not decoded here.</summary>
    UndecodableSyntax,

    /// <summary>Pixel data that contradict their attributes.</summary>
    PixelData,

    /// <summary>Colour, floating point, 1-bit or 64-bit pixels.</summary>
    UnsupportedPixels,

    /// <summary>Position, orientation or pixel spacing is missing or impossible.</summary>
    NoGeometry,

    /// <summary>Many slices in one frame as tiles (Siemens mosaic).</summary>
    Mosaic,

    /// <summary>Single slices that all point elsewhere, as in radial acquisitions.</summary>
    MixedOrientation,

    /// <summary>Several slices at one position that no attribute tells apart.</summary>
    DuplicatePosition,

    /// <summary>Slices are missing between others.</summary>
    Gap,

    /// <summary>More voxels than one array can hold.</summary>
    TooLarge,
}

/// <summary>Instances that form no volume. Their frames are in no stack.</summary>
/// <param name="Cause">Why.</param>
/// <param name="Detail">What and where exactly, without patient data.</param>
/// <param name="Instances">Indices in the list of instances that was given, ascending.</param>
public sealed record SeriesProblem(SeriesCause Cause, string Detail, IReadOnlyList<int> Instances);
