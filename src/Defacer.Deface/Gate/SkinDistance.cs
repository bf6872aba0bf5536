using Defacer.Imaging.Morphology;

namespace Defacer.Deface.Gate;

/// <summary>The old skin under the mask is gone: the nearest surface of what is left lies well below it.</summary>
internal sealed class SkinDistance : IStackCheck
{
    // A surface so near the old one repeats its form.
    private const double NearMm = 2.9;
    private const double MostNear = 0.02;

    // Half the removed skin must lie this far from what is left.
    private const double LeastMedianMm = 6;

    // Towards its rim a cut comes to the skin by itself.
    private const double RimMm = 8;

    public string Name => "old-skin-left";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var face = BinaryGrid.Labelled(stack.Grid.Shape, stack.Labels, 1);
        var kept = stack.Skin.Except(stack.Mask).Dilate(RimMm, cancellationToken);
        var old = stack.Skin.And(face).Except(kept);
        var squared = DistanceTransform.SquaredTo(stack.BodyAfter, 60, cancellationToken);
        var distances = new List<float>();
        for (var i = 0; i < squared.Length; i++)
        {
            if (old.Voxels[i])
            {
                distances.Add(MathF.Sqrt(squared[i]));
            }
        }

        if (distances.Count == 0)
        {
            yield return GateFigure.Failed(Name, MostNear);
            yield break;
        }

        distances.Sort();
        yield return GateFigure.AtMost(Name, distances.Count(d => d < NearMm) / (double)distances.Count, MostNear);
        yield return GateFigure.AtLeast("old-skin-depth", distances[distances.Count / 2], LeastMedianMm, "mm");
    }
}
