using Defacer.Imaging.Geometry;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Evaluate;

/// <summary>The front of a head as a relief over (x, z): what stands out of it, and what lies in a hole of it.</summary>
internal sealed class FrontRelief
{
    private readonly GridShape _shape;
    private readonly double _spacingMm;
    private readonly float[] _depth;
    private readonly Dictionary<(double, bool), float[]> _smooth = [];

    /// <summary>A relief.</summary>
    /// <param name="grid">Along the patient's axes.</param>
    /// <param name="front">Index of the foremost voxel for each (x, z); -1 where there is none.</param>
    internal FrontRelief(RegularGrid grid, int[] front)
    {
        (_shape, _spacingMm) = (grid.Shape, grid.SpacingMm);
        _depth = Array.ConvertAll(front, at => at < 0 ? float.NaN : (float)(at / _shape.Columns % _shape.Rows * _spacingMm));
    }

    /// <summary>How far a place of the front stands out of what a disc of the radius can touch from behind, mm.</summary>
    internal double StandingOutMm(int at, double radiusMm) => Smooth(radiusMm, fillsHoles: false)[Column(at)] - _depth[Column(at)];

    /// <summary>How far a place of the front lies behind what a disc of the radius can touch from the front, mm.</summary>
    internal double InHoleMm(int at, double radiusMm) => _depth[Column(at)] - Smooth(radiusMm, fillsHoles: true)[Column(at)];

    private int Column(int at)
    {
        var (line, column) = Math.DivRem(at, _shape.Columns);
        return (line / _shape.Rows * _shape.Columns) + column;
    }

    // Grey opening or closing of the relief.
    private float[] Smooth(double radiusMm, bool fillsHoles)
    {
        if (!_smooth.TryGetValue((radiusMm, fillsHoles), out var smooth))
        {
            smooth = Extreme(Extreme(_depth, radiusMm, largest: !fillsHoles), radiusMm, largest: fillsHoles);
            _smooth[(radiusMm, fillsHoles)] = smooth;
        }

        return smooth;
    }

    private float[] Extreme(float[] values, double radiusMm, bool largest)
    {
        var reach = (int)(radiusMm / _spacingMm);
        var result = new float[values.Length];
        Parallel.For(0, _shape.Slices, slice =>
        {
            for (var column = 0; column < _shape.Columns; column++)
            {
                result[(slice * _shape.Columns) + column] = ExtremeAround(values, column, slice, reach, largest);
            }
        });
        return result;
    }

    private float ExtremeAround(float[] values, int column, int slice, int reach, bool largest)
    {
        var best = float.NaN;
        for (var s = Math.Max(0, slice - reach); s <= Math.Min(_shape.Slices - 1, slice + reach); s++)
        {
            for (var c = Math.Max(0, column - reach); c <= Math.Min(_shape.Columns - 1, column + reach); c++)
            {
                var (value, ds, dc) = (values[(s * _shape.Columns) + c], s - slice, c - column);
                if ((ds * ds) + (dc * dc) <= reach * reach && !float.IsNaN(value)
                    && (float.IsNaN(best) || (largest ? value > best : value < best)))
                {
                    best = value;
                }
            }
        }

        return best;
    }
}
