using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Nifti;

/// <summary>
/// Between the transforms of a NIfTI header (right, anterior, superior) and the patient system of DICOM (left,
/// posterior, superior): the first two coordinates change sign.
/// </summary>
internal static class NiftiGeometry
{
    /// <summary>
    /// The sform where its code is not 0, else the qform, else voxel sizes along the axes (method 1 of nifti1.h).
    /// </summary>
    /// <exception cref="InvalidDataException">The transform squeezes the volume flat.</exception>
    public static VolumeGeometry Read(NiftiHeader header)
    {
        var (column, row, slice, origin) = header.SFormCode > 0 ? SForm(header) : QForm(header);
        var volume = column.Cross(row).Dot(slice);
        if (!(Math.Abs(volume) > 1e-9))
        {
            throw new InvalidDataException("The voxel axes of the header lie in one plane; repair sform or qform.");
        }

        return new VolumeGeometry(
            header.Dimension(1),
            header.Dimension(2),
            column,
            row,
            [.. Enumerable.Range(0, header.Dimension(3)).Select(k => origin + (slice * k))]);
    }

    /// <summary>
    /// Writes sform and, where the axes are at right angles, qform. Uneven slices get their mean distance.
    /// </summary>
    public static void Write(NiftiHeader header, VolumeGeometry geometry)
    {
        var last = geometry.Slices - 1;
        var slice = last > 0
            ? (geometry.SliceOrigins[last] - geometry.SliceOrigins[0]) * (1.0 / last)
            : geometry.Normal;
        var origin = geometry.SliceOrigins[0];
        Vector3[] columns = [Flip(geometry.ColumnStep), Flip(geometry.RowStep), Flip(slice), Flip(origin)];
        for (var i = 0; i < 4; i++)
        {
            header.SetSingle(280 + (4 * i), (float)columns[i].X);
            header.SetSingle(296 + (4 * i), (float)columns[i].Y);
            header.SetSingle(312 + (4 * i), (float)columns[i].Z);
        }

        header.SFormCode = 1; // scanner coordinates
        for (var i = 0; i < 3; i++)
        {
            header.SetPixDim(i + 1, (float)columns[i].Length);
        }

        WriteQForm(header, columns);
    }

    private static Vector3 Flip(Vector3 v) => new(-v.X, -v.Y, v.Z);

    private static (Vector3 Column, Vector3 Row, Vector3 Slice, Vector3 Origin) SForm(NiftiHeader header)
    {
        var (x, y, z) = (header.SFormRow(0), header.SFormRow(1), header.SFormRow(2));
        return (
            Flip(new Vector3(x.X, y.X, z.X)),
            Flip(new Vector3(x.Y, y.Y, z.Y)),
            Flip(new Vector3(x.Z, y.Z, z.Z)),
            Flip(new Vector3(x.W, y.W, z.W)));
    }

    private static (Vector3 Column, Vector3 Row, Vector3 Slice, Vector3 Origin) QForm(NiftiHeader header)
    {
        var (dx, dy, dz) = (Size(1), Size(2), Size(3));
        if (header.QFormCode <= 0)
        {
            return (new Vector3(-dx, 0, 0), new Vector3(0, -dy, 0), new Vector3(0, 0, dz), new Vector3(0, 0, 0));
        }

        double b = header.GetSingle(256), c = header.GetSingle(260), d = header.GetSingle(264);
        var (norm, rest) = (Math.Sqrt((b * b) + (c * c) + (d * d)), 1 - ((b * b) + (c * c) + (d * d)));
        var a = Math.Sqrt(Math.Max(0, rest));
        if (rest < 1e-6)
        {
            // A half turn: what remains is the rounding of the stored floats.
            (a, b, c, d) = (0, b / norm, c / norm, d / norm);
        }

        var handed = header.GetPixDim(0) < 0 ? -1 : 1;
        var (aa, bb, cc, dd) = (a * a, b * b, c * c, d * d);
        var column = new Vector3(aa + bb - cc - dd, 2 * ((b * c) + (a * d)), 2 * ((b * d) - (a * c)));
        var row = new Vector3(2 * ((b * c) - (a * d)), aa + cc - bb - dd, 2 * ((c * d) + (a * b)));
        var slice = new Vector3(2 * ((b * d) + (a * c)), 2 * ((c * d) - (a * b)), aa + dd - cc - bb);
        var origin = new Vector3(header.GetSingle(268), header.GetSingle(272), header.GetSingle(276));
        return (Flip(column) * dx, Flip(row) * dy, Flip(slice) * (dz * handed), Flip(origin));

        double Size(int axis) =>
            Math.Abs(header.GetPixDim(axis)) is var size && size > 0 && float.IsFinite(size) ? size : 1;
    }

    // The quaternion of a rotation, with the real part positive (nifti1.h, method 2).
    private static void WriteQForm(NiftiHeader header, Vector3[] columns)
    {
        var (x, y, z) = (columns[0].Normalized, columns[1].Normalized, columns[2].Normalized);
        if (Math.Abs(x.Dot(y)) > 1e-4 || Math.Abs(x.Dot(z)) > 1e-4 || Math.Abs(y.Dot(z)) > 1e-4)
        {
            header.QFormCode = 0;
            header.SetPixDim(0, 1);
            return;
        }

        var handed = x.Cross(y).Dot(z) < 0 ? -1 : 1;
        z *= handed;
        var (a, b, c, d) = Quaternion(x, y, z);
        header.SetPixDim(0, handed);
        header.QFormCode = 1;
        float[] values = [(float)b, (float)c, (float)d, (float)columns[3].X, (float)columns[3].Y, (float)columns[3].Z];
        for (var i = 0; i < values.Length; i++)
        {
            header.SetSingle(256 + (4 * i), i < 3 && a < 0 ? -values[i] : values[i]);
        }
    }

    private static (double A, double B, double C, double D) Quaternion(Vector3 x, Vector3 y, Vector3 z)
    {
        // From the largest component, so that no division is by a small number.
        double[] squares = [1 + x.X + y.Y + z.Z, 1 + x.X - y.Y - z.Z, 1 - x.X + y.Y - z.Z, 1 - x.X - y.Y + z.Z];
        var largest = Array.IndexOf(squares, squares.Max());
        var twice = Math.Sqrt(squares[largest]);
        var (half, scale) = (twice / 2, 1 / (2 * twice));
        return largest switch
        {
            0 => (half, (y.Z - z.Y) * scale, (z.X - x.Z) * scale, (x.Y - y.X) * scale),
            1 => ((y.Z - z.Y) * scale, half, (x.Y + y.X) * scale, (x.Z + z.X) * scale),
            2 => ((z.X - x.Z) * scale, (x.Y + y.X) * scale, half, (y.Z + z.Y) * scale),
            _ => ((x.Y - y.X) * scale, (x.Z + z.X) * scale, (y.Z + z.Y) * scale, half),
        };
    }
}
