using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>
/// Under the mask nothing is brighter than air, and nothing of the removed face stands in front of it.
/// </summary>
internal sealed class NothingAhead : IStackCheck
{
    // Single voxels of noise above the threshold.
    private const double MostBright = 0.002;

    // The largest piece in front of the cut, mm³. A brow or the skin under a lifted chin overhangs it; a shell of skin
    // that was left in the air, or a ghost of it, is three times as much. Noses have a check of their own.
    private const double LargestMm3 = 8000;

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
        // What is in front of the face is so along the patient's axis and along the way that the mask goes outward.
        var forward = new Vector3(0, -1, 0);
        var largest = Math.Min(Largest(stack, forward), Largest(stack, Outward(stack) ?? forward));
        yield return GateFigure.AtMost("left-ahead", largest, LargestMm3, "mm3");
    }

    private static double Largest(GateStack stack, Vector3 outward)
    {
        var ahead = ConnectedComponents.Of(Ahead(stack, outward), Connectivity.Sides);
        return ahead.Count == 0 ? 0 : ahead.Sizes[0] * stack.Grid.Shape.VoxelMm3;
    }

    // Body of the output that lies in front of removed face.
    private static BinaryGrid Ahead(GateStack stack, Vector3 outward)
    {
        var shape = stack.Grid.Shape;
        var found = new BinaryGrid(shape);
        for (var i = 0; i < shape.VoxelCount; i++)
        {
            if (stack.Labels[i] != MaskVolume.Face || !stack.Body.Voxels[i])
            {
                continue;
            }

            var place = Place(shape, i);
            for (var way = 1; ; way++)
            {
                var next = place + (outward * way);
                var (c, r, s) = ((int)Math.Round(next.X), (int)Math.Round(next.Y), (int)Math.Round(next.Z));
                if ((uint)c >= (uint)shape.Columns || (uint)r >= (uint)shape.Rows || (uint)s >= (uint)shape.Slices)
                {
                    break;
                }

                var at = shape.Index(c, r, s);
                found.Voxels[at] |= stack.Labels[at] == MaskVolume.Keep && stack.BodyAfter.Voxels[at];
            }
        }

        return found;
    }

    // From the removed tissue to the air that was taken in front of it.
    private static Vector3? Outward(GateStack stack)
    {
        var (tissue, tissues, air, airs) = (new Vector3(0, 0, 0), 0, new Vector3(0, 0, 0), 0);
        for (var i = 0; i < stack.Labels.Length; i++)
        {
            if (stack.Labels[i] != MaskVolume.Face)
            {
                continue;
            }

            var place = Place(stack.Grid.Shape, i);
            (tissue, tissues, air, airs) = stack.Body.Voxels[i]
                ? (tissue + place, tissues + 1, air, airs)
                : (tissue, tissues, air + place, airs + 1);
        }

        // A field of view that ends at the skin has no air: then nothing can be in front.
        return tissues == 0 || airs == 0 ? null : (((air * (1.0 / airs)) - (tissue * (1.0 / tissues))) with { X = 0 }).Normalized;
    }

    private static Vector3 Place(GridShape shape, int at)
    {
        var (slice, inSlice) = Math.DivRem(at, shape.Columns * shape.Rows);
        return new Vector3(inSlice % shape.Columns, inSlice / shape.Columns, slice);
    }
}
