using System.Numerics;
using static Defacer.Imaging.Phantom.Shapes;

namespace Defacer.Imaging.Phantom;

/// <summary>
/// The skin of the head without ears, in head coordinates: mm, x left, y back, z up, the origin between the ear canals.
/// A skull and a jaw of round shapes, a face by relief on them, a nose of tubes.
/// </summary>
internal sealed class SkinShape(HeadParameters head)
{
    /// <summary>The centre of the mean left eye; the right one has -x.</summary>
    public static Vector3 Eye => new(31, -75, 20);

    /// <summary>The rounded case of the brain with scalp, without face.</summary>
    public static float Cranium(Vector3 p)
    {
        var front = Ellipsoid(p, new Vector3(0, -19, 45), new Vector3(69, 75, 82));
        var back = Ellipsoid(p, new Vector3(0, 17, 49), new Vector3(76, 80, 80));
        return Join(front, back, 24);
    }

    /// <summary>The skin, nostrils open.</summary>
    public float Distance(Vector3 p)
    {
        var mirrored = p with { X = MathF.Abs(p.X) };
        var d = Base(p, mirrored);

        // Relief and nose reach 16 and 32 mm beyond the base; deep inside only the order of depths counts.
        if (d is > 34 or < -24)
        {
            return d;
        }

        var facing = Ramp(-30, -68, p.Y);
        if (facing > 0 && d < 18)
        {
            d -= facing * Relief(mirrored);
        }

        if (p.Y < -60 && p.Z is < 50 and > -60 && mirrored.X < 36)
        {
            var q = (mirrored - NoseRoot) / head.Nose;
            d = Join(d, Nose(q) * head.Nose, 7);
            d = Cut(d, -Nostril(q) * head.Nose, 1.5f);
        }

        return d;
    }

    /// <summary>Where the nose grows from.</summary>
    private static Vector3 NoseRoot => new(0, -84, -4);

    private float Base(Vector3 p, Vector3 m)
    {
        var d = Cranium(p);
        if (p.Z > 75)
        {
            return d;
        }

        d = Join(d, Ellipsoid(p, new Vector3(0, -36, -8), new Vector3(60, 53, 64)), 22);

        // Jaw: from the chin to the angle below the ear, and the cheek above it.
        var angle = new Vector3(41 * head.Jaw, -16, -46);
        var jaw = Tube(m, new Vector3(0, -63 - head.ChinMm, -76), angle, 19, 16);
        d = Join(d, jaw, 26);
        d = Join(d, Ellipsoid(p, new Vector3(0, -22, -60), new Vector3(45, 40, 26)), 16);

        // Neck: leans forward to the head, widens to the shoulders.
        var neck = Tube(p with { X = p.X * 0.95f }, new Vector3(0, 16, -10), new Vector3(0, 34, -230), 50, 55);
        neck = Join(neck, Sphere(p, new Vector3(0, -30, -118), 11), 14);
        neck = Join(neck, Ellipsoid(p, new Vector3(0, 40, -225), new Vector3(190, 85, 62)), 50);
        return Join(d, neck, 24);
    }

    // How far the face stands out before the round base, mm; x is the distance from the middle.
    private float Relief(Vector3 m)
    {
        var (x, z) = (m.X, m.Z);
        var eye = Eye;
        var d = head.Brow * ((4.2f * Bell(x - 25, z - 38, 15, 6)) + (2.2f * Bell(x, z - 37, 9, 8)));
        d -= 9.5f * Bell(x - eye.X, z - eye.Z, 15, 10);
        d -= 3.0f * Bell(x - 14, z - eye.Z - 1, 5, 7);

        // Lids over the eyeball, and the slit of the closed eye: a line that sags in the middle.
        d += 7.5f * Bell(x - eye.X, z - eye.Z + 1, 10.5f, 7);
        var sag = 0.018f * (x - eye.X) * (x - eye.X);
        d -= 1.9f * Ramp(15, 10, MathF.Abs(x - eye.X)) * Bell(0, z - eye.Z + 4.5f - sag, 1, 1.1f);
        d -= 1.2f * Ramp(17, 9, MathF.Abs(x - eye.X)) * Bell(0, z - eye.Z - 7.5f + (sag * 1.2f), 1, 1.4f);
        d += head.Cheeks * ((4.5f * Bell(x - 42, z + 3, 15, 11)) - (2.5f * Bell(x - 44, z + 38, 12, 16)));
        return d + Mouth(x, z) + Chin(x, z);
    }

    private float Mouth(float x, float z)
    {
        var lips = head.Lips;
        var d = 7.5f * Bell(x, z + 45, 23, 17);

        // The upper lip with its bow, the lower one fuller and narrower, the slit between them.
        var bow = 1.4f * Bell(x - 5, 0, 4, 1) - (0.012f * x * x / 4);
        d += lips * 4.6f * Ramp(27, 14, x) * Bell(0, z + 42.3f - bow, 1, 3.2f);
        d += lips * 5.2f * Ramp(23, 11, x) * Bell(0, z + 53.2f, 1, 3.8f);
        d -= 3.6f * Ramp(27, 20, x) * Bell(0, z + 47.6f - (0.0025f * x * x), 1, 1.5f);
        d -= 2.2f * Bell(x - 26, z + 48, 4, 4.5f);
        d -= 1.6f * Bell(x, z + 33.5f, 2.6f, 5) - (0.9f * Bell(x - 5, z + 33.5f, 1.8f, 5));
        d -= 1.8f * Bell(Segment(x, z, 17, -20, 30, -46), 0, 2.6f, 1);
        return d;
    }

    private static float Chin(float x, float z)
    {
        var d = 6.0f * Bell(x, z + 78, 15, 10);
        d -= 4.0f * Bell(x, z + 63, 18, 4.5f);
        return d - (0.8f * Bell(x, z + 80, 2, 6));
    }

    // In coordinates from the root; x is the distance from the middle.
    private float Nose(Vector3 q)
    {
        var hump = new Vector3(0, -11 - head.NoseHumpMm, 10);
        var bridge = Tube(q, new Vector3(0, -2, 30), hump, 6.5f, 6.2f);
        bridge = Join(bridge, Tube(q, hump, new Vector3(0, -20.5f, -10), 6.2f, 7.5f), 5);
        var tip = Ellipsoid(q, new Vector3(2.2f, -22.5f, -12), new Vector3(7.4f, 8.2f, 7.6f));
        var wing = Ellipsoid(q, new Vector3(11.5f, -11, -17.5f), new Vector3(6.2f, 9.5f, 7.6f));
        var septum = Tube(q, new Vector3(0, -22, -17.5f), new Vector3(0, -8, -23), 3.4f, 4.6f);
        var side = Tube(q, new Vector3(4, -2, 8), new Vector3(8, -6, -12), 8, 8);
        var nose = Join(Join(bridge, tip, 5), side, 6);
        return Join(Join(nose, septum, 4), wing, 4.5f);
    }

    private static float Nostril(Vector3 q)
    {
        var opening = Ellipsoid(q, new Vector3(6.6f, -13.5f, -23.5f), new Vector3(3.4f, 6.4f, 4.6f));
        return Join(opening, Tube(q, new Vector3(6.4f, -12, -21), new Vector3(5, 4, -9), 3.2f, 3.5f), 2);
    }
}
