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

    /// <summary>The value at a position and how it changes there, per mm.</summary>
    internal (double Value, Vector3 Slope) Around(Vector3 p)
    {
        var (c, beyondC) = Clamp((p.X - origin.X) / shape.ColumnMm, shape.Columns);
        var (r, beyondR) = Clamp((p.Y - origin.Y) / shape.RowMm, shape.Rows);
        var (s, beyondS) = Clamp((p.Z - origin.Z) / shape.SliceMm, shape.Slices);
        var cell = Cell(c, r, s);
        var near = (Low: Mix(cell.A, cell.B, cell.C), High: Mix(cell.D, cell.E, cell.C));
        var far = (Low: Mix(cell.F, cell.G, cell.C), High: Mix(cell.H, cell.I, cell.C));
        var value = Mix(Mix(near.Low, near.High, cell.R), Mix(far.Low, far.High, cell.R), cell.S);
        var x = Mix(Mix(cell.B - cell.A, cell.E - cell.D, cell.R), Mix(cell.G - cell.F, cell.I - cell.H, cell.R), cell.S);
        var y = Mix(near.High - near.Low, far.High - far.Low, cell.S);
        var z = Mix(far.Low, far.High, cell.R) - Mix(near.Low, near.High, cell.R);
        var slope = new Vector3(
            beyondC > 0 ? 0 : x / shape.ColumnMm, beyondR > 0 ? 0 : y / shape.RowMm, beyondS > 0 ? 0 : z / shape.SliceMm);
        if (beyondC + beyondR + beyondS == 0)
        {
            return (value, slope);
        }

        var way = new Vector3(
            beyondC * shape.ColumnMm * Math.Sign(p.X - origin.X),
            beyondR * shape.RowMm * Math.Sign(p.Y - origin.Y),
            beyondS * shape.SliceMm * Math.Sign(p.Z - origin.Z));
        return (value + way.Length, slope + way.Normalized);
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
        var cell = Cell(c, r, s);
        return Mix(
            Mix(Mix(cell.A, cell.B, cell.C), Mix(cell.D, cell.E, cell.C), cell.R),
            Mix(Mix(cell.F, cell.G, cell.C), Mix(cell.H, cell.I, cell.C), cell.R),
            cell.S);
    }

    // The eight corners around a place, columns first, then rows, then slices, and the parts of the way between them.
    private (double A, double B, double D, double E, double F, double G, double H, double I, double C, double R, double S) Cell(
        double c, double r, double s)
    {
        var (c0, r0, s0) = ((int)c, (int)r, (int)s);
        var at = shape.Index(c0, r0, s0);
        var dc = c0 + 1 < shape.Columns ? 1 : 0;
        var dr = r0 + 1 < shape.Rows ? shape.Columns : 0;
        var ds = s0 + 1 < shape.Slices ? shape.Columns * shape.Rows : 0;
        return (
            values[at], values[at + dc], values[at + dr], values[at + dr + dc],
            values[at + ds], values[at + ds + dc], values[at + ds + dr], values[at + ds + dr + dc],
            c - c0, r - r0, s - s0);
    }

    private static double Mix(double a, double b, double part) => a + ((b - a) * part);
}
