using System.Numerics;
using static Defacer.Imaging.Phantom.Shapes;

namespace Defacer.Imaging.Phantom;

/// <summary>
/// What the skull holds: cerebrum with folds and ventricles, cerebellum, brain stem and cord in fluid.
/// </summary>
internal sealed class BrainShape(float foldPhase)
{
    /// <summary>Scalp and skull together, mm.</summary>
    public const float CaseMm = 13;

    private const float FluidMm = 2.6f;

    /// <summary>Distance to the inner side of the skull, the canal of the cord included.</summary>
    public static float Cavity(Vector3 p, float cranium)
    {
        // The floor rises to the front; the hind pit reaches down behind the ears.
        var floor = 13 - (0.27f * p.Y) + (3 * Bell(MathF.Abs(p.X) - 34, p.Y + 18, 14, 16) * -4) - p.Z;
        var cerebral = Cut(cranium + CaseMm, floor, 10);
        var pit = Ellipsoid(p, new Vector3(0, 47, -1), new Vector3(53, 37, 32));
        pit = Cut(pit, cranium + CaseMm, 6);
        return Join(Join(cerebral, pit, 6), Canal(p), 6);
    }

    /// <summary>Distance to the surface of the brain (cord below the skull not counted), folds not counted.</summary>
    public static float Surface(Vector3 p, float cavity)
    {
        var brain = cavity + FluidMm;

        // The fissure between the halves, and a gap above the cerebellum.
        var below = p.Z + 34;
        return MathF.Max(brain, -below);
    }

    /// <summary>What is inside the cavity at a point.</summary>
    public Tissue At(Vector3 p, float cavity)
    {
        var stem = Stem(p);
        if (p.Z < -30 || (stem < 3 && p.Z < 8))
        {
            return stem < 0 ? Tissue.WhiteMatter : Tissue.Fluid;
        }

        var depth = -(cavity + FluidMm);
        if (depth < 0)
        {
            return Tissue.Fluid;
        }

        return IsHindbrain(p) ? Hindbrain(p, stem) : Cerebrum(p, depth);
    }

    private static float Canal(Vector3 p) =>
        MathF.Max(Tube(p, new Vector3(0, 22, 5), new Vector3(0, 34, -200), 17, 10), p.Z - 10);

    private static float Stem(Vector3 p) => Tube(p, new Vector3(0, 14, 14), new Vector3(0, 33, -60), 13, 6);

    private static bool IsHindbrain(Vector3 p) => p.Y > 14 && p.Z < 14 + (0.12f * (p.Y - 14));

    private static Tissue Hindbrain(Vector3 p, float stem)
    {
        if (stem < 0)
        {
            return Tissue.WhiteMatter;
        }

        var middle = Ellipsoid(p, new Vector3(0, 40, -4), new Vector3(34, 17, 11));
        if (middle < 0)
        {
            return Tissue.WhiteMatter;
        }

        // Leaves of the cerebellum: thin arcs around its middle.
        return MathF.Sin(middle * 1.5f) > 0.82f ? Tissue.Fluid : Tissue.GreyMatter;
    }

    private Tissue Cerebrum(Vector3 p, float depth)
    {
        // The fissure between the halves goes down to the arch that joins them.
        var arch = Ellipsoid(p with { X = 0 }, new Vector3(0, 4, 36), new Vector3(100, 42, 30));
        if (MathF.Abs(p.X) < 1.3f && arch > 0)
        {
            return Tissue.Fluid;
        }

        var m = p with { X = MathF.Abs(p.X) };
        if (Ventricle(m) < 0)
        {
            return Tissue.Fluid;
        }

        if (Ellipsoid(m, new Vector3(11, 8, 40), new Vector3(10, 17, 11)) < 0
            || Ellipsoid(m, new Vector3(25, -2, 42), new Vector3(7, 16, 10)) < 0)
        {
            return Tissue.GreyMatter;
        }

        // Folds go up to 17 mm deep and wander, because the field is bent by a longer wave.
        var bent = p + (new Vector3(4, 5, 4) * Waves(p + new Vector3(foldPhase), 63));
        var fold = MathF.Abs(Waves(bent + new Vector3(foldPhase, 0, foldPhase), 31));
        var opened = 0.24f * Ramp(17, 9, depth);
        if (fold < opened)
        {
            return Tissue.Fluid;
        }

        if (m.X < 14 && arch is > -6 and < 0 && p.Z > 44)
        {
            return Tissue.WhiteMatter;
        }

        var isCortex = depth < 3 || (m.X < 4.3f && arch > 0) || fold < opened + (0.42f * Ramp(21, 16, depth));
        return isCortex ? Tissue.GreyMatter : Tissue.WhiteMatter;
    }

    private static float Ventricle(Vector3 m)
    {
        var body = Ellipsoid(m, new Vector3(10, 4, 54), new Vector3(6, 30, 7));
        var horn = Tube(m, new Vector3(14, 26, 50), new Vector3(30, 18, 26), 5, 2);
        var third = Box(m, new Vector3(0, 4, 42), new Vector3(1.6f, 12, 9), 1);
        return MathF.Min(Join(body, horn, 4), third);
    }
}
