using Defacer.Imaging.Morphology;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// What looks like a brain inside the body: it settles how a head is bent and turned where the round vault alone would
/// not. It may leak or be missing; whoever uses it must bear both.
/// </summary>
internal static class BrainEstimate
{
    // ml. From a newborn's to more than the largest; a leak into the neck is larger or makes it so.
    private const double SmallestMl = 300, LargestMl = 2300;

    // The vault: the upper part of the body, this far from any skin.
    private const double VaultMm = 110, MiddleMm = 32;

    /// <summary>The brain with its fluid, roughly; null where none is found.</summary>
    /// <param name="values">On the grid of the body.</param>
    /// <param name="body">The body.</param>
    /// <param name="depth">Squared, below the surface of the body, mm².</param>
    /// <param name="top">The slice with the upper end of the body.</param>
    /// <param name="modality">Decides what looks like a brain.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal static BinaryGrid? Find(
        float[] values, BinaryGrid body, float[] depth, int top, string modality, CancellationToken cancellationToken)
    {
        var middle = Middle(body, depth, top);
        if (middle.Count < 500)
        {
            return null;
        }

        var tissue = modality switch
        {
            "CT" => Between(values, depth, 4, -20, 110),
            "PT" => Between(values, depth, 0, 0.5f * Median(values, middle), float.PositiveInfinity),
            _ => Between(values, depth, 8, 0.5f * Median(values, middle), float.PositiveInfinity),
        };
        // Wide enough to part the brain from neck and orbits, in CT also at the great foramen.
        var neckMm = modality == "CT" ? 9 : 4;
        var parts = ConnectedComponents.Of(new BinaryGrid(body.Shape, tissue).Erode(neckMm, cancellationToken), Connectivity.Sides);
        var seeds = new BinaryGrid(body.Shape);
        middle.ForEach(i => seeds.Voxels[i] = true);
        var brain = Largest(parts, seeds);
        if (brain is null)
        {
            return null;
        }

        brain = brain.Dilate(neckMm, cancellationToken).Close(8, cancellationToken).FillHoles();
        return brain.VolumeMm3 / 1000 is >= SmallestMl and <= LargestMl ? brain : null;
    }

    private static List<int> Middle(BinaryGrid body, float[] squaredDepth, int top)
    {
        var plane = body.Shape.Columns * body.Shape.Rows;
        var lowest = Math.Max(0, top - (int)(VaultMm / body.Shape.SliceMm));
        var result = new List<int>();
        for (var i = lowest * plane; i < Math.Min(top + 1, body.Shape.Slices) * plane; i++)
        {
            if (squaredDepth[i] >= MiddleMm * MiddleMm)
            {
                result.Add(i);
            }
        }

        return result;
    }

    private static float Median(float[] values, List<int> voxels)
    {
        var known = voxels.Select(i => values[i]).Where(v => !float.IsNaN(v)).ToArray();
        return known.Length == 0 ? float.NaN : OrderStatistics.Select(known, known.Length / 2);
    }

    private static bool[] Between(float[] values, float[] squaredDepth, float leastDepthMm, float low, float high)
    {
        var result = new bool[values.Length];
        var leastSquared = leastDepthMm * leastDepthMm;
        for (var i = 0; i < values.Length; i++)
        {
            // Without a branch: nothing could be foretold about voxels.
            result[i] = (squaredDepth[i] > leastSquared) & (values[i] >= low) & (values[i] <= high);
        }

        return result;
    }

    // The part that holds most of the middle of the vault.
    private static BinaryGrid? Largest(ConnectedComponents parts, BinaryGrid seeds)
    {
        if (parts.Count == 0)
        {
            return null;
        }

        var shared = parts.Shared(seeds);
        var best = Array.IndexOf(shared, shared.Max());
        return shared[best] == 0 ? null : parts.Where(part => part == best);
    }
}
