using Defacer.Imaging.Morphology;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>Under the mask nothing is brighter than air, and nothing of the removed face stands in front of it.</summary>
internal sealed class NothingAhead : IStackCheck
{
    // Single voxels of noise above the threshold.
    private const double MostBright = 0.002;

    // The largest piece in front of the cut, mm³. A forehead bent forward overhangs it a little; a tip of a nose is more.
    private const double LargestMm3 = 1500;

    public string Name => "bright-under-mask";

    public IEnumerable<GateFigure> Measure(GateStack stack, CancellationToken cancellationToken)
    {
        var (masked, bright) = (0L, 0L);
        for (var i = 0; i < stack.Output.Voxels.Length; i++)
        {
            if (stack.Part.Mask.Labels[i] != 0)
            {
                masked++;
                bright += stack.Output.Voxels[i] > stack.Threshold ? 1 : 0;
            }
        }

        yield return GateFigure.AtMost(Name, masked == 0 ? 1 : bright / (double)masked, MostBright);
        var ahead = ConnectedComponents.Of(Ahead(stack), Connectivity.Sides);
        var largest = ahead.Count == 0 ? 0 : ahead.Sizes[0] * stack.Grid.Shape.VoxelMm3;
        yield return GateFigure.AtMost("left-ahead", largest, LargestMm3, "mm3");
    }

    // Body of the output that lies in front of removed face, along the patient's y.
    private static BinaryGrid Ahead(GateStack stack)
    {
        var shape = stack.Grid.Shape;
        var found = new BinaryGrid(shape);
        for (var slice = 0; slice < shape.Slices; slice++)
        {
            for (var column = 0; column < shape.Columns; column++)
            {
                var behind = false;
                for (var row = shape.Rows - 1; row >= 0; row--)
                {
                    var at = shape.Index(column, row, slice);
                    behind |= stack.Labels[at] == MaskVolume.Face && stack.Body.Voxels[at];
                    found.Voxels[at] = behind && stack.Labels[at] == MaskVolume.Keep && stack.BodyAfter.Voxels[at];
                }
            }
        }

        return found;
    }
}
