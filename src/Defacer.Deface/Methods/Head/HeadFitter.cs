using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// Lays the template over a body surface: each point of the one must lie near the surface of the other, as far as both
/// are in view. Robust Gauss-Newton with damping; nine parameters.
/// </summary>
/// <param name="template">The mean head.</param>
/// <param name="body">Points of the body's surface.</param>
/// <param name="surface">The body.</param>
internal sealed class HeadFitter(HeadTemplate template, Vector3[] body, HeadSurface surface)
{
    // Beyond this many mm a point no longer pulls: shoulders, holders and tubes are farther than the face's variety.
    private const double FarMm = 12;

    // The front of the head is what is to be found; the nape bends with the neck, the vault is as round as a ball.
    private const double FrontWeight = 1, BackWeight = 0.6;

    // What a point of the neck costs wherever it lies: more than a good fit, so that none is hidden there.
    private const double NeckMm = 5;

    // How far heads differ from level and from the mean: one deviation costs like 1 mm at every point. Radians; log
    // scale.
    private const double PitchDeviation = 0.5, TurnDeviation = 0.35, SizeDeviation = 0.25, ShapeDeviation = 0.05;

    /// <summary>The best pose from a start.</summary>
    /// <param name="start">Nine parameters.</param>
    /// <param name="iterations">At most so many steps.</param>
    /// <param name="stride">Every so many points only, for the first coarse tries.</param>
    internal (HeadPose Pose, double Cost) Fit(double[] start, int iterations, int stride)
    {
        var (current, damping) = ((double[])start.Clone(), 1e-2);
        var cost = Cost(current, stride, null);
        for (var i = 0; i < iterations; i++)
        {
            var system = new NormalEquations();
            cost = Cost(current, stride, system);
            var improved = false;
            for (var attempt = 0; attempt < 5 && !improved; attempt++)
            {
                var candidate = system.Step(current, damping);
                var next = Cost(candidate, stride, null);
                improved = next < cost;
                damping *= improved ? 0.3 : 6;
                if (improved)
                {
                    var gain = (cost - next) / cost;
                    (current, cost) = (candidate, next);
                    if (gain < 1e-7)
                    {
                        return (new HeadPose(current), cost);
                    }
                }
            }

            if (!improved)
            {
                break;
            }
        }

        return (new HeadPose(current), cost);
    }

    // Mean squared residual after the robust weight r' = r / sqrt(1 + (r/far)²), whose square levels off at far².
    private double Cost(double[] parameters, int stride, NormalEquations? system)
    {
        var pose = new HeadPose(parameters);
        var slope = system is null ? null : new PoseSlope(pose);
        var total = default(Sum);
        var skin = new Weights(FrontWeight, BackWeight);
        total.Add(BodyOnTemplate(pose, slope, system, body, template.Distance, skin, FarMm, stride, hasNeck: true));
        total.Add(TemplateOnBody(pose, slope, system, template.SurfacePoints, surface.Distance, skin, FarMm, stride));
        if (surface.BrainPoints.Length > 0)
        {
            var ofBrain = new Weights(surface.BrainWeight, surface.BrainWeight);
            var far = surface.BrainFarMm;
            total.Add(BodyOnTemplate(pose, slope, system, surface.BrainPoints, template.BrainDistance, ofBrain, far, stride, hasNeck: false));
        }

        return (total.Squares + Priors(parameters, Math.Sqrt(total.Count), system)) / total.Count;
    }

    private static Sum BodyOnTemplate(
        HeadPose pose, PoseSlope? slope, NormalEquations? system, Vector3[] points, DistanceField field,
        Weights weights, double farMm, int stride, bool hasNeck)
    {
        var sum = default(Sum);
        Span<double> row = stackalloc double[NormalEquations.Width];
        var size = pose.MeanScale;
        for (var i = 0; i < points.Length; i += stride)
        {
            var place = pose.ToTemplate(points[i]);
            if (hasNeck && HeadTemplate.IsNeck(place))
            {
                sum.Add(NeckMm);
                continue;
            }

            var w = weights.At(place);
            if (slope is null)
            {
                sum.Add(w * Robust(field.At(place) * size, farMm));
                continue;
            }

            var distance = field.Around(place, out var direction);
            var residual = w * Robust(distance * size, farMm);
            var factor = w * RobustSlope(distance * size, farMm);
            slope.AlongTemplate(points[i], direction * (factor * size), row);
            // The mean scale is the exponential of the mean of the last three parameters.
            for (var a = 6; a < HeadPose.Count; a++)
            {
                row[a] += factor * distance * size / 3;
            }

            sum.Add(residual);
            system!.Add(row, residual);
        }

        return sum;
    }

    // Points of the template against the patient; those out of view say nothing.
    private Sum TemplateOnBody(
        HeadPose pose, PoseSlope? slope, NormalEquations? system, Vector3[] points, DistanceField field,
        Weights weights, double farMm, int stride)
    {
        var sum = default(Sum);
        Span<double> row = stackalloc double[NormalEquations.Width];
        for (var i = 0; i < points.Length; i += stride)
        {
            var patient = pose.FromTemplate(points[i]);
            if (!surface.IsInView(patient))
            {
                continue;
            }

            var w = weights.At(points[i]);
            if (slope is null)
            {
                sum.Add(w * Robust(field.At(patient), farMm));
                continue;
            }

            var distance = field.Around(patient, out var direction);
            var residual = w * Robust(distance, farMm);
            slope.AlongPatient(points[i], direction * (w * RobustSlope(distance, farMm)), row);
            sum.Add(residual);
            system!.Add(row, residual);
        }

        return sum;
    }

    private static double Priors(double[] p, double weight, NormalEquations? system)
    {
        var size = (p[6] + p[7] + p[8]) / 3;
        var squares = 0.0;
        Prior(p[3] / PitchDeviation, 3, 1 / PitchDeviation, 0);
        Prior(p[4] / TurnDeviation, 4, 1 / TurnDeviation, 0);
        Prior(p[5] / TurnDeviation, 5, 1 / TurnDeviation, 0);
        Prior(size / SizeDeviation, -1, 0, 1 / SizeDeviation / 3);
        for (var a = 6; a < HeadPose.Count; a++)
        {
            Prior((p[a] - size) / ShapeDeviation, a, 1 / ShapeDeviation, -1 / ShapeDeviation / 3);
        }

        return squares;

        void Prior(double deviations, int parameter, double slope, double sizeSlope)
        {
            var row = new double[NormalEquations.Width];
            for (var a = 0; a < HeadPose.Count; a++)
            {
                row[a] = weight * ((a == parameter ? slope : 0) + (a >= 6 ? sizeSlope : 0));
            }

            squares += weight * deviations * weight * deviations;
            system?.Add(row, weight * deviations);
        }
    }

    private static double Robust(double r, double farMm) => r / Math.Sqrt(1 + (r * r / (farMm * farMm)));

    private static double RobustSlope(double r, double farMm)
    {
        var inverse = 1 / Math.Sqrt(1 + (r * r / (farMm * farMm)));
        return inverse * inverse * inverse;
    }

    // What a mm counts in front and behind, on the template.
    private readonly record struct Weights(double Front, double Back)
    {
        internal double At(Vector3 template) => template.Y < -30 ? Front : Back;
    }

    private struct Sum
    {
        internal double Squares { get; private set; }

        internal int Count { get; private set; }

        internal void Add(double residual) => (Squares, Count) = (Squares + (residual * residual), Count + 1);

        internal void Add(Sum other) => (Squares, Count) = (Squares + other.Squares, Count + other.Count);
    }
}
