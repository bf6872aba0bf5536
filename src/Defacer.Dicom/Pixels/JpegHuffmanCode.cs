namespace Defacer.Dicom.Pixels;

/// <summary>
/// The Huffman code that is best for how often each symbol occurs (ITU-T T.81 Annex C, K.2): no code is longer than 16
/// bits, and none is all ones.
/// </summary>
internal sealed class JpegHuffmanCode
{
    private const int MaxLength = 16;

    /// <summary>Makes the code.</summary>
    /// <param name="frequencies">How often each symbol occurs.</param>
    internal JpegHuffmanCode(ReadOnlySpan<long> frequencies)
    {
        // One more symbol, the rarest of all, takes the code of all ones and is then left out.
        var weights = new long[frequencies.Length + 1];
        frequencies.CopyTo(weights);
        weights[^1] = 1;
        var lengths = Lengths(weights);
        while (lengths.Max() > MaxLength)
        {
            // Rare symbols become less rare until the tree is flat enough; at worst all are equal.
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] = weights[i] == 0 ? 0 : (weights[i] >> 1) + 1;
            }

            lengths = Lengths(weights);
        }

        Symbols = [.. Enumerable.Range(0, frequencies.Length)
            .Where(s => lengths[s] > 0)
            .OrderBy(s => lengths[s])
            .ThenBy(s => s)
            .Select(s => (byte)s)];
        Assign(lengths);
    }

    /// <summary>Number of codes of each length 1 to 16 (BITS).</summary>
    internal byte[] Counts { get; } = new byte[MaxLength];

    /// <summary>Symbols in the order of their codes (HUFFVAL).</summary>
    internal byte[] Symbols { get; }

    /// <summary>Code and length by symbol.</summary>
    internal (int Code, int Length)[] Codes { get; } = new (int, int)[256];

    // The longest code is last; the reserved symbol had a longest one, so the last real code is not all ones.
    private void Assign(int[] lengths)
    {
        var code = 0;
        var length = 0;
        foreach (var symbol in Symbols)
        {
            code <<= lengths[symbol] - length;
            length = lengths[symbol];
            Codes[symbol] = (code++, length);
            Counts[length - 1]++;
        }
    }

    // Depths of the leaves of Huffman's tree; 0: the symbol does not occur.
    private static int[] Lengths(long[] weights)
    {
        var queue = new PriorityQueue<int, (long Weight, int Order)>();
        var parents = new List<int>(new int[weights.Length]);
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                // Of equal weights the later, the reserved one first of all, goes deepest.
                queue.Enqueue(i, (weights[i], -i));
            }
        }

        while (queue.Count > 1)
        {
            queue.TryDequeue(out var first, out var a);
            queue.TryDequeue(out var second, out var b);
            var node = parents.Count;
            parents.Add(-1);
            (parents[first], parents[second]) = (node, node);
            queue.Enqueue(node, (a.Weight + b.Weight, node));
        }

        var lengths = new int[weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            for (var node = i; weights[i] > 0 && node < parents.Count - 1; node = parents[node])
            {
                lengths[i]++;
            }
        }

        return lengths;
    }
}
