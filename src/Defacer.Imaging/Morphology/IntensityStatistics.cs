namespace Defacer.Imaging.Morphology;

/// <summary>Where object and air part in a picture of unknown contrast.</summary>
public static class IntensityStatistics
{
    private const int Bins = 256, FullBins = 4096;

    // The brightest 0.2 %: vessels and spikes of MR, metal of CT. They would stretch the bins over nothing.
    private const double Spikes = 0.998;

    /// <summary>At most so many of the values, evenly spread; all where there are no more.</summary>
    public static ReadOnlySpan<float> Sample(ReadOnlySpan<float> values, int most)
    {
        if (values.Length <= most)
        {
            return values;
        }

        // An odd step is no divisor of the rows, so that every column is met.
        var step = (values.Length / most) | 1;
        var sample = new float[values.Length / step];
        for (var i = 0; i < sample.Length; i++)
        {
            sample[i] = values[i * step];
        }

        return sample;
    }

    /// <summary>The threshold of Otsu (1979) over the values, spikes cut off; NaN where no value is finite.</summary>
    public static double Otsu(ReadOnlySpan<float> values) => Otsu(values, Histogram.Full(values, FullBins));

    private static double Otsu(ReadOnlySpan<float> values, Histogram full)
    {
        if (full.Total == 0)
        {
            return double.NaN;
        }

        var top = full.Quantile(Spikes);
        return Otsu(new Histogram(values, full.Low, top > full.Low ? top : full.Low + 1, Bins));
    }

    /// <summary>The threshold of Otsu (1979) of a histogram: the largest variance between the two classes.</summary>
    public static double Otsu(Histogram histogram)
    {
        double sum = 0;
        for (var bin = 0; bin < histogram.Counts.Length; bin++)
        {
            sum += histogram.Counts[bin] * (double)bin;
        }

        double below = 0, sumBelow = 0, best = -1;
        var (firstBest, lastBest) = (0, 0);
        for (var bin = 0; bin < histogram.Counts.Length - 1; bin++)
        {
            below += histogram.Counts[bin];
            sumBelow += histogram.Counts[bin] * (double)bin;
            var above = histogram.Total - below;
            if (below == 0 || above == 0)
            {
                continue;
            }

            var difference = (sumBelow / below) - ((sum - sumBelow) / above);
            var between = below * above * difference * difference;
            if (between > best * (1 + 1e-12))
            {
                (best, firstBest, lastBest) = (between, bin, bin);
            }
            else if (between >= best * (1 - 1e-12))
            {
                lastBest = bin;
            }
        }

        // Empty bins between the classes all give the same variance: the middle of them.
        return histogram.Low + (((firstBest + lastBest) / 2.0) + 1) * histogram.BinWidth;
    }

    /// <summary>The air around the object: the highest peak below Otsu's threshold.</summary>
    public static BackgroundStatistics Background(ReadOnlySpan<float> values)
    {
        var full = Histogram.Full(values, FullBins);
        var otsu = Otsu(values, full);
        if (double.IsNaN(otsu))
        {
            return new BackgroundStatistics(double.NaN, double.NaN, double.NaN, 0);
        }

        var atLowest = values.Count((float)full.Low);
        var coarse = Below(values, full.Low, otsu);
        var (mode, spread) = Peak(coarse);

        // Air far narrower than a bin, as in CT or a masked picture: look again at the peak alone.
        if (spread < 4 * coarse.BinWidth)
        {
            var low = Math.Max(full.Low, mode - (8 * coarse.BinWidth));
            (mode, spread) = Peak(Below(values, low, Math.Min(otsu, mode + (8 * coarse.BinWidth))));
        }

        return new BackgroundStatistics(mode, spread, otsu, (double)atLowest / full.Total);
    }

    // Only values in range: the end bins must not collect what lies beyond.
    private static Histogram Below(ReadOnlySpan<float> values, double low, double high)
    {
        var kept = new float[values.Length];
        var count = 0;
        foreach (var value in values)
        {
            if (value >= low && value < high)
            {
                kept[count++] = value;
            }
        }

        return new Histogram(kept.AsSpan(0, count), low, high, Bins);
    }

    // The highest bin after light smoothing and the standard deviation that belongs to its width at half height; for
    // Rayleigh noise of parameter s this is 0.65 s, its true standard deviation.
    private static (double Mode, double Spread) Peak(Histogram histogram)
    {
        var counts = histogram.Counts;
        var smooth = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            var (left, right) = (counts[Math.Max(0, i - 1)], counts[Math.Min(counts.Length - 1, i + 1)]);
            smooth[i] = (left + (2.0 * counts[i]) + right) / 4;
        }

        var peak = Array.IndexOf(smooth, smooth.Max());
        int first = peak, last = peak;
        while (first > 0 && smooth[first - 1] > smooth[peak] / 2)
        {
            first--;
        }

        while (last < smooth.Length - 1 && smooth[last + 1] > smooth[peak] / 2)
        {
            last++;
        }

        return (histogram.Centre(peak), (last - first + 1) * histogram.BinWidth / 2.355);
    }
}

/// <summary>The air around the object.</summary>
/// <param name="Mode">The commonest value of air.</param>
/// <param name="Spread">The standard deviation of air about it.</param>
/// <param name="Otsu">Otsu's threshold between dark and bright.</param>
/// <param name="ShareAtLowest">Share of the voxels with exactly the smallest value: large where air was masked.</param>
public readonly record struct BackgroundStatistics(double Mode, double Spread, double Otsu, double ShareAtLowest)
{
    /// <summary>What is above air by so many standard deviations, but never above Otsu's threshold.</summary>
    public double Above(double deviations) => Math.Min(Mode + (deviations * Spread), Otsu);
}
