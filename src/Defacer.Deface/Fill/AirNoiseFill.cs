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
        if (air.Count < FewestVoxels)
        {
            return new ConstantFill(air.Count == 0 ? volume.Voxels.Min() : air[air.Count / 2]);
        }

        var quantiles = new float[Quantiles];
        for (var q = 0; q < Quantiles; q++)
        {
            quantiles[q] = air[(int)((q + 0.5) / Quantiles * air.Count)];
        }

        return new Noise(quantiles, seed);
    }

    // Dark voxels outside the mask, sorted, without what stands out from them: ghosts and the rim of the body.
    private static List<float> Air(Volume volume, MaskVolume mask)
    {
        var dark = IntensityStatistics.Otsu(volume.Voxels) * DarkShare;
        var stride = Math.Max(1, volume.Voxels.Length / 4_000_000);
        var air = new List<float>();
        for (var i = 0; i < volume.Voxels.Length; i += stride)
        {
            if (mask.Labels[i] == MaskVolume.Keep && volume.Voxels[i] <= dark)
            {
                air.Add(volume.Voxels[i]);
            }
        }

        air.Sort();
        if (air.Count == 0)
        {
            return air;
        }

        var median = air[air.Count / 2];
        var spread = air.Select(v => Math.Abs(v - median)).Order().ElementAt(air.Count / 2);
        var limit = median + (Deviations * Math.Max(spread, 1e-6f));
        return air.FindAll(v => v <= limit);
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
