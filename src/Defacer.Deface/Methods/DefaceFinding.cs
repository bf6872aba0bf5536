using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods;

/// <summary>What a method found in a volume.</summary>
/// <param name="Head">The verdict with its evidence.</param>
/// <param name="Mask">What to remove, on the grid of the volume; null unless a face is in view.</param>
/// <param name="Protected">What the method takes for brain and promises not to touch, on the same grid; null where it
/// has no estimate.</param>
public sealed record DefaceFinding(HeadEvidence Head, MaskVolume? Mask, MaskVolume? Protected);

/// <summary>What the voxels say about being a head. Header claims are never evidence.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Figures">Every figure that was looked at, with the limit it was held against.</param>
public sealed record HeadEvidence(HeadVerdict Verdict, IReadOnlyList<EvidenceFigure> Figures);

/// <summary>One figure of the evidence.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The value; null when it could not be measured.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Speaks">Whether the figure speaks for a head.</param>
/// <param name="Unit">The unit; empty for a ratio.</param>
public sealed record EvidenceFigure(string Name, double? Value, double Limit, bool Speaks, string Unit);

/// <summary>What a volume shows.</summary>
public enum HeadVerdict
{
    /// <summary>Not a head.</summary>
    NotAHead,

    /// <summary>Shape and interior do not agree, or too little is in view to tell. Never passed on.</summary>
    Undecided,

    /// <summary>A head, and none of its face lies in the field of view.</summary>
    NoFaceInView,

    /// <summary>A head with at least a part of the face in view.</summary>
    Head,
}

/// <summary>How much a method removes beyond its usual cut.</summary>
/// <param name="ExtraMm">Added to depth and to every edge of the region, mm.</param>
public sealed record DefaceMargins(double ExtraMm)
{
    /// <summary>The first rung.</summary>
    public static DefaceMargins Usual { get; } = new(0);

    /// <summary>The second rung: 5 mm more on every side.</summary>
    public static DefaceMargins Larger { get; } = new(5);
}
