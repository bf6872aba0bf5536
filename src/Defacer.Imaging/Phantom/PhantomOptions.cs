using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Phantom;

/// <summary>How the slices lie.</summary>
public enum PhantomOrientation
{
    /// <summary>Slices from feet to head, seen from the feet.</summary>
    Axial,

    /// <summary>Slices from left to right.</summary>
    Sagittal,

    /// <summary>Slices from front to back.</summary>
    Coronal,

    /// <summary>Axial, turned by angles that are no multiple of a right one.</summary>
    Oblique,
}

/// <summary>
/// Which head is scanned, and how. As it stands: a sagittal T1-weighted MR of the whole head; for other orientations
/// begin with <see cref="WholeHead"/>.
/// </summary>
public sealed record PhantomOptions
{
    private const double InPlaneMm = 256;
    private const double AcrossMm = 196;

    /// <summary>Of head, noise and identifiers; the same seed gives the same files. 0 is the mean adult.</summary>
    public int Seed { get; init; }

    /// <summary>MR (T1-weighted) or CT.</summary>
    public string Modality { get; init; } = "MR";

    /// <summary>How the slices lie.</summary>
    public PhantomOrientation Orientation { get; init; } = PhantomOrientation.Sagittal;

    /// <summary>Voxels per row.</summary>
    public int Columns { get; init; } = 256;

    /// <summary>Rows per slice.</summary>
    public int Rows { get; init; } = 256;

    /// <summary>Number of slices.</summary>
    public int Slices { get; init; } = 176;

    /// <summary>Distance of neighbouring columns, mm.</summary>
    public double ColumnMm { get; init; } = 1;

    /// <summary>Distance of neighbouring rows, mm.</summary>
    public double RowMm { get; init; } = 1;

    /// <summary>Thickness of the slices and their distance, mm.</summary>
    public double SliceMm { get; init; } = 1;

    /// <summary>
    /// The point of the head in the middle of the field of view: mm from between the ear canals (LPS).
    /// </summary>
    public Vector3 Centre { get; init; } = new(0, -6, 12);

    /// <summary>Chin to the chest, degrees.</summary>
    public double PitchDegrees { get; init; }

    /// <summary>Face to the left, degrees.</summary>
    public double YawDegrees { get; init; }

    /// <summary>Crown to the left, degrees.</summary>
    public double RollDegrees { get; init; }

    /// <summary>Gantry tilt of axial CT, degrees: the slices lean, the table moves straight.</summary>
    public double TiltDegrees { get; init; }

    /// <summary>Noise; 1 is usual, 0 none.</summary>
    public double Noise { get; init; } = 1;

    /// <summary>Shading of MR by the coils; 1 is usual, 0 none.</summary>
    public double Bias { get; init; } = 1;

    /// <summary>A head holder behind the head (CT).</summary>
    public bool HeadHolder { get; init; } = true;

    /// <summary>Shape; null: by the seed.</summary>
    public HeadParameters? Head { get; init; }

    /// <summary>A field of view that holds the whole head down to the neck, however the slices lie.</summary>
    /// <param name="modality">MR or CT.</param>
    /// <param name="orientation">How the slices lie.</param>
    /// <param name="pixelMm">Distance of rows and of columns.</param>
    /// <param name="sliceMm">Distance of slices.</param>
    public static PhantomOptions WholeHead(
        string modality, PhantomOrientation orientation, double pixelMm, double sliceMm) => new()
        {
            Modality = modality,
            Orientation = orientation,
            Columns = (int)Math.Ceiling(InPlaneMm / pixelMm),
            Rows = (int)Math.Ceiling(InPlaneMm / pixelMm),
            Slices = (int)Math.Ceiling((orientation == PhantomOrientation.Sagittal ? AcrossMm : InPlaneMm) / sliceMm),
            ColumnMm = pixelMm,
            RowMm = pixelMm,
            SliceMm = sliceMm,
        };

    /// <summary>Slices of the field of view that these options give.</summary>
    internal VolumeGeometry ToGeometry()
    {
        var (column, row) = Directions();
        var normal = column.Cross(row);
        var step = TiltDegrees == 0 ? normal * SliceMm : new Vector3(0, 0, SliceMm);
        var corner = Centre - (column * (ColumnMm * (Columns - 1) / 2)) - (row * (RowMm * (Rows - 1) / 2))
            - (step * ((Slices - 1) / 2.0));
        return new VolumeGeometry(
            Columns,
            Rows,
            column * ColumnMm,
            row * RowMm,
            [.. Enumerable.Range(0, Slices).Select(k => corner + (step * k))]);
    }

    private (Vector3 Column, Vector3 Row) Directions()
    {
        switch (Orientation)
        {
            case PhantomOrientation.Sagittal:
                return (new Vector3(0, 1, 0), new Vector3(0, 0, -1));
            case PhantomOrientation.Coronal:
                return (new Vector3(1, 0, 0), new Vector3(0, 0, -1));
            case PhantomOrientation.Oblique:
                var column = new Vector3(0.9659258, 0.2241439, -0.1294095).Normalized;
                var normal = column.Cross(new Vector3(-0.1, 0.92, 0.37)).Normalized;
                return (column, normal.Cross(column));
            default:
                var (sin, cos) = Math.SinCos(TiltDegrees * Math.PI / 180);
                return (new Vector3(1, 0, 0), new Vector3(0, cos, sin));
        }
    }
}
