using Defacer.Imaging.Morphology;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Evaluate;

/// <summary>
/// A T1 head in a contrast in which nobody scanned it: its values are mapped through the order of brightness of T1 (air,
/// bone, fluid, muscle, grey and white matter, fat). Faces and brains stay where they are, so that brain masks hold.
/// </summary>
public static class Recontrast
{
    // Points of T1 as shares of the head's own range: bone and air, then fluid, muscle, grey, white, fat.
    private static readonly double[] s_points = [0, 0.12, 0.22, 0.4, 0.55, 0.75, 0.9, 1];

    private static readonly Dictionary<string, double[]> s_maps = new(StringComparer.Ordinal)
    {
        ["inverted"] = [1, 0.88, 0.78, 0.6, 0.45, 0.25, 0.1, 0],
        ["t2"] = [0, 0.3, 1, 0.2, 0.5, 0.35, 0.55, 0.65],
        ["flair"] = [0, 0.05, 0.08, 0.25, 0.6, 0.42, 0.8, 0.9],
        ["ct"] = [900, 400, 10, 55, 38, 30, -60, -95],
        ["pet"] = [0.03, 0.05, 0.08, 0.25, 1, 0.5, 0.08, 0.05],
    };

    /// <summary>The contrasts that there are; <c>t1</c> is the head as it is.</summary>
    public static IReadOnlyList<string> Names { get; } = ["t1", .. s_maps.Keys];

    /// <summary>The head in another contrast.</summary>
    /// <param name="volume">A T1 head.</param>
    /// <param name="contrast">One of <see cref="Names"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static Volume To(Volume volume, string contrast, CancellationToken cancellationToken)
    {
        if (!s_maps.TryGetValue(contrast, out var map))
        {
            return volume;
        }

        var shape = Imaging.Geometry.GridShape.Of(volume.Geometry);
        var head = Head(volume.Voxels, shape, cancellationToken);
        var inside = Histogram.Full([.. volume.Voxels.Where((_, i) => head.Voxels[i])], 4096);
        var (low, high) = (inside.Quantile(0.02), inside.Quantile(0.97));
        var air = contrast == "ct" ? -1000f : 0f;
        var values = new float[volume.Voxels.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = head.Voxels[i] ? (float)Interpolate(map, (volume.Voxels[i] - low) / Math.Max(high - low, 1e-6)) : air;
        }

        values = contrast == "pet" ? Smoothing.Gaussian(values, shape, 2.8, cancellationToken) : values;
        var noise = contrast == "ct" ? 15 : 0.02;
        for (var i = 0; i < values.Length; i++)
        {
            var share = contrast == "pet" ? Math.Sqrt(Math.Max(values[i], 0.01) / 80) / noise : 1;
            values[i] += (float)(Normal(i) * noise * share);
            values[i] = contrast == "ct" ? values[i] : MathF.Abs(values[i]) * 1000;
        }

        return new Volume(volume.Geometry, values, contrast switch { "ct" => "CT", "pet" => "PT", _ => "MR" });
    }

    private static BinaryGrid Head(float[] values, Imaging.Geometry.GridShape shape, CancellationToken cancellationToken)
    {
        var low = Histogram.Full(values, 4096).Quantile(0.02);
        var threshold = low + (0.4 * (IntensityStatistics.Otsu(values) - low));
        var bright = BinaryGrid.Above(shape, values, (float)threshold);
        return ConnectedComponents.Of(bright, Connectivity.Sides).Largest().Close(8, cancellationToken).FillHolesAcrossAll(cancellationToken);
    }

    private static double Interpolate(double[] map, double share)
    {
        share = Math.Clamp(share, 0, 1);
        var next = Array.FindIndex(s_points, 1, p => p >= share);
        var part = (share - s_points[next - 1]) / (s_points[next] - s_points[next - 1]);
        return map[next - 1] + (part * (map[next] - map[next - 1]));
    }

    // The same noise at each run: the mean of twelve hashed numbers is normal enough.
    private static double Normal(int index)
    {
        var sum = 0.0;
        for (var k = 0; k < 12; k++)
        {
            var x = unchecked(((ulong)index * 12) + (ulong)k + 1) * 0x9E3779B97F4A7C15UL;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            sum += (x >> 11) * (1.0 / (1UL << 53));
        }

        return sum - 6;
    }
}
