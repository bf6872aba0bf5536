using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Render;

/// <summary>How a volume is shown.</summary>
public sealed record RenderOptions
{
    /// <summary>Width and height of a picture, pixels.</summary>
    public int Size { get; init; } = 384;

    /// <summary>
    /// The value at the skin; null: by <see cref="SurfaceThreshold"/>. Give the one of "before" for "after".
    /// </summary>
    public float? Threshold { get; init; }

    /// <summary>The part of the patient shown; null: the volume, of tall ones the upper 320 mm.</summary>
    public (Vector3 Low, Vector3 High)? Region { get; init; }

    /// <summary>Free parts smaller than this are noise and not shown, mm³; a shell left of a face is larger.</summary>
    public double SmallestPartMm3 { get; init; } = 300;

    /// <summary>The finest grid worked on, mm; coarser where the region is large.</summary>
    public double FinestMm { get; init; } = 1;
}
