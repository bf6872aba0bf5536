using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;

namespace Defacer.Deface.Methods.Head;

/// <summary>Where a head would lie if the body's upper end were one. Whether it is one, the evidence says.</summary>
/// <param name="Pose">The best pose.</param>
/// <param name="Cost">Mean squared distance at the robust residuals, mm².</param>
/// <param name="Surface">The surface it was laid on.</param>
internal sealed record HeadFit(HeadPose Pose, double Cost, HeadSurface Surface);

/// <summary>Tries the template at the upper end of the body from several starts.</summary>
internal static class HeadFinder
{
    // From crown to below the chin, with the neck extended; below it are shoulders.
    private const double HeadHeightMm = 250;

    /// <summary>The best fit; null when the body shows too little surface.</summary>
    internal static HeadFit? Find(BinaryGrid body, BinaryGrid view, RegularGrid grid, CancellationToken cancellationToken)
    {
        if (Top(body) is not { } top)
        {
            return null;
        }

        var topMm = grid.ToPatient(0, 0, top).Z;
        var surface = HeadSurface.Of(body, view, grid, topMm - HeadHeightMm, cancellationToken);
        if (surface.Points.Count < 200)
        {
            return null;
        }

        var fitter = new HeadFitter(HeadTemplate.Mean, surface);
        var best = Starts(body, grid, top)
            .AsParallel()
            .WithCancellation(cancellationToken)
            .Select(start => fitter.Fit(start, iterations: 12, stride: 6))
            .OrderBy(fit => fit.Cost)
            .Take(3)
            .Select(fit => fitter.Fit(fit.Pose.Parameters, iterations: 40, stride: 1))
            .MinBy(fit => fit.Cost);
        return new HeadFit(best.Pose, best.Cost, surface);
    }

    // The highest slice with 5 cm² of body.
    private static int? Top(BinaryGrid body)
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

    private static IEnumerable<double[]> Starts(BinaryGrid body, RegularGrid grid, int top)
    {
        var (x, y) = Centre(body, grid, top);
        var z = grid.ToPatient(0, 0, top).Z;
        // The crown of the mean head is 78 mm above its origin; a field of view may cut it off by up to 60 mm.
        double[] crowns = [78, 58, 30];
        double[] pitches = [-0.35, 0, 0.35];
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
