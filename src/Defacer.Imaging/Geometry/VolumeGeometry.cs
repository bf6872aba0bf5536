namespace Defacer.Imaging.Geometry;

/// <summary>
/// Where the voxels of a stack of slices lie in the patient. Each slice has its own position, so that gantry tilt
/// (a shear) and uneven spacing are kept as they are (PS3.3 §C.7.6.2).
/// </summary>
public sealed class VolumeGeometry
{
    /// <summary>A geometry of at least one slice.</summary>
    /// <param name="columns">Voxels per row.</param>
    /// <param name="rows">Rows per slice.</param>
    /// <param name="columnStep">From one column to the next, mm: Image Orientation [0..2] times the column spacing.</param>
    /// <param name="rowStep">From one row to the next, mm: Image Orientation [3..5] times the row spacing.</param>
    /// <param name="sliceOrigins">Centre of the first voxel of each slice, mm, in slice order.</param>
    public VolumeGeometry(int columns, int rows, Vector3 columnStep, Vector3 rowStep, IReadOnlyList<Vector3> sliceOrigins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sliceOrigins.Count, 1, nameof(sliceOrigins));
        Columns = columns;
        Rows = rows;
        ColumnStep = columnStep;
        RowStep = rowStep;
        SliceOrigins = sliceOrigins;
        Normal = columnStep.Cross(rowStep).Normalized;
        Heights = [.. sliceOrigins.Select(o => o.Dot(Normal))];
        SliceSpacingMm = MedianStep(Heights);
    }

    /// <summary>Voxels per row.</summary>
    public int Columns { get; }

    /// <summary>Rows per slice.</summary>
    public int Rows { get; }

    /// <summary>Number of slices.</summary>
    public int Slices => SliceOrigins.Count;

    /// <summary>Number of voxels.</summary>
    public int VoxelCount => checked(Columns * Rows * Slices);

    /// <summary>From one column to the next, mm.</summary>
    public Vector3 ColumnStep { get; }

    /// <summary>From one row to the next, mm.</summary>
    public Vector3 RowStep { get; }

    /// <summary>Centre of the first voxel of each slice, mm.</summary>
    public IReadOnlyList<Vector3> SliceOrigins { get; }

    /// <summary>Unit vector, column direction × row direction.</summary>
    public Vector3 Normal { get; }

    /// <summary>Height of each slice along the normal, mm.</summary>
    public IReadOnlyList<double> Heights { get; }

    /// <summary>Median distance of neighbouring slices along the normal, mm, with sign; 0 for one slice.</summary>
    public double SliceSpacingMm { get; }

    /// <summary>Whether every distance along the normal is within 1 % (at least 0.01 mm) of the median.</summary>
    public bool IsEvenlySpaced => Heights.Zip(Heights.Skip(1), (a, b) => b - a)
        .All(d => Math.Abs(d - SliceSpacingMm) <= Math.Max(0.01, 0.01 * Math.Abs(SliceSpacingMm)));

    /// <summary>The index of a voxel in an array [slice, row, column].</summary>
    public int Index(int column, int row, int slice) => (((slice * Rows) + row) * Columns) + column;

    /// <summary>The position of a (fractional) voxel; between slices linear, beyond the ends continued.</summary>
    public Vector3 ToPatient(double column, double row, double slice) =>
        OriginAt(slice) + (ColumnStep * column) + (RowStep * row);

    /// <summary>The (fractional) voxel at a position; the inverse of <see cref="ToPatient"/>.</summary>
    public (double Column, double Row, double Slice) ToVoxel(Vector3 patient)
    {
        var slice = SliceAt(patient.Dot(Normal));
        var inPlane = patient - OriginAt(slice);
        var (cc, rr, cr) = (ColumnStep.Dot(ColumnStep), RowStep.Dot(RowStep), ColumnStep.Dot(RowStep));
        var (c, r) = (inPlane.Dot(ColumnStep), inPlane.Dot(RowStep));
        var determinant = (cc * rr) - (cr * cr);
        return (((c * rr) - (r * cr)) / determinant, ((r * cc) - (c * cr)) / determinant, slice);
    }

    private Vector3 OriginAt(double slice)
    {
        if (Slices == 1)
        {
            return SliceOrigins[0] + (Normal * slice);
        }

        var below = Math.Clamp((int)Math.Floor(slice), 0, Slices - 2);
        return SliceOrigins[below] + ((SliceOrigins[below + 1] - SliceOrigins[below]) * (slice - below));
    }

    private double SliceAt(double height)
    {
        if (Slices == 1)
        {
            return height - Heights[0];
        }

        var rising = Heights[^1] > Heights[0];
        int low = 0, high = Slices - 2;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (rising ? Heights[middle] <= height : Heights[middle] >= height)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low + ((height - Heights[low]) / (Heights[low + 1] - Heights[low]));
    }

    private static double MedianStep(IReadOnlyList<double> heights)
    {
        if (heights.Count < 2)
        {
            return 0;
        }

        var steps = heights.Zip(heights.Skip(1), (a, b) => b - a).Order().ToArray();
        return steps[steps.Length / 2];
    }
}
