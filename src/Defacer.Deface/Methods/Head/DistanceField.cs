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
        var (c, r, s) = ((p.X - origin.X) / shape.ColumnMm, (p.Y - origin.Y) / shape.RowMm, (p.Z - origin.Z) / shape.SliceMm);
        var (ci, ri, si) = (Inside(c, shape.Columns), Inside(r, shape.Rows), Inside(s, shape.Slices));
        var (c0, r0, s0) = ((int)ci, (int)ri, (int)si);
        var (dc, dr, ds) = Strides(c0, r0, s0);
        var near = values.AsSpan(shape.Index(c0, r0, s0));
        var far = near[ds..];
        var (pc, pr) = (ci - c0, ri - r0);
        var inner = Mix(
            Mix(Mix(near[0], near[dc], pc), Mix(near[dr], near[dr + dc], pc), pr),
            Mix(Mix(far[0], far[dc], pc), Mix(far[dr], far[dr + dc], pc), pr),
            si - s0);
        var (beyondC, beyondR, beyondS) = (Math.Abs(c - ci), Math.Abs(r - ri), Math.Abs(s - si));
        if (beyondC + beyondR + beyondS == 0)
        {
            return inner;
        }

        var (x, y, z) = (beyondC * shape.ColumnMm, beyondR * shape.RowMm, beyondS * shape.SliceMm);
        return inner + Math.Sqrt((x * x) + (y * y) + (z * z));
    }

    /// <summary>The value at a position and how it changes there, per mm.</summary>
    internal double Around(Vector3 p, out Vector3 slope)
    {
        var (c, r, s) = ((p.X - origin.X) / shape.ColumnMm, (p.Y - origin.Y) / shape.RowMm, (p.Z - origin.Z) / shape.SliceMm);
        var (ci, ri, si) = (Inside(c, shape.Columns), Inside(r, shape.Rows), Inside(s, shape.Slices));
        var (c0, r0, s0) = ((int)ci, (int)ri, (int)si);
        var (dc, dr, ds) = Strides(c0, r0, s0);
        var near = values.AsSpan(shape.Index(c0, r0, s0));
        var far = near[ds..];
        var (pc, pr, ps) = (ci - c0, ri - r0, si - s0);
        // Columns first, then rows, then slices.
        double n00 = near[0], n01 = near[dc], n10 = near[dr], n11 = near[dr + dc];
        double f00 = far[0], f01 = far[dc], f10 = far[dr], f11 = far[dr + dc];
        var (nearLow, nearHigh, farLow, farHigh) = (Mix(n00, n01, pc), Mix(n10, n11, pc), Mix(f00, f01, pc), Mix(f10, f11, pc));
        var value = Mix(Mix(nearLow, nearHigh, pr), Mix(farLow, farHigh, pr), ps);
        var x = Mix(Mix(n01 - n00, n11 - n10, pr), Mix(f01 - f00, f11 - f10, pr), ps);
        var y = Mix(nearHigh - nearLow, farHigh - farLow, ps);
        var z = Mix(farLow, farHigh, pr) - Mix(nearLow, nearHigh, pr);
        var (beyondC, beyondR, beyondS) = (Math.Abs(c - ci), Math.Abs(r - ri), Math.Abs(s - si));
        slope = new Vector3(
            beyondC > 0 ? 0 : x / shape.ColumnMm, beyondR > 0 ? 0 : y / shape.RowMm, beyondS > 0 ? 0 : z / shape.SliceMm);
        if (beyondC + beyondR + beyondS == 0)
        {
            return value;
        }

        var way = new Vector3(
            beyondC * shape.ColumnMm * Math.Sign(p.X - origin.X),
            beyondR * shape.RowMm * Math.Sign(p.Y - origin.Y),
            beyondS * shape.SliceMm * Math.Sign(p.Z - origin.Z));
        slope += way.Normalized;
        return value + way.Length;
    }

    /// <summary>Whether the position lies between voxel centres of the grid.</summary>
    internal bool Contains(Vector3 p) =>
        IsInside(p.X - origin.X, shape.ColumnMm, shape.Columns)
        && IsInside(p.Y - origin.Y, shape.RowMm, shape.Rows)
        && IsInside(p.Z - origin.Z, shape.SliceMm, shape.Slices);

    private static bool IsInside(double offset, double step, int count) => offset >= 0 && offset <= step * (count - 1);

    private static double Inside(double index, int count) => Math.Clamp(index, 0, count - 1);

    // To the next column, row and slice; none beyond the last.
    private (int Column, int Row, int Slice) Strides(int column, int row, int slice) => (
        column + 1 < shape.Columns ? 1 : 0,
        row + 1 < shape.Rows ? shape.Columns : 0,
        slice + 1 < shape.Slices ? shape.Columns * shape.Rows : 0);

    private static double Mix(double a, double b, double part) => a + ((b - a) * part);
}
