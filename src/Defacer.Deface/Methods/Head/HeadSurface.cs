using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Methods.Head;

/// <summary>The body's surface as far as the field of view shows it.</summary>
internal sealed class HeadSurface
{
    // As many points as a fit needs: more cost time and do not move the result.
    private const int MostPoints = 3000;

    /// <summary>Three times what still pulls in a fit, mm: farther is all the same.</summary>
    internal const double FarthestMm = 60;

    private readonly BinaryGrid _view;
    private readonly BinaryGrid _inner;
    private readonly RegularGrid _grid;

    private HeadSurface(RegularGrid grid, BinaryGrid view, BinaryGrid inner, DistanceField distance, Vector3[] points)
    {
        _grid = grid;
        _view = view;
        _inner = inner;
        Distance = distance;
        Points = points;
    }

    /// <summary>Signed distance to the body, mm; negative inside.</summary>
    internal DistanceField Distance { get; }

    /// <summary>
    /// Points spread evenly over the surface, without those where only the field of view ends the body.
    /// </summary>
    internal Vector3[] Points { get; }

    /// <summary>Points of the surface of what looks like a brain; empty where none was found.</summary>
    internal Vector3[] BrainPoints { get; private init; } = [];

    /// <summary>From this distance on a point of the brain no longer pulls: it is taken for a leak.</summary>
    internal double BrainFarMm { get; private init; }

    /// <summary>How much a mm at the brain counts against one at the skin.</summary>
    internal double BrainWeight => BrainFarMm > 10 ? 1.8 : 1;

    /// <summary>The same surface with a brain.</summary>
    internal HeadSurface WithBrain(BinaryGrid? brain, double farMm)
    {
        if (brain is null)
        {
            return this;
        }

        var points = SurfaceOf(brain, _inner, _grid);
        var stride = Math.Max(1, points.Count / (MostPoints / 3));
        return new HeadSurface(_grid, _view, _inner, Distance, Points)
        {
            BrainFarMm = farMm,
            BrainPoints = Thinned(points, stride),
        };
    }

    /// <summary>Whether the position is in the field of view.</summary>
    internal bool IsInView(Vector3 patient)
    {
        var (c, r, s) = _grid.ToVoxel(patient);
        var (column, row, slice) = ((int)Math.Round(c), (int)Math.Round(r), (int)Math.Round(s));
        var shape = _grid.Shape;
        return (uint)column < (uint)shape.Columns && (uint)row < (uint)shape.Rows && (uint)slice < (uint)shape.Slices
            && _view[column, row, slice];
    }

    /// <summary>The surface of a body.</summary>
    /// <param name="body">The body, closed and without holes.</param>
    /// <param name="squaredDepth">Of its voxels below the surface, mm², to <see cref="FarthestMm"/> at least.</param>
    /// <param name="view">The field of view, on the same grid.</param>
    /// <param name="grid">The grid of both.</param>
    /// <param name="lowestMm">Points below this height (patient z) are left out: the trunk is no part of a
    /// head.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal static HeadSurface Of(
        BinaryGrid body, float[] squaredDepth, BinaryGrid view, RegularGrid grid, double lowestMm, CancellationToken cancellationToken)
    {
        var distance = DistanceTransform.Signed(body, squaredDepth, FarthestMm, cancellationToken);
        // Within two voxels of the border of the field of view a surface may be the border itself.
        var inner = view.Erode(2 * grid.SpacingMm, cancellationToken);
        var found = SurfaceOf(body, inner, grid);
        var above = found.Where(p => p.Z >= lowestMm).ToList();
        var stride = Math.Max(1, above.Count / MostPoints);
        return new HeadSurface(
            grid, view, inner, new DistanceField(distance, grid.Shape, grid.Origin), Thinned(above, stride));
    }

    private static Vector3[] Thinned(List<Vector3> points, int stride) => [.. points.Where((_, i) => i % stride == 0)];

    private static List<Vector3> SurfaceOf(BinaryGrid body, BinaryGrid inner, RegularGrid grid)
    {
        var shape = grid.Shape;
        var found = new List<Vector3>();
        for (var slice = 1; slice < shape.Slices - 1; slice++)
        {
            for (var row = 1; row < shape.Rows - 1; row++)
            {
                // Most rows hold nothing of the body.
                var start = shape.Index(0, row, slice);
                var line = body.Voxels.AsSpan(start, shape.Columns);
                var last = Math.Min(shape.Columns - 2, line.LastIndexOf(true));
                for (var column = Math.Max(1, line.IndexOf(true)); column <= last; column++)
                {
                    if (line[column] && inner.Voxels[start + column] && IsSurface(body.Voxels, start + column, shape))
                    {
                        found.Add(grid.ToPatient(column, row, slice));
                    }
                }
            }
        }

        return found;
    }

    private static bool IsSurface(bool[] voxels, int at, GridShape shape)
    {
        var (row, slice) = (shape.Columns, shape.Columns * shape.Rows);
        return !(voxels[at - 1] && voxels[at + 1] && voxels[at - row] && voxels[at + row] && voxels[at - slice] && voxels[at + slice]);
    }
}
