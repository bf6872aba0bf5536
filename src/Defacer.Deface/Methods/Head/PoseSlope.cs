using System.Numerics;
using System.Runtime.InteropServices;
using Vector3 = Defacer.Imaging.Geometry.Vector3;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// How the places of a pose change with each of its nine parameters: the ways between patient and template are affine, and
/// so is what a small change of a parameter adds to them.
/// </summary>
internal sealed class PoseSlope
{
    private readonly AffineMaps _toTemplate = new();
    private readonly AffineMaps _fromTemplate = new();

    internal PoseSlope(HeadPose pose)
    {
        for (var a = 0; a < HeadPose.Count; a++)
        {
            const double h = 1e-5;
            var moved = (double[])pose.Parameters.Clone();
            moved[a] += h;
            var other = new HeadPose(moved);
            _toTemplate.Set(a, pose.ToTemplate, other.ToTemplate, 1 / h);
            _fromTemplate.Set(a, pose.FromTemplate, other.FromTemplate, 1 / h);
        }
    }

    /// <summary>For each parameter, how far the template place of a patient position moves along a direction.</summary>
    internal void AlongTemplate(Vector3 patient, Vector3 direction, Span<double> slopes) => _toTemplate.Along(patient, direction, slopes);

    /// <summary>For each parameter, how far the patient place of a template position moves along a direction.</summary>
    internal void AlongPatient(Vector3 template, Vector3 direction, Span<double> slopes) => _fromTemplate.Along(template, direction, slopes);

    // An affine map a parameter: what its origin and a step along x, y and z give, each coordinate of all maps together.
    private sealed class AffineMaps
    {
        private readonly double[] _numbers = new double[12 * NormalEquations.Width];

        internal void Set(int parameter, Func<Vector3, Vector3> map, Func<Vector3, Vector3> moved, double scale)
        {
            var (a, b) = (Of(map), Of(moved));
            for (var part = 0; part < a.Length; part++)
            {
                var change = (b[part] - a[part]) * scale;
                (Place((3 * part) + 0), Place((3 * part) + 1), Place((3 * part) + 2)) = (change.X, change.Y, change.Z);
            }

            ref double Place(int number) => ref _numbers[(number * NormalEquations.Width) + parameter];
        }

        internal void Along(Vector3 place, Vector3 direction, Span<double> slopes)
        {
            var numbers = MemoryMarshal.Cast<double, Vector<double>>(_numbers.AsSpan());
            var result = MemoryMarshal.Cast<double, Vector<double>>(slopes);
            var n = numbers.Length / 12;
            for (var i = 0; i < n; i++)
            {
                var x = numbers[i] + (numbers[(3 * n) + i] * place.X) + (numbers[(6 * n) + i] * place.Y) + (numbers[(9 * n) + i] * place.Z);
                var y = numbers[n + i] + (numbers[(4 * n) + i] * place.X) + (numbers[(7 * n) + i] * place.Y) + (numbers[(10 * n) + i] * place.Z);
                var z = numbers[(2 * n) + i] + (numbers[(5 * n) + i] * place.X) + (numbers[(8 * n) + i] * place.Y)
                    + (numbers[(11 * n) + i] * place.Z);
                result[i] = (x * direction.X) + (y * direction.Y) + (z * direction.Z);
            }
        }

        private static Vector3[] Of(Func<Vector3, Vector3> map)
        {
            var origin = map(new Vector3(0, 0, 0));
            return
            [
                origin, map(new Vector3(1, 0, 0)) - origin, map(new Vector3(0, 1, 0)) - origin, map(new Vector3(0, 0, 1)) - origin,
            ];
        }
    }
}
