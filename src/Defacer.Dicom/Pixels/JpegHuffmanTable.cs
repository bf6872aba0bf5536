using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// A Huffman table (ITU-T T.81 Annex C, F.2.2.3). Symbols are the bit lengths 0 to 16 of differences, or, for the AC
/// coefficients of the DCT processes, a run of zeros and a bit length.
/// </summary>
internal sealed class JpegHuffmanTable
{
    /// <summary>Codes up to this length are found in one step; longer ones are rare by their nature.</summary>
    internal const int FastBits = 9;

    /// <summary>A difference is found in one step where its code and its bits are not longer together.</summary>
    internal const int WholeBits = 12;

    private const int MaxLength = 16;
    private readonly byte[] _symbols;
    private int[]? _whole;

    // Length of the code in the high byte, symbol in the low one; 0 where the code is longer than FastBits.
    private readonly ushort[] _fast = new ushort[1 << FastBits];

    // For each length: the greatest code (-1: none), and what added to a code gives the index of its symbol.
    private readonly int[] _maxCode = new int[MaxLength + 1];
    private readonly int[] _delta = new int[MaxLength + 1];

    /// <summary>Builds the table.</summary>
    /// <param name="counts">Number of codes of each length 1 to 16 (BITS).</param>
    /// <param name="symbols">Symbols in the order of their codes (HUFFVAL).</param>
    /// <param name="maxSymbol">The greatest symbol that the process knows.</param>
    /// <exception cref="DicomFormatException">
    /// The lengths do not form a prefix code, or a symbol is no bit length.
    /// </exception>
    internal JpegHuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols, int maxSymbol = 16)
    {
        _symbols = symbols.ToArray();
        var code = 0;
        var index = 0;
        for (var length = 1; length <= MaxLength; length++)
        {
            var count = counts[length - 1];
            if (code + count > 1 << length)
            {
                throw new DicomFormatException("JPEG: the code lengths of a Huffman table do not form a prefix code.");
            }

            _maxCode[length] = count == 0 ? -1 : code + count - 1;
            _delta[length] = index - code;
            for (var i = 0; i < count; i++, code++, index++)
            {
                if (_symbols[index] > maxSymbol)
                {
                    throw new DicomFormatException(
                        $"JPEG: a Huffman table has the symbol {_symbols[index]}, more than {maxSymbol}.");
                }

                AddFast(code, length, _symbols[index]);
            }

            code <<= 1;
        }
    }

    /// <summary>
    /// For the next <see cref="WholeBits"/> bits: the difference that they begin with in the upper 24 bits, and the length of
    /// its code and bits in the lower 8; 0 where it is longer or nothing begins so.
    /// </summary>
    internal ReadOnlySpan<int> WholeDifferences => _whole ??= FindWhole();

    /// <summary>Finds the code at the top of 16 bits.</summary>
    /// <returns>Length and symbol; a length of 0 when no code begins like this.</returns>
    internal (int Length, int Symbol) Find(int bits16)
    {
        var entry = _fast[bits16 >> (16 - FastBits)];
        return entry != 0 ? (entry >> 8, entry & 0xFF) : FindLong(bits16);
    }

    private int[] FindWhole()
    {
        var whole = new int[1 << WholeBits];
        for (var next = 0; next < whole.Length; next++)
        {
            var (length, size) = Find(next << (16 - WholeBits));
            if (length == 0 || size > 15 || length + size > WholeBits)
            {
                continue;
            }

            var value = (next >> (WholeBits - length - size)) & ((1 << size) - 1);
            var difference = size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
            whole[next] = (difference << 8) | (length + size);
        }

        return whole;
    }

    private (int Length, int Symbol) FindLong(int bits16)
    {
        for (var length = FastBits + 1; length <= MaxLength; length++)
        {
            var code = bits16 >> (16 - length);
            if (code <= _maxCode[length])
            {
                var index = code + _delta[length];
                return index >= 0 && index < _symbols.Length ? (length, _symbols[index]) : (0, 0);
            }
        }

        return (0, 0);
    }

    private void AddFast(int code, int length, byte symbol)
    {
        if (length > FastBits)
        {
            return;
        }

        var shift = FastBits - length;
        _fast.AsSpan(code << shift, 1 << shift).Fill((ushort)((length << 8) | symbol));
    }
}
