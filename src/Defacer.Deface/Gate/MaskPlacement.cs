using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>What was removed as face lies in front of the middle of the head, in the patient's axes.</summary>
internal sealed class MaskPlacement : IStackCheck
{
    // Cosine: a chin lifted or lowered by 45 degrees is still in front.
    private const double LeastCosine = 0.5;

    public string Name => "face-in-front";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var (head, heads) = (new Vector3(0, 0, 0), 0);
        var (face, faces) = (new Vector3(0, 0, 0), 0);
        var shape = stack.Grid.Shape;
        for (var i = 0; i < stack.Labels.Length; i++)
        {
            if (!stack.Body.Voxels[i])
            {
                continue;
            }

            var (slice, inSlice) = Math.DivRem(i, shape.Columns * shape.Rows);
            var place = stack.Grid.ToPatient(inSlice % shape.Columns, inSlice / shape.Columns, slice);
            if (place.Z > stack.TopMm - 170)
            {
                (head, heads) = (head + place, heads + 1);
            }

            if (stack.Labels[i] == MaskVolume.Face)
            {
                (face, faces) = (face + place, faces + 1);
            }
        }

        if (heads == 0 || faces == 0)
        {
            yield return GateFigure.Failed(Name, LeastCosine);
            yield break;
        }

        var direction = ((face * (1.0 / faces)) - (head * (1.0 / heads))) with { X = 0 };
        yield return GateFigure.AtLeast(Name, -direction.Y / direction.Length, LeastCosine);
    }
}
