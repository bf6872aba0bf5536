using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>One sequential scan of the DCT processes (ITU-T T.81 §F.2), decoded straight into samples.</summary>
internal sealed class JpegDctScan(
    JpegComponent[] components, JpegHuffmanTable[] dc, JpegHuffmanTable[] ac, ushort[][] quantization)
{
    // T.81 Figure A.6: place in the block of each coefficient in coded order.
    private static ReadOnlySpan<byte> ZigZag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
        62, 63,
    ];

    private readonly int[] _predictions = new int[components.Length];

    internal required int Precision { get; init; }

    /// <summary>MCUs between restarts; 0: none.</summary>
    internal required int RestartInterval { get; init; }

    /// <summary>MCUs of an interleaved scan across and down.</summary>
    internal required (int Across, int Down) Mcus { get; init; }

    /// <summary>Decodes the scan that begins at a position; gives that of the marker after it.</summary>
    internal int Decode(ReadOnlySpan<byte> data, int position, CancellationToken cancellationToken)
    {
        var reader = new JpegBitReader(data, position);
        var block = new int[64];

        // A component alone comes block by block, without the padding of MCUs (T.81 §A.2.2).
        var isAlone = components.Length == 1;
        var (across, down) = isAlone
            ? ((components[0].Width + 7) / 8, (components[0].Height + 7) / 8)
            : (Mcus.Across, Mcus.Down);
        var untilRestart = RestartInterval;
        var restarts = 0;
        for (var y = 0; y < down; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var x = 0; x < across; x++)
            {
                if (RestartInterval > 0 && untilRestart-- == 0)
                {
                    reader.Restart(restarts++);
                    Array.Clear(_predictions);
                    untilRestart = RestartInterval - 1;
                }

                if (isAlone)
                {
                    DecodeBlock(ref reader, 0, x, y, block);
                }
                else
                {
                    DecodeMcu(ref reader, x, y, block);
                }
            }
        }

        reader.SkipToMarker();
        return reader.Position;
    }

    private void DecodeMcu(ref JpegBitReader reader, int x, int y, int[] block)
    {
        for (var c = 0; c < components.Length; c++)
        {
            var component = components[c];
            for (var v = 0; v < component.Vertical; v++)
            {
                for (var h = 0; h < component.Horizontal; h++)
                {
                    DecodeBlock(ref reader, c, (x * component.Horizontal) + h, (y * component.Vertical) + v, block);
                }
            }
        }
    }

    private void DecodeBlock(ref JpegBitReader reader, int c, int x, int y, int[] block)
    {
        Array.Clear(block);
        var zigZag = ZigZag;
        var table = quantization[c];
        var codes = ac[c];
        _predictions[c] += reader.ReadDifference(dc[c]);
        block[0] = _predictions[c] * table[0];
        for (var k = 1; k < 64; k++)
        {
            var (symbol, value) = reader.ReadCoefficient(codes);
            if (value == 0)
            {
                if (symbol != 0xF0)
                {
                    break;
                }

                k += 15;
                continue;
            }

            k += symbol >> 4;
            if (k > 63)
            {
                throw new DicomFormatException("JPEG: a block has more than 64 coefficients.", reader.Position, string.Empty);
            }

            block[zigZag[k]] = value * table[k];
        }

        InverseDct.Transform(block, Precision);
        Store(block, components[c], x, y);
    }

    private void Store(ReadOnlySpan<int> block, JpegComponent component, int x, int y)
    {
        var centre = 1 << (Precision - 1);
        var max = (1 << Precision) - 1;
        for (var row = 0; row < 8; row++)
        {
            var line = component.Samples.AsSpan((((y * 8) + row) * component.Stride) + (x * 8), 8);
            var from = block.Slice(row * 8, 8);
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = (ushort)Math.Clamp(from[i] + centre, 0, max);
            }
        }
    }
}
