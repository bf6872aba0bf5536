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
        if (axis == GridAxis.Columns)
        {
            // Turned first: bytes a row apart would be fetched one by one.
            var (turned, back) = (
                new GridShape(shape.Rows, shape.Columns, shape.Slices, shape.RowMm, shape.ColumnMm, shape.SliceMm), shape);
            return Turned(Turned(grid, turned, ct).FillHolesAcross(GridAxis.Rows, ct), back, ct);
        }

        var isSlices = axis == GridAxis.Slices;
        var (height, lineMm) = isSlices ? (shape.Rows, shape.RowMm) : (shape.Slices, shape.SliceMm);
        var flat = new GridShape(shape.Columns, height, 1, shape.ColumnMm, lineMm, 1);
        var (down, start) = isSlices ? (shape.Columns, shape.Columns * shape.Rows) : (shape.Columns * shape.Rows, shape.Columns);
        var result = new BinaryGrid(shape);
        Parallel.For(0, shape.Length(axis), new ParallelOptions { CancellationToken = ct }, plane =>
        {
            var slice = new BinaryGrid(flat);
            for (var y = 0; y < height; y++)
            {
                grid.Voxels.AsSpan((plane * start) + (y * down), shape.Columns).CopyTo(slice.Voxels.AsSpan(y * shape.Columns));
            }

            var filled = slice.FillHoles();
            for (var y = 0; y < height; y++)
            {
                filled.Voxels.AsSpan(y * shape.Columns, shape.Columns).CopyTo(result.Voxels.AsSpan((plane * start) + (y * down)));
            }
        });
        return result;
    }

    /// <summary>Fills the holes of the slices across the slice axis, then the row axis, then the column axis.</summary>
    public static BinaryGrid FillHolesAcrossAll(this BinaryGrid grid, CancellationToken ct) =>
        grid.FillHolesAcross(GridAxis.Slices, ct)
            .FillHolesAcross(GridAxis.Rows, ct)
            .FillHolesAcross(GridAxis.Columns, ct);

    // Columns become rows and rows columns.
    private static BinaryGrid Turned(BinaryGrid grid, GridShape turned, CancellationToken ct)
    {
        var result = new BinaryGrid(turned);
        var (columns, rows) = (grid.Shape.Columns, grid.Shape.Rows);
        Parallel.For(0, turned.Slices, new ParallelOptions { CancellationToken = ct }, slice =>
        {
            var from = grid.Voxels.AsSpan(slice * rows * columns, rows * columns);
            var to = result.Voxels.AsSpan(slice * rows * columns, rows * columns);
            for (var column = 0; column < columns; column++)
            {
                for (var row = 0; row < rows; row++)
                {
                    to[(column * rows) + row] = from[(row * columns) + column];
                }
            }
        });
        return result;
    }
}
