using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// Lays the template over a body surface: each point of the one must lie near the surface of the other, as far as both
/// are in view. Robust Gauss-Newton with damping; nine parameters.
/// </summary>
/// <param name="template">The mean head.</param>
/// <param name="body">Points of the body's surface.</param>
/// <param name="surface">The body.</param>
internal sealed class HeadFitter(HeadTemplate template, IReadOnlyList<Vector3> body, HeadSurface surface)
{
    private const int Count = 9;

    // Beyond this many mm a point no longer pulls: shoulders, holders and tubes are farther than the face's variety.
    private const double FarMm = 12;


    private const double BackWeight = 0.6;

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
        var (residuals, cost) = Evaluate(current, stride);
        for (var i = 0; i < iterations; i++)
        {
            var (normal, gradient) = Linearize(current, residuals, stride);
            var improved = false;
            for (var attempt = 0; attempt < 5 && !improved; attempt++)
            {
                var candidate = Step(current, normal, gradient, damping);
                var (next, nextCost) = Evaluate(candidate, stride);
                improved = nextCost < cost;
                damping *= improved ? 0.3 : 6;
                if (improved)
                {
                    var gain = (cost - nextCost) / cost;
                    (current, residuals, cost) = (candidate, next, nextCost);
                    if (gain < 1e-5)
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

    private static double[] Step(double[] from, double[,] normal, double[] gradient, double damping)
    {
        var matrix = (double[,])normal.Clone();
        for (var a = 0; a < Count; a++)
        {
            matrix[a, a] *= 1 + damping;
        }

        var delta = Solve(matrix, gradient);
        return [.. from.Zip(delta, (value, d) => value - d)];
    }

    // Residuals after the robust weight r' = r / sqrt(1 + (r/far)²), whose square levels off at far².
    private (double[] Residuals, double Cost) Evaluate(double[] parameters, int stride)
    {
        var pose = new HeadPose(parameters);
        var residuals = new List<double>(body.Count + template.SurfacePoints.Count + Count);
        for (var i = 0; i < body.Count; i += stride)
        {
            var place = pose.ToTemplate(body[i]);
            residuals.Add(HeadTemplate.IsNeck(place) ? NeckMm : Weight(place) * Robust(template.Distance.At(place) * pose.MeanScale, FarMm));
        }

        var unseen = AddTemplate(residuals, pose, template.SurfacePoints, surface.Distance, Weight, FarMm, stride);
        if (surface.BrainDistance is { } brain)
        {
            for (var i = 0; i < surface.BrainPoints.Count; i += stride)
            {
                var place = pose.ToTemplate(surface.BrainPoints[i]);
                residuals.Add(surface.BrainWeight * Robust(template.BrainDistance.At(place) * pose.MeanScale, surface.BrainFarMm));
            }

            unseen += AddTemplate(residuals, pose, template.BrainPoints, brain, _ => surface.BrainWeight, surface.BrainFarMm, stride);
        }

        var seen = residuals.Count - unseen;
        AddPriors(residuals, parameters, Math.Sqrt(seen));
        var sum = 0.0;
        foreach (var r in residuals)
        {
            sum += r * r;
        }

        return ([.. residuals], sum / seen);
    }

    // Points of the template against the patient; those out of view say nothing. Gives the number of these.
    private int AddTemplate(
        List<double> residuals, HeadPose pose, IReadOnlyList<Vector3> points, DistanceField distance, Func<Vector3, double> weight, double farMm, int stride)
    {
        var unseen = 0;
        for (var i = 0; i < points.Count; i += stride)
        {
            var patient = pose.FromTemplate(points[i]);
            var isSeen = surface.IsInView(patient);
            residuals.Add(isSeen ? weight(points[i]) * Robust(distance.At(patient), farMm) : 0);
            unseen += isSeen ? 0 : 1;
        }

        return unseen;
    }

    private static void AddPriors(List<double> rows, double[] p, double weight)
    {
        var size = (p[6] + p[7] + p[8]) / 3;
        rows.AddRange(
        [
            weight * p[3] / PitchDeviation,
            weight * p[4] / TurnDeviation,
            weight * p[5] / TurnDeviation,
            weight * size / SizeDeviation,
            weight * (p[6] - size) / ShapeDeviation,
            weight * (p[7] - size) / ShapeDeviation,
            weight * (p[8] - size) / ShapeDeviation,
        ]);
    }

    // The front of the head is what is to be found; the nape bends with the neck, the vault is as round as a ball.
    private static double Weight(Vector3 template) => template.Y < -30 ? 1 : BackWeight;

    private static double Robust(double r, double farMm) => r / Math.Sqrt(1 + (r * r / (farMm * farMm)));

    private (double[,] Normal, double[] Gradient) Linearize(double[] at, double[] residuals, int stride)
    {
        var columns = new double[Count][];
        for (var a = 0; a < Count; a++)
        {
            // 0.2 mm, or what moves the surface of a head by about as much.
            var h = a < 3 ? 0.2 : 0.002;
            var moved = (double[])at.Clone();
            moved[a] += h;
            var (next, _) = Evaluate(moved, stride);
            columns[a] = new double[residuals.Length];
            for (var i = 0; i < residuals.Length; i++)
            {
                columns[a][i] = (next[i] - residuals[i]) / h;
            }
        }

        var normal = new double[Count, Count];
        var gradient = new double[Count];
        for (var a = 0; a < Count; a++)
        {
            gradient[a] = System.Numerics.Tensors.TensorPrimitives.Dot<double>(columns[a], residuals);
            for (var b = 0; b <= a; b++)
            {
                normal[a, b] = normal[b, a] = System.Numerics.Tensors.TensorPrimitives.Dot<double>(columns[a], columns[b]);
            }
        }

        return (normal, gradient);
    }

    // Gaussian elimination with row exchange.
    private static double[] Solve(double[,] m, double[] right)
    {
        var x = (double[])right.Clone();
        for (var k = 0; k < Count; k++)
        {
            var pivot = k;
            for (var i = k + 1; i < Count; i++)
            {
                pivot = Math.Abs(m[i, k]) > Math.Abs(m[pivot, k]) ? i : pivot;
            }

            (x[k], x[pivot]) = (x[pivot], x[k]);
            for (var j = 0; j < Count; j++)
            {
                (m[k, j], m[pivot, j]) = (m[pivot, j], m[k, j]);
            }

            for (var i = k + 1; i < Count; i++)
            {
                var factor = m[i, k] / m[k, k];
                x[i] -= factor * x[k];
                for (var j = k; j < Count; j++)
                {
                    m[i, j] -= factor * m[k, j];
                }
            }
        }

        for (var k = Count - 1; k >= 0; k--)
        {
            for (var j = k + 1; j < Count; j++)
            {
                x[k] -= m[k, j] * x[j];
            }

            x[k] /= m[k, k];
        }

        return x;
    }
}
