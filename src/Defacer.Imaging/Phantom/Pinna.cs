using System.Numerics;
using static Defacer.Imaging.Phantom.Shapes;

namespace Defacer.Imaging.Phantom;

/// <summary>
/// One ear: a bent plate with helix, antihelix, concha, tragus and lobule, hinged on the side of the head.
/// </summary>
internal sealed class Pinna
{
    private readonly Vector3 _centre;
    private readonly Vector3 _back;
    private readonly Vector3 _up;
    private readonly Vector3 _out;
    private readonly float _scale;

    /// <param name="side">1 left, -1 right.</param>
    /// <param name="scale">Size.</param>
    /// <param name="angleDegrees">How far the plate stands off.</param>
    public Pinna(int side, float scale, float angleDegrees)
    {
        _scale = scale;
        var (sin, cos) = MathF.SinCos(angleDegrees * MathF.PI / 180);
        var back = new Vector3(side * sin, cos, 0);
        var outward = new Vector3(side * cos, -sin, 0);
        var (tiltSin, tiltCos) = MathF.SinCos(0.21f);
        _up = (Vector3.UnitZ * tiltCos) + (back * tiltSin);
        _back = (back * tiltCos) - (Vector3.UnitZ * tiltSin);
        _out = outward;

        // The hinge is 13 mm before the middle of the plate.
        _centre = new Vector3(side * 66, -1, 2) + (_back * 13 * scale) + (_out * 2.5f);
        Canal = (new Vector3(side * 70, 2, -2), new Vector3(side * 46, 4, 0));
    }

    /// <summary>The ear canal, from outside to inside.</summary>
    public (Vector3 Outer, Vector3 Inner) Canal { get; }

    /// <summary>Distance to the ear in head coordinates; far from it only a bound.</summary>
    public float Distance(Vector3 p)
    {
        var d = p - _centre;
        var far = d.Length() - (48 * _scale);
        if (far > 8)
        {
            return far;
        }

        var q = new Vector3(Vector3.Dot(d, _back), Vector3.Dot(d, _up), Vector3.Dot(d, _out)) / _scale;
        return Local(q) * _scale;
    }

    // u back, v up, w outward.
    private static float Local(Vector3 q)
    {
        // Egg: wide above, narrow below.
        var widen = 1 + (0.0085f * Math.Clamp(q.Y, -32, 32));
        var e = q with { X = q.X / widen };

        // The plate is a shallow bowl, thin between its ridges.
        var bend = 0.007f * ((e.X * e.X) + (0.5f * e.Y * e.Y));
        var plate = Ellipsoid(e with { Z = e.Z - bend }, Vector3.Zero, new Vector3(16, 29, 2.6f));

        // Helix: from its root above the concha over the top and down the back to the lobule.
        var angle = MathF.Atan2(e.Y / 29, e.X / 16);
        var helix = Rim(e, 16, 29, 4.4f, 2.9f) + (6 * Ramp(-2.2f, -2.9f, angle)) + (5 * Ramp(-0.9f, -1.5f, angle));
        var root = Tube(e, new Vector3(-14.5f, 9, 3.5f), new Vector3(-4, 0, 0.5f), 2.6f, 1.8f);
        var antihelix = Rim(e - new Vector3(-1, -2, 0), 8.5f, 16.5f, 3.4f, 2.4f)
            + (8 * Ramp(1.6f, 2.1f, MathF.Abs(angle)));
        var crus = Tube(e, new Vector3(3, 13, 3.4f), new Vector3(-6, 20, 2.4f), 2.3f, 1.8f);
        var tragus = Ellipsoid(e, new Vector3(-13, -5, 4.5f), new Vector3(3.2f, 5.2f, 4.4f));
        var antitragus = Ellipsoid(e, new Vector3(-3, -15.5f, 3.5f), new Vector3(5, 3, 3.4f));
        var lobule = Ellipsoid(e, new Vector3(-5, -25, 1.5f), new Vector3(9.5f, 9.5f, 4));
        var ear = Join(Join(plate, lobule, 5), Join(helix, root, 2), 1.6f);
        ear = Join(ear, Join(antihelix, crus, 2), 1.6f);
        ear = Join(Join(ear, tragus, 2), antitragus, 2);

        // Root on the head, and the bowl that leads to the canal.
        ear = Join(ear, Ellipsoid(e, new Vector3(-8, -1, -8), new Vector3(9, 20, 8)), 4);
        var bowl = Ellipsoid(e, new Vector3(-3.5f, -5, 4), new Vector3(7.2f, 10, 8.5f));
        var groove = Rim(e, 12.4f, 23, 4.6f, 2) + (6 * Ramp(1.9f, 2.4f, MathF.Abs(angle)));
        return Cut(Cut(ear, -bowl, 1.2f), -groove, 1.2f);
    }

    // A tube along an ellipse in the plane of the plate, raised by a height.
    private static float Rim(Vector3 e, float a, float b, float raised, float radius)
    {
        var (u, v) = (e.X / a, e.Y / b);
        var length = MathF.Sqrt((u * u) + (v * v));
        var slope = MathF.Sqrt((u * u / (a * a)) + (v * v / (b * b)));
        var inPlane = slope < 1e-5f ? -a : length * (length - 1) / slope;
        return new Vector2(inPlane, e.Z - raised).Length() - radius;
    }
}
