namespace Defacer.Imaging.Morphology;

/// <summary>The value at a place of the sorted order, without sorting all.</summary>
public static class OrderStatistics
{
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

    private static float Middle(float a, float b, float c) => MathF.Max(MathF.Min(a, b), MathF.Min(MathF.Max(a, b), c));
}
