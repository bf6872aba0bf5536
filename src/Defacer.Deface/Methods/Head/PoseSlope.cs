using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// How the places of a pose change with each of its nine parameters: the ways between patient and template are affine, and
/// so is what a small change of a parameter adds to them.
/// </summary>
internal sealed class PoseSlope
{
    private readonly AffineMap[] _toTemplate = new AffineMap[HeadPose.Count];
    private readonly AffineMap[] _fromTemplate = new AffineMap[HeadPose.Count];

    internal PoseSlope(HeadPose pose)
    {
        var (to, from) = (AffineMap.Of(pose.ToTemplate), AffineMap.Of(pose.FromTemplate));
        for (var a = 0; a < HeadPose.Count; a++)
        {
            const double h = 1e-5;
            var moved = (double[])pose.Parameters.Clone();
            moved[a] += h;
            var other = new HeadPose(moved);
            _toTemplate[a] = AffineMap.Of(other.ToTemplate).Minus(to, 1 / h);
            _fromTemplate[a] = AffineMap.Of(other.FromTemplate).Minus(from, 1 / h);
        }
    }

    /// <summary>For each parameter, how far the template place of a patient position moves along a direction.</summary>
    internal void AlongTemplate(Vector3 patient, Vector3 direction, Span<double> slopes) => Along(_toTemplate, patient, direction, slopes);

    /// <summary>For each parameter, how far the patient place of a template position moves along a direction.</summary>
    internal void AlongPatient(Vector3 template, Vector3 direction, Span<double> slopes) => Along(_fromTemplate, template, direction, slopes);

    private static void Along(AffineMap[] maps, Vector3 place, Vector3 direction, Span<double> slopes)
    {
        for (var a = 0; a < maps.Length; a++)
        {
            slopes[a] = maps[a].At(place).Dot(direction);
        }
    }

    // x, y, z: what a step along each axis gives.
    private readonly record struct AffineMap(Vector3 X, Vector3 Y, Vector3 Z, Vector3 Origin)
    {
        internal static AffineMap Of(Func<Vector3, Vector3> map)
        {
            var origin = map(new Vector3(0, 0, 0));
            return new AffineMap(
                map(new Vector3(1, 0, 0)) - origin, map(new Vector3(0, 1, 0)) - origin, map(new Vector3(0, 0, 1)) - origin, origin);
        }

        internal AffineMap Minus(AffineMap other, double scale) => new(
            (X - other.X) * scale, (Y - other.Y) * scale, (Z - other.Z) * scale, (Origin - other.Origin) * scale);

        internal Vector3 At(Vector3 p) => Origin + (X * p.X) + (Y * p.Y) + (Z * p.Z);
    }
}
