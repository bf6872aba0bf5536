using System.Numerics;
using static Defacer.Imaging.Phantom.Shapes;

namespace Defacer.Imaging.Phantom;

/// <summary>
/// A whole head by implicit shapes, in head coordinates (mm, x left, y back, z up, the origin between the ear canals).
/// </summary>
internal sealed class HeadModel
{
    private const float SkinMm = 2;
    private const float ScalpMm = 6.5f;
    private const float TableMm = 2;
    private readonly HeadParameters _head;
    private readonly SkinShape _skin;
    private readonly BrainShape _brain;
    private readonly Pinna _left;
    private readonly Pinna _right;
    private readonly Vector3 _scale;

    public HeadModel(HeadParameters head)
    {
        _head = head;
        _skin = new SkinShape(head);
        _brain = new BrainShape(head.FoldPhase);
        _left = new Pinna(1, head.Ears, head.EarAngleDegrees);
        _right = new Pinna(-1, head.Ears * 0.97f, head.EarAngleDegrees + 4);
        _scale = new Vector3(head.Width, head.Length, head.Height);
        ScaleMm = (head.Width + head.Length + head.Height) / 3;
    }

    /// <summary>From distances in head coordinates to mm.</summary>
    public float ScaleMm { get; }

    /// <summary>Undoes size and asymmetry: from mm of this head to those of the mean one.</summary>
    public Vector3 ToMean(Vector3 p)
    {
        p /= _scale;
        p.X -= _head.BendMm * MathF.Sin((p.Z + 20) / 45);
        p.Z -= _head.SkewMm * Math.Clamp(p.X / 60, -1.2f, 1.2f);
        p.Z = p.Z < 20 ? 20 + ((p.Z - 20) / _head.FaceLength) : p.Z;
        return p;
    }

    /// <summary>The skin with ears; <paramref name="ear"/> is the distance to the nearer ear.</summary>
    public float Surface(Vector3 p, out float ear)
    {
        ear = p.X > 0 ? _left.Distance(p) : _right.Distance(p);
        var skin = _skin.Distance(p);
        return ear < 12 ? Join(skin, ear, 3) : MathF.Min(skin, ear);
    }

    /// <summary>A bound that is quick to find: outside for certain where it is above about 25 mm.</summary>
    public static float Bound(Vector3 p)
    {
        var head = Ellipsoid(p, new Vector3(0, -8, 15), new Vector3(92, 118, 122));
        return MathF.Min(head, p.Z < -30 ? -1 : head);
    }

    /// <summary>What is at a point, at a (negative) distance from the skin.</summary>
    public Tissue At(Vector3 p, float surface, float ear)
    {
        var m = p with { X = MathF.Abs(p.X) };
        var pinna = p.X > 0 ? _left : _right;
        if (m.X is > 42 and < 78 && Tube(p, pinna.Canal.Outer, pinna.Canal.Inner, 3.2f, 2.6f) < 0)
        {
            return Tissue.Air;
        }

        var cranium = SkinShape.Cranium(p);
        var cavity = BrainShape.Cavity(p, cranium);
        if (cavity < 0 && (cranium < -BrainShape.CaseMm + 1 || p.Z < 0))
        {
            return _brain.At(p, cavity);
        }

        if (surface > -SkinMm)
        {
            return ear < 0 && ear < surface + 1.2f && surface < -1.2f ? Tissue.Cartilage : Tissue.Skin;
        }

        if (ear < -0.5f && cranium > -4)
        {
            return Tissue.Cartilage;
        }

        return (p.Y < -30 ? EyeAt(m) : null)
            ?? AirwayAt(p, m)
            ?? BoneAt(p, m, surface, cranium, cavity)
            ?? SoftAt(p, m, surface);
    }

    private static Tissue? EyeAt(Vector3 m)
    {
        var eye = SkinShape.Eye;
        var globe = Sphere(m, eye, 12);
        if (globe < 0)
        {
            if (globe > -1)
            {
                return Tissue.Muscle;
            }

            var lens = Ellipsoid(m, eye + new Vector3(0, -7, 0), new Vector3(4.5f, 2.2f, 4.5f));
            return lens < 0 ? Tissue.Lens : Tissue.Vitreous;
        }

        var orbit = Ellipsoid(m, new Vector3(28, -63, 20), new Vector3(18.5f, 27, 17));
        if (orbit >= 0)
        {
            return null;
        }

        var nerve = Tube(m, eye + new Vector3(0, 12, 0), new Vector3(14, -36, 18), 2.2f, 2.2f);
        var side = MathF.Abs(Tube(m, new Vector3(14, -38, 20), eye, 3, 12));
        return nerve < 0 ? Tissue.WhiteMatter : side < 1.3f && m.Y > -66 ? Tissue.Muscle : Tissue.Fat;
    }

    private static Tissue? AirwayAt(Vector3 p, Vector3 m)
    {
        // Nasal cavity with septum and turbinates.
        var nasal = Box(m, new Vector3(6, -58, -6), new Vector3(10, 34, 20), 6);
        if (nasal < 0)
        {
            var shell = Waves(new Vector3(m.X * 1.2f, m.Y * 0.3f, m.Z), 17);
            return nasal > -1.2f || m.X < 1.6f || shell > 0.35f ? Tissue.Mucosa : Tissue.Air;
        }

        var throat = MathF.Min(
            Tube(p, new Vector3(0, -22, -8), new Vector3(0, -8, -50), 10, 7),
            Tube(p, new Vector3(0, -8, -50), new Vector3(0, -12, -220), 7, 8.5f));
        var mouth = Ellipsoid(p, new Vector3(0, -48, -46.5f), new Vector3(22, 24, 1.8f));
        var sinus = MathF.Min(
            Ellipsoid(m, new Vector3(28, -60, -8), new Vector3(10, 15, 14)),
            MathF.Min(
                Ellipsoid(m, new Vector3(9, -20, 2), new Vector3(8, 10, 8)),
                Ellipsoid(m, new Vector3(11, -83, 42), new Vector3(10, 4, 9))));
        var air = MathF.Min(MathF.Min(throat, mouth), sinus);
        return air < 0 ? Tissue.Air : air < 1.2f ? Tissue.Mucosa : null;
    }

