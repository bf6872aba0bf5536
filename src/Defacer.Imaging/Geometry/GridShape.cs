namespace Defacer.Imaging.Geometry;

/// <summary>The axes of an array [slice, row, column].</summary>
public enum GridAxis
{
    /// <summary>Along a row: the column index grows.</summary>
    Columns,

    /// <summary>Across the rows: the row index grows.</summary>
    Rows,

    /// <summary>Across the slices: the slice index grows.</summary>
    Slices,
}

/// <summary>Size and spacing of a rectangular grid, wherever it lies; its arrays are [slice, row, column].</summary>
/// <param name="Columns">Voxels per row.</param>
/// <param name="Rows">Rows per slice.</param>
/// <param name="Slices">Number of slices.</param>
/// <param name="ColumnMm">Distance of neighbouring columns, mm.</param>
/// <param name="RowMm">Distance of neighbouring rows, mm.</param>
/// <param name="SliceMm">Distance of neighbouring slices, mm.</param>
public readonly record struct GridShape(
    int Columns, int Rows, int Slices, double ColumnMm, double RowMm, double SliceMm)
{
    /// <summary>Number of voxels.</summary>
    public int VoxelCount => checked(Columns * Rows * Slices);

    /// <summary>Volume of one voxel, mm³.</summary>
    public double VoxelMm3 => ColumnMm * RowMm * SliceMm;

    /// <summary>
    /// The shape of a stack of slices: the median distance stands for uneven ones, the distance along the normal for
    /// tilted ones, 1 mm for a single slice.
    /// </summary>
    public static GridShape Of(VolumeGeometry geometry) => new(
        geometry.Columns,
        geometry.Rows,
        geometry.Slices,
        geometry.ColumnStep.Length,
        geometry.RowStep.Length,
        geometry.Slices == 1 ? 1 : Math.Abs(geometry.SliceSpacingMm));

    /// <summary>The index of a voxel in an array [slice, row, column].</summary>
    public int Index(int column, int row, int slice) => (((slice * Rows) + row) * Columns) + column;

    /// <summary>Number of voxels along an axis.</summary>
    public int Length(GridAxis axis) =>
        axis switch { GridAxis.Columns => Columns, GridAxis.Rows => Rows, _ => Slices };

    /// <summary>Distance of neighbouring voxels along an axis, mm.</summary>
    public double SpacingMm(GridAxis axis) =>
        axis switch { GridAxis.Columns => ColumnMm, GridAxis.Rows => RowMm, _ => SliceMm };

    /// <summary>How far apart neighbours along an axis are in an array [slice, row, column].</summary>
    public int Stride(GridAxis axis) =>
        axis switch { GridAxis.Columns => 1, GridAxis.Rows => Columns, _ => Columns * Rows };
}
