using System.Globalization;

namespace Defacer.Imaging.Geometry;

/// <summary>A point or direction of the patient coordinate system: left, posterior, superior, in mm (PS3.3 §C.7.6.2.1.1).</summary>
/// <param name="X">Towards the patient's left.</param>
/// <param name="Y">Towards the patient's back.</param>
/// <param name="Z">Towards the patient's head.</param>
public readonly record struct Vector3(double X, double Y, double Z)
{
    /// <summary>Length in mm.</summary>
    public double Length => Math.Sqrt(Dot(this));

    /// <summary>The same direction with length 1.</summary>
    public Vector3 Normalized => this * (1 / Length);

    /// <summary>The coordinates in full. (The generated text would ask <see cref="Normalized"/> for its text, without end.)</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({X:R}, {Y:R}, {Z:R})");

    /// <summary>Sum.</summary>
    public static Vector3 operator +(Vector3 a, Vector3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    /// <summary>Difference.</summary>
    public static Vector3 operator -(Vector3 a, Vector3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    /// <summary>Scaled.</summary>
    public static Vector3 operator *(Vector3 a, double s) => new(a.X * s, a.Y * s, a.Z * s);

    /// <summary>Scalar product.</summary>
    public double Dot(Vector3 b) => (X * b.X) + (Y * b.Y) + (Z * b.Z);

    /// <summary>Vector product.</summary>
    public Vector3 Cross(Vector3 b) => new((Y * b.Z) - (Z * b.Y), (Z * b.X) - (X * b.Z), (X * b.Y) - (Y * b.X));
}
