using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Methods.Head;

/// <summary>Where a head would lie if the body's upper end were one. Whether it is one, the evidence says.</summary>
/// <param name="Pose">The best pose.</param>
/// <param name="Cost">Mean squared distance at the robust residuals, mm².</param>
/// <param name="Surface">The surface it was laid on.</param>
/// <param name="Points">The points of it that took part.</param>
internal sealed record HeadFit(HeadPose Pose, double Cost, HeadSurface Surface, Vector3[] Points);

/// <summary>Tries the template at the upper end of the body from several starts.</summary>
internal static class HeadFinder
{
    // A ball of this radius fits into every head in view, and into no holder, tube or table.
    private const double CoreRadiusMm = 32;

    // The farthest the mean head reaches from its centre, to the chin; what lies beyond is neck and shoulders.
    private const double ReachMm = 172;

    // Fewer points of skin than this do not hold nine parameters.
    private const int FewestPoints = 150;

    /// <summary>The best fit; null when the body shows too little surface.</summary>
    /// <param name="body">The body.</param>
    /// <param name="view">The field of view.</param>
    /// <param name="grid">Of both.</param>
    /// <param name="brain">Estimates the brain from the upper end of the body and the squared depth below its surface.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal static HeadFit? Find(
        BinaryGrid body,
        BinaryGrid view,
        RegularGrid grid,
        Func<int, float[], (BinaryGrid? Brain, double FarMm)> brain,
        CancellationToken cancellationToken)
    {
        var core = body.OpenCoarsely(CoreRadiusMm, cancellationToken);
        if (Top(core) is not { } top)
        {
            return null;
        }

        var squaredDepth = DistanceTransform.SquaredFromOutside(body, HeadSurface.FarthestMm, cancellationToken);
        var (inside, farMm) = brain(top, squaredDepth);
        var surface = HeadSurface.Of(body, squaredDepth, view, grid, grid.ToPatient(0, 0, top).Z - (2 * ReachMm), cancellationToken)
            .WithBrain(inside, farMm);
        var best = Starts(core, grid, top)
            .AsParallel()
            .WithCancellation(cancellationToken)
            .Select(start => Fit(start, surface, iterations: 10, stride: 8))
            .Where(fit => fit is not null)
            .OrderBy(fit => fit!.Cost)
            .Take(2)
            .Select(fit => Fit(fit!.Pose.Parameters, surface, iterations: 30, stride: 1))
            .MinBy(fit => fit?.Cost ?? double.PositiveInfinity);
        return best;
    }

    internal static HeadFit? Fit(double[] start, HeadSurface surface, int iterations, int stride)
    {
        var centre = new Vector3(start[0], start[1], start[2]);
        var reach = ReachMm * Math.Exp((start[6] + start[7] + start[8]) / 3);
        var near = Array.FindAll(surface.Points, p => (p - centre).Length <= reach);
        if (near.Length < FewestPoints)
        {
            return null;
        }

        var (pose, cost) = new HeadFitter(HeadTemplate.Mean, near, surface).Fit(start, iterations, stride);
        return new HeadFit(pose, cost, surface, near);
    }

    // The highest slice with 5 cm² of body.
    internal static int? Top(BinaryGrid body)
    {
        var plane = body.Shape.Columns * body.Shape.Rows;
        var least = 500 / (body.Shape.ColumnMm * body.Shape.RowMm);
        for (var slice = body.Shape.Slices - 1; slice >= 0; slice--)
        {
            if (body.Voxels.AsSpan(slice * plane, plane).Count(true) >= least)
            {
                return slice;
            }
        }

        return null;
    }

    internal static IEnumerable<double[]> Starts(BinaryGrid body, RegularGrid grid, int top)
    {
        var (x, y) = Centre(body, grid, top);
        var z = grid.ToPatient(0, 0, top).Z;
        // The crown of the mean head is 78 mm above its origin; a field of view may cut it off by up to 60 mm.
        double[] crowns = [78, 45];
        double[] pitches = [-0.75, -0.35, 0, 0.35];
        double[] sizes = [-0.15, 0];
        return from crown in crowns
               from pitch in pitches
               from size in sizes
               select new[] { x, y, z - (crown * Math.Exp(size)), pitch, 0, 0, size, size, size };
    }

    // Centre of mass of the upper 120 mm.
    private static (double X, double Y) Centre(BinaryGrid body, RegularGrid grid, int top)
    {
        var shape = body.Shape;
        double x = 0, y = 0, count = 0;
        for (var slice = Math.Max(0, top - (int)(120 / shape.SliceMm)); slice <= top; slice++)
        {
            for (var row = 0; row < shape.Rows; row++)
            {
                for (var column = 0; column < shape.Columns; column++)
                {
                    if (body[column, row, slice])
                    {
                        (x, y, count) = (x + column, y + row, count + 1);
                    }
                }
            }
        }

        var centre = grid.ToPatient(x / count, y / count, 0);
        return (centre.X, centre.Y);
    }
}
