namespace Defacer.Deface.Gate;

/// <summary>Under the mask the output tells nothing of what was there: it does not correlate.</summary>
internal sealed class ContentDestroyed : IStackCheck
{
    private const double MostCorrelation = 0.05;

    public string Name => "correlation-under-mask";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        double count = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
        for (var i = 0; i < stack.Output.Voxels.Length; i++)
        {
            if (stack.Part.Mask.Labels[i] != 0 && stack.Original.Voxels[i] > stack.Threshold)
            {
                double x = stack.Original.Voxels[i], y = stack.Output.Voxels[i];
                (count, a, b) = (count + 1, a + x, b + y);
                (aa, bb, ab) = (aa + (x * x), bb + (y * y), ab + (x * y));
            }
        }

        // Chance alone gives about 1 / sqrt(count).
        var limit = Math.Max(MostCorrelation, 4 / Math.Sqrt(Math.Max(1, count)));
        var (va, vb) = ((aa * count) - (a * a), (bb * count) - (b * b));
        // One value everywhere tells nothing.
        var correlation = va <= 0 || vb <= 1e-9 * bb * count ? 0 : ((ab * count) - (a * b)) / Math.Sqrt(va * vb);
        yield return GateFigure.AtMost(Name, Math.Abs(correlation), limit);
    }
}
