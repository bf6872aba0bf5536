using Defacer.Deface.Methods.Head;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Evaluate;

/// <summary>The front of a head as a relief over (x, z): what stands out of it, and what lies in a hole of it.</summary>
internal sealed class FrontRelief
{
    private readonly GridShape _shape;
    private readonly DepthMap _depth;
    private readonly Dictionary<(double, bool), DepthMap> _smooth = [];

    /// <summary>A relief.</summary>
    /// <param name="grid">Along the patient's axes.</param>
    /// <param name="front">Index of the foremost voxel for each (x, z); -1 where there is none.</param>
    internal FrontRelief(RegularGrid grid, int[] front)
    {
        _shape = grid.Shape;
        _depth = new DepthMap(_shape.Columns, _shape.Slices, grid.Origin.X, grid.Origin.Z, grid.SpacingMm).With(
            Array.ConvertAll(front, at => at < 0 ? float.NaN : (float)(at / _shape.Columns % _shape.Rows * grid.SpacingMm)));
    }

    /// <summary>How far a place of the front stands out of what a disc of the radius can touch from behind, mm.</summary>
    internal double StandingOutMm(int at, double radiusMm) => Smooth(radiusMm, fillsHoles: false).Values[Column(at)] - _depth.Values[Column(at)];

    /// <summary>How far a place of the front lies behind what a disc of the radius can touch from the front, mm.</summary>
    internal double InHoleMm(int at, double radiusMm) => _depth.Values[Column(at)] - Smooth(radiusMm, fillsHoles: true).Values[Column(at)];

    private int Column(int at)
    {
        var (line, column) = Math.DivRem(at, _shape.Columns);
        return (line / _shape.Rows * _shape.Columns) + column;
    }

    // Grey opening or closing of the relief.
    private DepthMap Smooth(double radiusMm, bool fillsHoles)
    {
        if (!_smooth.TryGetValue((radiusMm, fillsHoles), out var smooth))
        {
            smooth = _depth.Extreme(radiusMm, largest: !fillsHoles).Extreme(radiusMm, largest: fillsHoles);
            _smooth[(radiusMm, fillsHoles)] = smooth;
        }

        return smooth;
    }
}
