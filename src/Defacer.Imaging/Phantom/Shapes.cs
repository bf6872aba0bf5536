using System.Numerics;

namespace Defacer.Imaging.Phantom;

/// <summary>Signed distances (negative inside, mm, near the surface close to exact) and how to join them.</summary>
internal static class Shapes
{
    public static float Sphere(Vector3 p, Vector3 centre, float radius) => (p - centre).Length() - radius;

    public static float Ellipsoid(Vector3 p, Vector3 centre, Vector3 radii)
    {
        var q = (p - centre) / radii;
        var length = q.Length();
        var slope = (q / radii).Length();
        return slope < 1e-6f ? -MathF.Min(radii.X, MathF.Min(radii.Y, radii.Z)) : length * (length - 1) / slope;
    }

    /// <summary>A tube with round ends whose radius changes linearly.</summary>
    public static float Tube(Vector3 p, Vector3 a, Vector3 b, float radiusA, float radiusB)
    {
        var axis = b - a;
        var t = Math.Clamp(Vector3.Dot(p - a, axis) / axis.LengthSquared(), 0, 1);
        return (p - a - (axis * t)).Length() - (radiusA + ((radiusB - radiusA) * t));
    }

    public static float Box(Vector3 p, Vector3 centre, Vector3 half, float round)
    {
        var q = Vector3.Abs(p - centre) - half + new Vector3(round);
        return Vector3.Max(q, Vector3.Zero).Length() + MathF.Min(MathF.Max(q.X, MathF.Max(q.Y, q.Z)), 0) - round;
    }

    /// <summary>Union whose seam is filled over a width k, mm.</summary>
    public static float Join(float a, float b, float k)
    {
        var h = MathF.Max(k - MathF.Abs(a - b), 0) / k;
        return MathF.Min(a, b) - (h * h * k * 0.25f);
    }

    /// <summary>Intersection with a rounded edge.</summary>
    public static float Cut(float a, float b, float k) => -Join(-a, -b, k);

    /// <summary>A bell of height 1.</summary>
    public static float Bell(float x, float z, float widthX, float widthZ)
    {
        var (u, v) = (x / widthX, z / widthZ);
        var r = (u * u) + (v * v);
        return r > 16 ? 0 : MathF.Exp(-0.5f * r);
    }

    /// <summary>From 0 at <paramref name="zero"/> to 1 at <paramref name="one"/>, smooth at both.</summary>
    public static float Ramp(float zero, float one, float x)
    {
        var t = Math.Clamp((x - zero) / (one - zero), 0, 1);
        return t * t * (3 - (2 * t));
    }

    /// <summary>Distance in the plane from a point to a segment.</summary>
    public static float Segment(float x, float z, float ax, float az, float bx, float bz)
    {
        var (p, a, b) = (new Vector2(x, z), new Vector2(ax, az), new Vector2(bx, bz));
        var t = Math.Clamp(Vector2.Dot(p - a, b - a) / (b - a).LengthSquared(), 0, 1);
        return (p - a - ((b - a) * t)).Length();
    }

    /// <summary>A wavy field between about -1.5 and 1.5 without direction, for folds and cells.</summary>
    public static float Waves(Vector3 p, float wavelength)
    {
        var q = p * (MathF.Tau / wavelength);
        var (sx, cx) = MathF.SinCos(q.X);
        var (sy, cy) = MathF.SinCos(q.Y);
        var (sz, cz) = MathF.SinCos(q.Z);
        return (sx * cy) + (sy * cz) + (sz * cx);
    }
}
