using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// For each column and slice of a field, from which row on it can reach a level at all: a march towards it begins there.
/// </summary>
internal sealed class FieldFront
{
    private readonly DistanceField _field;
    private readonly int[] _firstRows;

    /// <summary>Of a field and a level.</summary>
    internal FieldFront(DistanceField field, double level)
    {
        var shape = field.Shape;
        _field = field;
        _firstRows = new int[shape.Columns * shape.Slices];
        Array.Fill(_firstRows, shape.Rows);
        for (var i = 0; i < field.Values.Length; i++)
        {
            if (field.Values[i] >= level)
            {
                var (line, column) = Math.DivRem(i, shape.Columns);
                var (slice, row) = Math.DivRem(line, shape.Rows);
                ref var first = ref _firstRows[(slice * shape.Columns) + column];
                first = Math.Min(first, row);
            }
        }
    }

    /// <summary>Whole steps of 1 mm from a start along y, to where the field first may reach the level.</summary>
    internal double From(double start, double x, double z)
    {
        var shape = _field.Shape;
        if (!_field.Contains(new Vector3(x, start, z)))
        {
            // Beyond the field its values are not those of its voxels.
            return start;
        }

        var (column, slice) = ((int)((x - _field.Origin.X) / shape.ColumnMm), (int)((z - _field.Origin.Z) / shape.SliceMm));
        var (nextColumn, nextSlice) = (Math.Min(column + 1, shape.Columns - 1), Math.Min(slice + 1, shape.Slices - 1));
        var first = Math.Min(
            Math.Min(First(column, slice), First(nextColumn, slice)), Math.Min(First(column, nextSlice), First(nextColumn, nextSlice)));
        // Between two rows the value lies between theirs: the row before may be the first to count.
        var y = _field.Origin.Y + ((first - 1) * shape.RowMm);
        return start + Math.Max(0, Math.Floor(y - start));

        int First(int c, int s) => _firstRows[(s * shape.Columns) + c];
    }
}
