namespace Defacer.Imaging.Morphology;

/// <summary>Values in order: one place of it without sorting all, or all by their digits instead of by comparing.</summary>
public static class OrderStatistics
{
    // Digits of 11 bits: three of them hold a float, and their counts stay in the nearest cache.
    private const int DigitBits = 11, Digits = 3;

    /// <summary>Sorts values, the smallest first.</summary>
    /// <param name="values">Without NaN.</param>
    public static void Sort(Span<float> values)
    {
        var (from, to) = (new uint[values.Length], new uint[values.Length]);
        for (var i = 0; i < values.Length; i++)
        {
            // Positive floats rise as their bits do, negative ones fall: both rise with the sign turned, or all bits.
            var bits = BitConverter.SingleToUInt32Bits(values[i]);
            from[i] = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        }

        var starts = new int[1 << DigitBits];
        for (var digit = 0; digit < Digits; digit++)
        {
            SortBy(digit * DigitBits, from, to, starts);
            (from, to) = (to, from);
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((from[i] & 0x80000000) != 0 ? from[i] & 0x7FFFFFFF : ~from[i]);
        }
    }

    /// <summary>The value that would stand at an index were the values sorted. They are moved about.</summary>
    /// <param name="values">Without NaN.</param>
    /// <param name="index">From 0.</param>
    public static float Select(Span<float> values, int index)
    {
        var (low, high) = (0, values.Length - 1);
        while (low < high)
        {
            // The median of three as the border: sorted values, the commonest input, are parted in the middle.
            var border = Middle(values[low], values[(low + high) / 2], values[high]);
            var (i, j) = (low, high);
            while (i <= j)
            {
                while (values[i] < border)
                {
                    i++;
                }

                while (values[j] > border)
                {
                    j--;
                }

                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    (i, j) = (i + 1, j - 1);
                }
            }

            // Between j and i all are the border itself.
            if (index > j && index < i)
            {
                return border;
            }

            (low, high) = index <= j ? (low, j) : (i, high);
        }

        return values[index];
    }

    private static void SortBy(int shift, uint[] from, uint[] to, int[] starts)
    {
        Array.Clear(starts);
        foreach (var value in from)
        {
            starts[(value >> shift) & ((1 << DigitBits) - 1)]++;
        }

        var start = 0;
        for (var digit = 0; digit < starts.Length; digit++)
        {
            (starts[digit], start) = (start, start + starts[digit]);
        }

        foreach (var value in from)
        {
            to[starts[(value >> shift) & ((1 << DigitBits) - 1)]++] = value;
        }
    }

    private static float Middle(float a, float b, float c) => MathF.Max(MathF.Min(a, b), MathF.Min(MathF.Max(a, b), c));
}
