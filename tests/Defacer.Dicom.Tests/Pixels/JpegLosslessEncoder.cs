namespace Defacer.Dicom.Tests.Pixels;

/// <summary>
/// Encodes images for the tests of the decoder, straight from ITU-T T.81 Annex H and with no regard to size. Its own
/// fidelity is settled by the samples that DCMTK made.
/// </summary>
internal sealed class JpegLosslessEncoder
{
    // Number of codes of each length: symbols 0 to 2 in 2 bits, the others in 4 to 16, so that short and long
    // codes occur.
    private static readonly byte[] s_counts = [0, 3, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2];
    private readonly List<byte> _bytes = [];
    private int _bits;
    private int _bitCount;

    internal required int Rows { get; init; }

    internal required int Columns { get; init; }

    internal required int Precision { get; init; }

    internal required int Predictor { get; init; }

    internal int PointTransform { get; init; }

    /// <summary>Lines between restarts; 0: none.</summary>
    internal int RestartLines { get; init; }

    /// <summary>Whether all components share one scan.</summary>
    internal bool IsInterleaved { get; init; } = true;

    /// <param name="components">[component][row × columns + column].</param>
    internal byte[] Encode(params int[][] components)
    {
        Marker(0xD8);
        Segment(0xFE, "a comment with FF D8 inside: "u8.ToArray(), [0xFF, 0xD8]);
        Segment(0xC4, [0x00], s_counts, [.. Enumerable.Range(0, 17).Select(i => (byte)i)]);
        if (RestartLines > 0)
        {
            Segment(0xDD, Word(RestartLines * Columns));
        }

        byte[] header = [(byte)Precision, .. Word(Rows), .. Word(Columns), (byte)components.Length];
        Segment(0xC3, [.. header, .. components.SelectMany((_, i) => new byte[] { (byte)(i + 1), 0x11, 0 })]);
        var all = Enumerable.Range(0, components.Length).ToArray();
        foreach (var scan in IsInterleaved ? [all] : all.Select(c => new[] { c }))
        {
            Scan(scan, components);
        }

        Marker(0xD9);
        return [.. _bytes];
    }

    private void Scan(int[] scan, int[][] components)
    {
        byte[] selectors = [.. scan.SelectMany(c => new byte[] { (byte)(c + 1), 0 })];
        Segment(0xDA, [(byte)scan.Length, .. selectors, (byte)Predictor, 0, (byte)PointTransform]);
        for (var row = 0; row < Rows; row++)
        {
            var isFirst = row == 0;
            if (!isFirst && RestartLines > 0 && row % RestartLines == 0)
            {
                Flush();
                Marker((byte)(0xD0 + (((row / RestartLines) - 1) % 8)));
                isFirst = true;
            }

            for (var column = 0; column < Columns; column++)
            {
                foreach (var c in scan)
                {
                    Difference(Sample(components[c], row, column) - Prediction(components[c], row, column, isFirst));
                }
            }
        }

        Flush();
    }

    private int Sample(int[] component, int row, int column) => component[(row * Columns) + column] >> PointTransform;

    private int Prediction(int[] component, int row, int column, bool isFirst)
    {
        if (isFirst)
        {
            return column == 0 ? 1 << (Precision - PointTransform - 1) : Sample(component, row, column - 1);
        }

        var b = Sample(component, row - 1, column);
        if (column == 0)
        {
            return b;
        }

        var a = Sample(component, row, column - 1);
        var c = Sample(component, row - 1, column - 1);
        return new[] { 0, a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1 }[Predictor];
    }

    // Differences are modulo 65536 (T.81 §H.1.2.1); 32768 has no bits of its own.
    private void Difference(int difference)
    {
        var value = (short)difference == short.MinValue ? 32768 : (short)difference;
        var size = value == 0 ? 0 : 32 - int.LeadingZeroCount(Math.Abs(value));
        var (code, length) = Code(size);
        Bits(code, length);
        if (size is > 0 and < 16)
        {
            Bits(value > 0 ? value : value + (1 << size) - 1, size);
        }
    }

    private static (int Code, int Length) Code(int symbol)
    {
        var (code, first) = (0, 0);
        for (var length = 1; length <= 16; length++)
        {
            if (symbol < first + s_counts[length - 1])
            {
                return (code + symbol - first, length);
            }

            first += s_counts[length - 1];
            code = (code + s_counts[length - 1]) << 1;
        }

        throw new ArgumentOutOfRangeException(nameof(symbol));
    }

    private void Bits(int value, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            _bits = (_bits << 1) | ((value >> i) & 1);
            if (++_bitCount == 8)
            {
                _bytes.Add((byte)_bits);
                if ((byte)_bits == 0xFF)
                {
                    _bytes.Add(0);
                }

                (_bits, _bitCount) = (0, 0);
            }
        }
    }

    private void Flush()
    {
        while (_bitCount != 0)
        {
            Bits(1, 1);
        }
    }

    private void Segment(byte marker, params byte[][] parts)
    {
        Marker(marker);
        _bytes.AddRange(Word(2 + parts.Sum(p => p.Length)));
        _bytes.AddRange(parts.SelectMany(p => p));
    }

    private void Marker(byte marker) => _bytes.AddRange([0xFF, marker]);

    private static byte[] Word(int value) => [(byte)(value >> 8), (byte)value];
}
