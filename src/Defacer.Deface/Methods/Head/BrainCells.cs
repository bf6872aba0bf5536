using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// For the cells between the voxels of a field, whether all corners reach a level, none, or some: only in the last must the
/// value be worked out.
/// </summary>
internal sealed class BrainCells
{
    private readonly DistanceField _field;
    private readonly float _level;
    private readonly CellKind[] _kinds;

    /// <summary>Of a field and a level that none of its voxels has.</summary>
    internal BrainCells(DistanceField field, float level)
    {
        (_field, _level) = (field, level);
        var shape = field.Shape;
        _kinds = new CellKind[shape.VoxelCount];
        for (var slice = 0; slice < shape.Slices - 1; slice++)
        {
            for (var row = 0; row < shape.Rows - 1; row++)
            {
                for (var column = 0; column < shape.Columns - 1; column++)
                {
                    var at = shape.Index(column, row, slice);
                    _kinds[at] = Kind(field.Values, at, shape.Columns, shape.Columns * shape.Rows);
                }
            }
        }
    }

    private enum CellKind : byte
    {
        Mixed,
        Below,
        Above,
    }

    /// <summary>Whether the field reaches the level at a position.</summary>
    internal bool IsAbove(Vector3 p)
    {
        var (shape, origin) = (_field.Shape, _field.Origin);
        var (c, r, s) = ((p.X - origin.X) / shape.ColumnMm, (p.Y - origin.Y) / shape.RowMm, (p.Z - origin.Z) / shape.SliceMm);
        if (c >= 0 && r >= 0 && s >= 0 && c < shape.Columns - 1 && r < shape.Rows - 1 && s < shape.Slices - 1
            && _kinds[shape.Index((int)c, (int)r, (int)s)] is var kind and not CellKind.Mixed)
        {
            return kind == CellKind.Above;
        }

        return _field.At(p) >= _level;
    }

    private CellKind Kind(float[] values, int at, int row, int slice)
    {
        var above = 0;
        foreach (var corner in (ReadOnlySpan<int>)[at, at + 1, at + row, at + row + 1, at + slice, at + slice + 1, at + slice + row, at + slice + row + 1])
        {
            above += values[corner] >= _level ? 1 : 0;
        }

        return above switch { 0 => CellKind.Below, 8 => CellKind.Above, _ => CellKind.Mixed };
    }
}
