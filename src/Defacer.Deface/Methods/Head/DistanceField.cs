using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// Signed distances (mm, negative inside) or other smooth values on a regular grid, read between the voxels.
/// </summary>
/// <param name="values">[slice, row, column].</param>
/// <param name="shape">Size and spacing.</param>
/// <param name="origin">Centre of the first voxel, mm.</param>
internal sealed class DistanceField(float[] values, GridShape shape, Vector3 origin)
{
    internal float[] Values => values;

    internal GridShape Shape => shape;

    internal Vector3 Origin => origin;

    /// <summary>The value at a position, trilinear; beyond the grid the nearest value and the way to it.</summary>
    internal double At(Vector3 p)
    {
        var (c, beyondC) = Clamp((p.X - origin.X) / shape.ColumnMm, shape.Columns);
        var (r, beyondR) = Clamp((p.Y - origin.Y) / shape.RowMm, shape.Rows);
        var (s, beyondS) = Clamp((p.Z - origin.Z) / shape.SliceMm, shape.Slices);
        var inner = Interpolate(c, r, s);
        if (beyondC + beyondR + beyondS == 0)
        {
            return inner;
        }

        var (x, y, z) = (beyondC * shape.ColumnMm, beyondR * shape.RowMm, beyondS * shape.SliceMm);
        return inner + Math.Sqrt((x * x) + (y * y) + (z * z));
    }

    /// <summary>Whether the position lies between voxel centres of the grid.</summary>
    internal bool Contains(Vector3 p) =>
        Inside(p.X - origin.X, shape.ColumnMm, shape.Columns)
        && Inside(p.Y - origin.Y, shape.RowMm, shape.Rows)
        && Inside(p.Z - origin.Z, shape.SliceMm, shape.Slices);

    private static bool Inside(double offset, double step, int count) => offset >= 0 && offset <= step * (count - 1);

    private static (double Index, double Beyond) Clamp(double index, int count)
    {
        var clamped = Math.Clamp(index, 0, count - 1);
        return (clamped, Math.Abs(index - clamped));
    }

    private double Interpolate(double c, double r, double s)
    {
        var (c0, r0, s0) = ((int)c, (int)r, (int)s);
        var (fc, fr, fs) = (c - c0, r - r0, s - s0);
        var at = shape.Index(c0, r0, s0);
        var dc = c0 + 1 < shape.Columns ? 1 : 0;
        var dr = r0 + 1 < shape.Rows ? shape.Columns : 0;
        var ds = s0 + 1 < shape.Slices ? shape.Columns * shape.Rows : 0;
        return Mix(Plane(at, dc, dr, fc, fr), Plane(at + ds, dc, dr, fc, fr), fs);
    }

    private double Plane(int at, int dc, int dr, double fc, double fr) => Mix(
        Mix(values[at], values[at + dc], fc),
        Mix(values[at + dr], values[at + dr + dc], fc),
        fr);

    private static double Mix(double a, double b, double part) => a + ((b - a) * part);
}
