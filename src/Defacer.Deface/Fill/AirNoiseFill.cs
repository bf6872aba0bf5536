using System.Numerics.Tensors;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Fill;

/// <summary>
/// Air as this scanner shows it: drawn anew, voxel by voxel, from how often each value occurs in the air of the volume.
/// Never copied: a copy of air could carry a ghost of the face.
/// </summary>
public sealed class AirNoiseFill : IFill
{
    // Quantiles of air kept; finer than any display.
    private const int Quantiles = 1024;

    // Share of Otsu's threshold below which a voxel can be air, and how many median deviations above the median air ends.
    private const double DarkShare = 0.15, Deviations = 6;

    // Fewer voxels of air than these tell nothing about air.
    private const int FewestVoxels = 1000;

    /// <inheritdoc/>
    public string Name => "air-noise";

    /// <inheritdoc/>
    public IFillValues Prepare(Volume volume, MaskVolume mask, ulong seed)
    {
        var air = Air(volume, mask);
        if (air.Length < FewestVoxels)
        {
            return new ConstantFill(air.IsEmpty ? TensorPrimitives.Min<float>(volume.Voxels) : air[air.Length / 2]);
        }

        var quantiles = new float[Quantiles];
        for (var q = 0; q < Quantiles; q++)
        {
            quantiles[q] = air[(int)((q + 0.5) / Quantiles * air.Length)];
        }

        return new Noise(quantiles, seed);
    }

    // Dark voxels outside the mask, sorted, without what stands out from them: ghosts and the rim of the body.
    private static ReadOnlySpan<float> Air(Volume volume, MaskVolume mask)
    {
        var dark = IntensityStatistics.Otsu(volume.Voxels) * DarkShare;
        var stride = Math.Max(1, volume.Voxels.Length / 4_000_000);
        var (found, count) = (new float[(volume.Voxels.Length / stride) + 1], 0);
        for (var i = 0; i < volume.Voxels.Length; i += stride)
        {
            found[count] = volume.Voxels[i];
            count += (mask.Labels[i] == MaskVolume.Keep) & (volume.Voxels[i] <= dark) ? 1 : 0;
        }

        if (count == 0)
        {
            return [];
        }

        var air = found.AsSpan(0, count);
        OrderStatistics.Sort(air);
        var median = air[count / 2];
        var ways = new float[count];
        for (var i = 0; i < count; i++)
        {
            ways[i] = Math.Abs(air[i] - median);
        }

        var limit = median + (Deviations * Math.Max(OrderStatistics.Select(ways, count / 2), 1e-6f));
        while (air.Length > 0 && !(air[^1] <= limit))
        {
            air = air[..^1];
        }

        return air;
    }

    private sealed class Noise(float[] quantiles, ulong seed) : IFillValues
    {
        public double At(int voxel)
        {
            var random = Mix(seed + (0x9E3779B97F4A7C15UL * (ulong)(voxel + 1L)));
            return quantiles[(int)(random >> 40) & (Quantiles - 1)];
        }

        // The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbours in, unrelated numbers out, in any order.
        private static ulong Mix(ulong x)
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            return x ^ (x >> 31);
        }
    }
}
