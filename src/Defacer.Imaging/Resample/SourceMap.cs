using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Resample;

/// <summary>
/// From positions to fractional voxels of a stack, prepared once so that a step costs a few multiplications.
/// </summary>
internal sealed class SourceMap
{
    private readonly double[] _heights;
    private readonly double[] _columnAt;
    private readonly double[] _rowAt;
    private readonly Vector3 _toColumn;
    private readonly Vector3 _toRow;
    private readonly Vector3 _normal;
    private readonly bool _even;

    public SourceMap(VolumeGeometry geometry)
    {
        // In-plane coordinates are two dot products minus those of the slice's origin.
        var (c, r) = (geometry.ColumnStep, geometry.RowStep);
        var (cc, rr, cr) = (c.Dot(c), r.Dot(r), c.Dot(r));
        var determinant = (cc * rr) - (cr * cr);
        _toColumn = ((c * rr) - (r * cr)) * (1 / determinant);
        _toRow = ((r * cc) - (c * cr)) * (1 / determinant);
        _normal = geometry.Normal;
        var sign = geometry.Slices > 1 && geometry.Heights[^1] < geometry.Heights[0] ? -1 : 1;
        _normal *= sign;
        _heights = [.. geometry.Heights.Select(h => h * sign)];
        _columnAt = [.. geometry.SliceOrigins.Select(o => o.Dot(_toColumn))];
        _rowAt = [.. geometry.SliceOrigins.Select(o => o.Dot(_toRow))];
        _even = IsAffine();
    }

    /// <summary>The fractional voxel at a position; the slice is continued linearly beyond the ends.</summary>
    public (double Column, double Row, double Slice) At(Vector3 position)
    {
        var slice = SliceAt(position.Dot(_normal));
        if (_heights.Length == 1)
        {
            return (position.Dot(_toColumn) - _columnAt[0], position.Dot(_toRow) - _rowAt[0], slice);
        }

        var below = Math.Clamp((int)slice, 0, _heights.Length - 2);
        var part = slice - below;
        var column = _columnAt[below] + ((_columnAt[below + 1] - _columnAt[below]) * part);
        var row = _rowAt[below] + ((_rowAt[below + 1] - _rowAt[below]) * part);
        return (position.Dot(_toColumn) - column, position.Dot(_toRow) - row, slice);
    }

    /// <summary>How the fractional voxel changes along a vector, where that is the same everywhere.</summary>
    public bool TryGetStep(Vector3 step, out (double Column, double Row, double Slice) change)
    {
        var (a, b) = (At(new Vector3(0, 0, 0)), At(step));
        change = (b.Column - a.Column, b.Row - a.Row, b.Slice - a.Slice);
        return _even;
    }

    private double SliceAt(double height)
    {
        if (_heights.Length == 1)
        {
            return height - _heights[0];
        }

        if (_even)
        {
            return (height - _heights[0]) * (_heights.Length - 1) / (_heights[^1] - _heights[0]);
        }

        var found = Array.BinarySearch(_heights, height);
        var below = Math.Clamp(found >= 0 ? found : ~found - 1, 0, _heights.Length - 2);
        return below + ((height - _heights[below]) / (_heights[below + 1] - _heights[below]));
    }

    private bool IsAffine()
    {
        var last = _heights.Length - 1;
        for (var k = 1; k < last; k++)
        {
            var part = (double)k / last;
            if (Off(_heights, part, k) > 1e-3 * (_heights[1] - _heights[0])
                || Off(_columnAt, part, k) > 1e-3 || Off(_rowAt, part, k) > 1e-3)
            {
                return false;
            }
        }

        return true;

        double Off(double[] values, double part, int k) =>
            Math.Abs(values[k] - (values[0] + ((values[last] - values[0]) * part)));
    }
}
