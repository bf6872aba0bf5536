using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// Where a head lies and how large it is: patient = rotation × (scale × template) + translation. The template's axes
/// are
/// left, posterior, superior in a level head, its origin the centre of the brain.
/// </summary>
internal sealed class HeadPose
{
    /// <summary>Number of parameters.</summary>
    internal const int Count = 9;

    private readonly double[] _r;

    /// <summary>A pose of nine parameters.</summary>
    /// <param name="p">Translation (mm), rotation about x (pitch), y (roll) and z (yaw) in radians, logarithm of the
    /// scale along x, y, z.</param>
    internal HeadPose(params double[] p)
    {
        Parameters = p;
        Translation = new Vector3(p[0], p[1], p[2]);
        Scale = new Vector3(Math.Exp(p[6]), Math.Exp(p[7]), Math.Exp(p[8]));
        _r = Rotation(p[3], p[4], p[5]);
    }

    internal double[] Parameters { get; }

    internal Vector3 Translation { get; }

    internal Vector3 Scale { get; }

    /// <summary>Chin up is negative, radians.</summary>
    internal double Pitch => Parameters[3];

    /// <summary>Geometric mean of the three scales.</summary>
    internal double MeanScale => Math.Cbrt(Scale.X * Scale.Y * Scale.Z);

    /// <summary>From patient mm to template coordinates.</summary>
    internal Vector3 ToTemplate(Vector3 patient)
    {
        var h = ToHead(patient);
        return new Vector3(h.X / Scale.X, h.Y / Scale.Y, h.Z / Scale.Z);
    }

    /// <summary>From patient mm to the head's own axes, still in mm of the patient.</summary>
    internal Vector3 ToHead(Vector3 patient) => Turned(patient - Translation);

    /// <summary>A direction (with its length) of the patient in the head's own axes.</summary>
    internal Vector3 Turned(Vector3 d) => new(
        (_r[0] * d.X) + (_r[3] * d.Y) + (_r[6] * d.Z),
        (_r[1] * d.X) + (_r[4] * d.Y) + (_r[7] * d.Z),
        (_r[2] * d.X) + (_r[5] * d.Y) + (_r[8] * d.Z));

    /// <summary>From the head's own axes to patient mm.</summary>
    internal Vector3 FromHead(Vector3 h) => Translation + new Vector3(
        (_r[0] * h.X) + (_r[1] * h.Y) + (_r[2] * h.Z),
        (_r[3] * h.X) + (_r[4] * h.Y) + (_r[5] * h.Z),
        (_r[6] * h.X) + (_r[7] * h.Y) + (_r[8] * h.Z));

    /// <summary>From template coordinates to patient mm.</summary>
    internal Vector3 FromTemplate(Vector3 t) => FromHead(new Vector3(t.X * Scale.X, t.Y * Scale.Y, t.Z * Scale.Z));

    // Yaw, then roll, then pitch: R = Rx Ry Rz.
    private static double[] Rotation(double x, double y, double z)
    {
        var (sx, cx) = Math.SinCos(x);
        var (sy, cy) = Math.SinCos(y);
        var (sz, cz) = Math.SinCos(z);
        return
        [
            cy * cz, -cy * sz, sy,
            (sx * sy * cz) + (cx * sz), (cx * cz) - (sx * sy * sz), -sx * cy,
            (sx * sz) - (cx * sy * cz), (cx * sy * sz) + (sx * cz), cx * cy,
        ];
    }
}
