namespace Defacer.Imaging.Morphology;

/// <summary>
/// How often values occur; values that are not finite are left out, those beyond the ends count in the end bins.
/// </summary>
public sealed class Histogram
{
    /// <summary>Counts values between two ends.</summary>
    /// <param name="values">The values.</param>
    /// <param name="low">Lower end of the first bin.</param>
    /// <param name="high">Upper end of the last bin.</param>
    /// <param name="bins">Number of bins.</param>
    public Histogram(ReadOnlySpan<float> values, double low, double high, int bins)
    {
        Low = low;
        BinWidth = Math.Max((high - low) / bins, double.Epsilon);
        Counts = new long[bins];
        var (offset, scale, top) = ((float)low, (float)(1 / BinWidth), bins - 1);
        foreach (var value in values)
        {
            if (float.IsFinite(value))
            {
                Counts[(int)Math.Clamp((value - offset) * scale, 0, top)]++;
                Total++;
            }
        }
    }

    /// <summary>Lower end of the first bin.</summary>
    public double Low { get; }

    /// <summary>Width of a bin.</summary>
    public double BinWidth { get; }

    /// <summary>Values in each bin.</summary>
    public long[] Counts { get; }

    /// <summary>Number of finite values.</summary>
    public long Total { get; }

    /// <summary>The middle of a bin.</summary>
    public double Centre(int bin) => Low + ((bin + 0.5) * BinWidth);

    /// <summary>A histogram from the smallest to the largest finite value.</summary>
    public static Histogram Full(ReadOnlySpan<float> values, int bins)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in values)
        {
            if (float.IsFinite(value))
            {
                low = MathF.Min(low, value);
                high = MathF.Max(high, value);
            }
        }

        return low > high
            ? new Histogram([], 0, 1, bins)
            : new Histogram(values, low, high > low ? high : low + 1, bins);
    }

    /// <summary>The value below which this share of the values lies, to the width of a bin.</summary>
    public double Quantile(double share)
    {
        var wanted = share * Total;
        double below = 0;
        for (var bin = 0; bin < Counts.Length; bin++)
        {
            if (Counts[bin] > 0 && below + Counts[bin] >= wanted)
            {
                return Low + ((bin + Math.Clamp((wanted - below) / Counts[bin], 0, 1)) * BinWidth);
            }

            below += Counts[bin];
        }

        return Low + (Counts.Length * BinWidth);
    }
}
