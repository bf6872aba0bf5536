using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// Where face and ears lie on the mean head, in its own mm. Read off the template and checked on real heads.
/// </summary>
internal static class FaceRegion
{
    /// <summary>
    /// Height of the upper edge: two fingers above the orbital rim, so that the ridge under the eyebrows goes too.
    /// </summary>
    internal const double BrowZ = 8;

    /// <summary>How far above the brow the skin goes too: brows are set differently, mm.</summary>
    internal const double OverBrowMm = 8;

    /// <summary>Depth below the skin there: frontal lobes lie 9 mm and more below it, mm.</summary>
    internal const double OverBrowDepthMm = 5;

    /// <summary>Height of the orbital rim: below it the cut is deep.</summary>
    internal const double OrbitTopZ = -16;

    /// <summary>Below the lips; from here downward the chin is looked for.</summary>
    internal const double LipsZ = -108;

    /// <summary>Below the chin of most heads: the mean chin ends at -133.</summary>
    internal const double ChinZ = -148;

    /// <summary>Below every chin, the mouth wide open.</summary>
    internal const double LowestChinZ = -205;

    /// <summary>How far behind the chin the skin under it lies, mm.</summary>
    internal const double UnderChinMm = 24;

    /// <summary>The face ends in front of this frontal plane; the ears begin about 40 mm behind it.</summary>
    internal const double SideY = -45;

    /// <summary>Middle of the ear, and half its height and width with what ears differ from head to head.</summary>
    internal const double EarY = 8, EarZ = -38, EarHalfHeight = 42, EarHalfWidth = 30;

    /// <summary>Where ears may still reach when they are larger or set differently.</summary>
    internal const double EarSearchHalfHeight = 62, EarSearchHalfWidth = 48;

    /// <summary>Depth below the skin over brow, cheeks and chin, mm.</summary>
    internal const double DepthMm = 9;

    /// <summary>Depth below the skin over orbits and nose, mm.</summary>
    internal const double DeepMm = 16;

    /// <summary>Depth below the side of the head where an ear was, mm.</summary>
    internal const double EarDepthMm = 5;

    /// <summary>Kept between a cut and the brain, mm.</summary>
    internal const double BrainRimMm = 4;

    /// <summary>Share of heads with brain at a place from which on the place counts as brain.</summary>
    internal const double BrainShare = 0.04;

    /// <summary>Whether a point of the skin of the mean head belongs to the face.</summary>
    internal static bool IsFaceSkin(Vector3 template) => template.Z is > -130 and < BrowZ && template.Y < -62;
}
