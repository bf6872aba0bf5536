using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Resample;

/// <summary>
/// A grid of cubes along the patient's axes: columns grow to the left, rows to the back, slices to the head, so that
/// its arrays [slice, row, column] are [z, y, x].
/// </summary>
public sealed class RegularGrid
{
    /// <summary>A grid.</summary>
    /// <param name="columns">Voxels from right to left.</param>
    /// <param name="rows">Voxels from front to back.</param>
    /// <param name="slices">Voxels from feet to head.</param>
    /// <param name="spacingMm">Edge of the cubes, mm.</param>
    /// <param name="origin">Centre of the first voxel: the most right, anterior, inferior one.</param>
    public RegularGrid(int columns, int rows, int slices, double spacingMm, Vector3 origin)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(spacingMm);
        SpacingMm = spacingMm;
        Origin = origin;
        Geometry = new VolumeGeometry(
            columns,
            rows,
            new Vector3(spacingMm, 0, 0),
            new Vector3(0, spacingMm, 0),
            [.. Enumerable.Range(0, slices).Select(k => origin + new Vector3(0, 0, k * spacingMm))]);
        Shape = new GridShape(columns, rows, slices, spacingMm, spacingMm, spacingMm);
    }

    /// <summary>Edge of the cubes, mm.</summary>
    public double SpacingMm { get; }

    /// <summary>Centre of the first voxel.</summary>
    public Vector3 Origin { get; }

    /// <summary>Size and spacing.</summary>
    public GridShape Shape { get; }

    /// <summary>The same grid as the geometry of a volume.</summary>
    public VolumeGeometry Geometry { get; }

    /// <summary>The smallest grid that holds every voxel of a volume whole, and a margin.</summary>
    /// <param name="geometry">Of the volume.</param>
    /// <param name="spacingMm">Edge of the cubes, mm.</param>
    /// <param name="marginMm">Added on every side.</param>
    public static RegularGrid Around(VolumeGeometry geometry, double spacingMm, double marginMm)
    {
        var (low, high) = Extent(geometry);
        var margin = new Vector3(marginMm, marginMm, marginMm);
        return Between(low - margin, high + margin, spacingMm);
    }

    /// <summary>The smallest grid that covers a box of the patient's axes.</summary>
    public static RegularGrid Between(Vector3 low, Vector3 high, double spacingMm)
    {
        var size = high - low;
        var half = new Vector3(spacingMm / 2, spacingMm / 2, spacingMm / 2);
        return new RegularGrid(Cells(size.X), Cells(size.Y), Cells(size.Z), spacingMm, low + half);

        int Cells(double mm) => Math.Max(1, (int)Math.Ceiling((mm / spacingMm) - 1e-6));
    }

    /// <summary>The box of the patient's axes around all voxels with their whole extent.</summary>
    public static (Vector3 Low, Vector3 High) Extent(VolumeGeometry geometry)
    {
        double[] columns = [-0.5, geometry.Columns - 0.5], rows = [-0.5, geometry.Rows - 0.5];
        var corners = from slice in SliceEdges(geometry)
                      from row in rows
                      from column in columns
                      select geometry.ToPatient(column, row, slice);
        var (low, high) = (
            new Vector3(double.MaxValue, double.MaxValue, double.MaxValue),
            new Vector3(double.MinValue, double.MinValue, double.MinValue));
        foreach (var p in corners)
        {
            low = new Vector3(Math.Min(low.X, p.X), Math.Min(low.Y, p.Y), Math.Min(low.Z, p.Z));
            high = new Vector3(Math.Max(high.X, p.X), Math.Max(high.Y, p.Y), Math.Max(high.Z, p.Z));
        }

        return (low, high);
    }

    /// <summary>The (fractional) voxel at a position.</summary>
    public (double Column, double Row, double Slice) ToVoxel(Vector3 patient)
    {
        var d = (patient - Origin) * (1 / SpacingMm);
        return (d.X, d.Y, d.Z);
    }

    /// <summary>The position of a (fractional) voxel.</summary>
    public Vector3 ToPatient(double column, double row, double slice) =>
        Origin + new Vector3(column * SpacingMm, row * SpacingMm, slice * SpacingMm);

    // Inner slices can stick out where the gantry was moved between them, so all edges count.
    private static IEnumerable<double> SliceEdges(VolumeGeometry geometry) =>
        Enumerable.Range(0, geometry.Slices + 1).Select(k => k - 0.5);
}
