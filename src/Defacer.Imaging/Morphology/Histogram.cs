using System.Numerics;

namespace Defacer.Imaging.Morphology;

/// <summary>
/// How often values occur; values that are not finite are left out, those beyond the ends count in the end bins.
/// </summary>
public sealed class Histogram
{
    private const int Block = 512;

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
        // Bins are found for many values at once and counted after; the last one takes what is not finite.
        Span<int> found = stackalloc int[Block];
        var counts = new int[bins + 1];
        for (var at = 0; at < values.Length; at += Block)
        {
            var part = values.Slice(at, Math.Min(Block, values.Length - at));
            Find(part, found, offset, scale, top);
            foreach (var bin in found[..part.Length])
            {
                counts[bin]++;
            }
        }

        for (var bin = 0; bin < bins; bin++)
        {
            Counts[bin] = counts[bin];
            Total += counts[bin];
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
        var (low, high) = Ends(values);
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

    private static void Find(ReadOnlySpan<float> values, Span<int> bins, float offset, float scale, int top)
    {
        var i = 0;
        var (first, factor, highest) = (new Vector<float>(offset), new Vector<float>(scale), new Vector<float>(top));
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = new Vector<float>(values[i..]);
            var place = Vector.ConvertToInt32(Vector.Min(Vector.Max((value - first) * factor, Vector<float>.Zero), highest));
            Vector.ConditionalSelect(IsFinite(value), place, new Vector<int>(top + 1)).CopyTo(bins[i..]);
        }

        for (; i < values.Length; i++)
        {
            bins[i] = float.IsFinite(values[i]) ? (int)Math.Clamp((values[i] - offset) * scale, 0, top) : top + 1;
        }
    }

    private static (float Low, float High) Ends(ReadOnlySpan<float> values)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        var (lows, highs) = (new Vector<float>(low), new Vector<float>(high));
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = new Vector<float>(values[i..]);
            var isFinite = IsFinite(value);
            lows = Vector.Min(lows, Vector.ConditionalSelect(isFinite, value, new Vector<float>(float.PositiveInfinity)));
            highs = Vector.Max(highs, Vector.ConditionalSelect(isFinite, value, new Vector<float>(float.NegativeInfinity)));
        }

        for (var lane = 0; lane < Vector<float>.Count; lane++)
        {
            (low, high) = (MathF.Min(low, lows[lane]), MathF.Max(high, highs[lane]));
        }

        for (; i < values.Length; i++)
        {
            (low, high) = float.IsFinite(values[i]) ? (MathF.Min(low, values[i]), MathF.Max(high, values[i])) : (low, high);
        }

        return (low, high);
    }

    // False for NaN too.
    private static Vector<int> IsFinite(Vector<float> value) => Vector.LessThan(Vector.Abs(value), new Vector<float>(float.PositiveInfinity));
}