    private static Tissue? BoneAt(Vector3 p, Vector3 m, float surface, float cranium, float cavity)
    {
        // The vault, two tables with marrow between; the floor, thicker.
        var outer = MathF.Max(cranium + ScalpMm, -(p.Z - 8 + (0.3f * p.Y) - (p.Y > 0 ? 0.9f * p.Y : 0)));
        if (outer < 0 && cavity > 0)
        {
            return outer > -TableMm || cavity < TableMm ? Tissue.CorticalBone : Tissue.Marrow;
        }

        if (cavity is > 0 and < 6 && surface < -6)
        {
            if (m.X is > 38 && p.Y is > 0 and < 34 && Waves(p, 7) > 0.5f)
            {
                return Tissue.Air; // mastoid cells
            }

            return cavity is < TableMm or > 4.5f ? Tissue.CorticalBone : Tissue.Marrow;
        }

        var bone = p.Y < 2 ? FaceBone(m) : 1;
        if (bone < 0 && surface < -4)
        {
            return bone > -1.8f ? Tissue.CorticalBone : Tissue.Marrow;
        }

        return ToothAt(m) ? Tissue.Tooth : VertebraAt(p, m);
    }

    private static float FaceBone(Vector3 m)
    {
        var brow = Tube(m, new Vector3(4, -86, 36), new Vector3(46, -68, 32), 6, 4.5f);
        var nose = Tube(m, new Vector3(0, -88, 26), new Vector3(2, -94, 12), 3.5f, 2.5f);
        var cheek = Tube(m, new Vector3(30, -76, 2), new Vector3(52, -58, 4), 5.5f, 5.5f);
        var arch = Tube(m, new Vector3(52, -58, 4), new Vector3(63, -14, 4), 4, 3);
        var rim = Tube(m, new Vector3(50, -62, 30), new Vector3(51, -60, 6), 3.5f, 4);
        var maxilla = MathF.Abs(Ellipsoid(m, new Vector3(0, -54, -16), new Vector3(40, 30, 24))) - 2;
        maxilla = MathF.Max(maxilla, m.Y + 36);
        var palate = Box(m, new Vector3(0, -56, -31), new Vector3(22, 24, 3), 2);
        var chin = Tube(m, new Vector3(0, -73, -75), new Vector3(20, -64, -72), 8, 8);
        var body = Tube(m, new Vector3(20, -64, -72), new Vector3(43, -20, -56), 8, 7.5f);
        var ramus = Tube(m, new Vector3(43, -20, -56), new Vector3(49, -8, -6), 6.5f, 5);
        var upper = MathF.Min(MathF.Min(brow, nose), MathF.Min(MathF.Min(cheek, arch), rim));
        return MathF.Min(MathF.Min(upper, MathF.Min(maxilla, palate)), MathF.Min(chin, MathF.Min(body, ramus)));
    }

    private static bool ToothAt(Vector3 m)
    {
        if (m.Z is > -36 or < -62 || m.Y > -38 || MathF.Abs(m.Z + 48) < 0.9f)
        {
            return false;
        }

        var arc = MathF.Abs(new Vector2(m.X / 27, (m.Y + 44) / 40).Length() - 1) * 30;
        var gap = MathF.Abs(MathF.Sin((m.X + (m.Y * 0.7f)) * 0.5f)) < 0.13f;
        return arc < 3.2f && !gap;
    }

    private static Tissue? VertebraAt(Vector3 p, Vector3 m)
    {
        if (p.Z > -30)
        {
            return null;
        }

        var level = MathF.Abs(MathF.Sin((p.Z + 30) * MathF.PI / 18));
        var bend = (p.Z + 30) * -0.06f;
        var flat = p with { Z = 0 };
        var body = Ellipsoid(flat, new Vector3(0, 8 + bend, 0), new Vector3(12, 9.5f, 1e3f));
        var arch = MathF.Abs(Ellipsoid(flat, new Vector3(0, 27 + bend, 0), new Vector3(15, 14, 1e3f))) - 2.5f;
        var spine = Box(m with { Z = 0 }, new Vector3(0, 47 + bend, 0), new Vector3(3, 10, 1e3f), 2);
        var bone = MathF.Min(body, level > 0.35f ? MathF.Min(arch, spine) : 1);
        if (bone >= 0)
        {
            return null;
        }

        return level < 0.22f ? Tissue.Cartilage : bone > -1.5f ? Tissue.CorticalBone : Tissue.Marrow;
    }

    private Tissue SoftAt(Vector3 p, Vector3 m, float surface)
    {
        // Fat is thick in the cheeks and under the chin, thin on the forehead and the nose.
        var cheek = 5 * Bell(m.X - 42, p.Z + 25, 18, 26) * Ramp(-20, -50, p.Y);
        var nose = 2.5f * Bell(m.X, p.Z + 5, 10, 24) * Ramp(-70, -85, p.Y);
        var fat = SkinMm + (_head.FatMm * (p.Z > 30 ? 0.6f : 1)) + cheek - nose;
        if (surface > -fat)
        {
            return Tissue.Fat;
        }

        // Thin sheets of fat between the muscles.
        return MathF.Abs(Waves(p + new Vector3(3 * Waves(p, 31)), 47)) < 0.09f ? Tissue.Fat : Tissue.Muscle;
    }
}
