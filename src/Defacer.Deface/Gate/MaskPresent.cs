namespace Defacer.Deface.Gate;

/// <summary>Something of the body was removed, and not half the head.</summary>
internal sealed class MaskPresent : IStackCheck
{
    // A nose alone is about this much.
    private const double LeastMl = 2;

    // Share of the body down to 260 mm below its upper end.
    private const double MostShare = 0.4;

    public string Name => "removed";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var removed = stack.Body.And(stack.Mask).VolumeMm3;
        yield return GateFigure.AtLeast(Name, removed / 1000, LeastMl, "ml");
        yield return GateFigure.AtMost("removed-share", removed / stack.Body.VolumeMm3, MostShare);
    }
}
