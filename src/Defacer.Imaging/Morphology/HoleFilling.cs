using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Morphology;

/// <summary>Fills what a set encloses.</summary>
public static class HoleFilling
{
    /// <summary>Adds every cavity that has no way to the border of the grid.</summary>
    public static BinaryGrid FillHoles(this BinaryGrid grid) =>
        ConnectedComponents.Of(grid.Not(), Connectivity.Sides).TouchingBorder().Not();

    /// <summary>
    /// Adds every hole of every slice across an axis: also a cavity that is open elsewhere, like a nostril.
    /// </summary>
    public static BinaryGrid FillHolesAcross(this BinaryGrid grid, GridAxis axis, CancellationToken ct)
    {
        var shape = grid.Shape;
        var (width, height) = axis switch
        {
            GridAxis.Slices => (GridAxis.Columns, GridAxis.Rows),
            GridAxis.Rows => (GridAxis.Columns, GridAxis.Slices),
            _ => (GridAxis.Rows, GridAxis.Slices),
        };
        var flat = new GridShape(
            shape.Length(width), shape.Length(height), 1, shape.SpacingMm(width), shape.SpacingMm(height), 1);
        var (across, down, start) = (shape.Stride(width), shape.Stride(height), shape.Stride(axis));
        var result = new BinaryGrid(shape);
        Parallel.For(0, shape.Length(axis), new ParallelOptions { CancellationToken = ct }, plane =>
        {
            var slice = new BinaryGrid(flat);
            for (var y = 0; y < flat.Rows; y++)
            {
                for (var x = 0; x < flat.Columns; x++)
                {
                    slice.Voxels[(y * flat.Columns) + x] = grid.Voxels[(plane * start) + (y * down) + (x * across)];
                }
            }

            var filled = slice.FillHoles();
            for (var y = 0; y < flat.Rows; y++)
            {
                for (var x = 0; x < flat.Columns; x++)
                {
                    result.Voxels[(plane * start) + (y * down) + (x * across)] = filled.Voxels[(y * flat.Columns) + x];
                }
            }
        });
        return result;
    }

    /// <summary>Fills the holes of the slices across the slice axis, then the row axis, then the column axis.</summary>
    public static BinaryGrid FillHolesAcrossAll(this BinaryGrid grid, CancellationToken ct) =>
        grid.FillHolesAcross(GridAxis.Slices, ct)
            .FillHolesAcross(GridAxis.Rows, ct)
            .FillHolesAcross(GridAxis.Columns, ct);
}
