using Defacer.Imaging.Geometry;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Evaluate;

/// <summary>
/// The line of a face from forehead to neck, seen from the side: the foremost skin in the middle, height by height. A head
/// that is tipped back has brow and chin nearer to the height of its nose than a level one.
/// </summary>
internal sealed class FaceProfile
{
    // mm from the tip of the nose. The brow of a level head lies no higher, its chin no lower.
    private const double HighestBrow = 40, LowestChin = 60;

    // From the tip down: the lips; how far back the skin under a chin lies; half the width of the line.
    private const double LipsBelow = 30, UnderChin = 20, HalfWidth = 10;

    // From the tip up: where the root of the nose is looked for, on which forehead it ends, and the brow above it.
    private const double LowestRoot = 10, Forehead = 65, BrowAboveRoot = 14;

    private readonly Dictionary<int, double> _lines = [];
    private readonly RegularGrid _grid;
    private readonly Vector3 _tip;

    /// <summary>A profile.</summary>
    /// <param name="grid">Along the patient's axes.</param>
    /// <param name="front">Index of the foremost voxel for each (x, z); -1 where there is none.</param>
    /// <param name="tip">Of the nose, patient mm.</param>
    internal FaceProfile(RegularGrid grid, int[] front, Vector3 tip)
    {
        (_grid, _tip) = (grid, tip);
        var shape = grid.Shape;
        for (var slice = 0; slice < shape.Slices; slice++)
        {
            var line = front.AsSpan(slice * shape.Columns, shape.Columns).ToArray()
                .Where((at, column) => at >= 0 && Math.Abs(grid.ToPatient(column, 0, 0).X - tip.X) <= HalfWidth)
                .Select(at => grid.ToPatient(0, at / shape.Columns % shape.Rows, 0).Y).Order().ToList();
            if (line.Count > 0)
            {
                _lines[slice] = line[line.Count / 2];
            }
        }
    }

    /// <summary>Patient z of the lower end: where the skin under the chin has gone back. Below it is neck.</summary>
    internal double ChinZ()
    {
        var foremost = double.PositiveInfinity;
        for (var slice = SliceAt(-LipsBelow); slice > SliceAt(-LowestChin); slice--)
        {
            if (_lines.TryGetValue(slice, out var y))
            {
                foremost = Math.Min(foremost, y);
                if (y - foremost > UnderChin)
                {
                    return Z(slice + 1);
                }
            }
        }

        return _tip.Z - LowestChin;
    }

    /// <summary>Patient z of the upper end: two fingers above the root of the nose, the deepest place above its tip.</summary>
    internal double BrowZ()
    {
        var last = Enumerable.Range(SliceAt(LowestRoot), Math.Max(0, SliceAt(Forehead) - SliceAt(LowestRoot) + 1)).LastOrDefault(_lines.ContainsKey, -1);
        if (last < 0 || Z(last) - _tip.Z < HighestBrow)
        {
            return _tip.Z + HighestBrow;
        }

        // The root lies farthest behind the straight line from the tip to the forehead.
        var (rise, run) = (Z(last) - _tip.Z, _lines[last] - _tip.Y);
        var root = Enumerable.Range(SliceAt(LowestRoot), last - SliceAt(LowestRoot)).Where(_lines.ContainsKey)
            .MaxBy(slice => _lines[slice] - _tip.Y - (run * (Z(slice) - _tip.Z) / rise));
        return Math.Min(Z(root) + BrowAboveRoot, _tip.Z + HighestBrow);
    }

    private int SliceAt(double aboveTipMm) => Math.Clamp(
        (int)Math.Round((_tip.Z + aboveTipMm - _grid.Origin.Z) / _grid.SpacingMm), 0, _grid.Shape.Slices - 1);

    private double Z(int slice) => _grid.ToPatient(0, 0, slice).Z;
}
