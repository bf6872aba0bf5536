using System.Runtime.InteropServices;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// One scan of the lossless process (ITU-T T.81 §H.1.2): differences to a prediction from the neighbours left (Ra),
/// above (Rb) and above left (Rc).
/// </summary>
internal sealed class JpegLosslessScan(PixelDescription description, int[] components, JpegHuffmanTable[] tables)
{
    private int[]? _differences;

    /// <summary>Bits of a sample, 2 to 16.</summary>
    internal required int Precision { get; init; }

    /// <summary>Selection value 1 to 7 (T.81 Table H.1).</summary>
    internal required int Predictor { get; init; }

    /// <summary>Bits that the encoder shifted out below.</summary>
    internal required int PointTransform { get; init; }

    /// <summary>Samples between restarts; 0: none. A whole number of lines (T.81 §H.1.1).</summary>
    internal required int RestartInterval { get; init; }

    /// <summary>Decodes the scan that begins at a position; gives that of the marker after it.</summary>
    internal int Decode(
        ReadOnlySpan<byte> data, int position, Span<byte> destination, CancellationToken cancellationToken)
    {
        if (Predictor is < 1 or > 7 || PointTransform >= Precision || RestartInterval % description.Columns != 0)
        {
            throw new DicomFormatException(
                $"JPEG: predictor {Predictor}, transform {PointTransform}, restarts {RestartInterval} are impossible.",
                position,
                string.Empty);
        }

        var reader = new JpegBitReader(data, position);
        var linesBetweenRestarts = RestartInterval / description.Columns;
        var width = description.Columns * components.Length;
        var (above, line) = (new ushort[width], new ushort[width]);
        var restarts = 0;
        for (var row = 0; row < description.Rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isFirst = row == 0;
            if (!isFirst && linesBetweenRestarts > 0 && row % linesBetweenRestarts == 0)
            {
                reader.Restart(restarts++);
                isFirst = true;
            }

            if (components.Length == 1)
            {
                DecodeLineAlone(ref reader, line, above, isFirst);
            }
            else
            {
                DecodeLine(ref reader, line, above, isFirst);
            }

            Store(line, destination, row);
            (above, line) = (line, above);
        }

        reader.SkipToMarker();
        return reader.Position;
    }

    private void DecodeLine(ref JpegBitReader reader, Span<ushort> line, ReadOnlySpan<ushort> above, bool isFirst)
    {
        var step = tables.Length;
        var start = (ushort)(1 << (Precision - PointTransform - 1));
        for (var c = 0; c < step; c++)
        {
            line[c] = (ushort)((isFirst ? start : above[c]) + reader.ReadDifference(tables[c]));
        }

        // The first line of an image or interval has nothing above it (T.81 §H.1.2.1).
        var predictor = isFirst ? 1 : Predictor;
        for (var i = step; i < line.Length; i += step)
        {
            for (var c = 0; c < step; c++)
            {
                var at = i + c;
                var prediction = Predict(predictor, line[at - step], above[at], above[at - step]);
                line[at] = (ushort)(prediction + reader.ReadDifference(tables[c]));
            }
        }
    }

    // Of one component: the differences of a line at once, then the sums.
    private void DecodeLineAlone(ref JpegBitReader reader, Span<ushort> line, ReadOnlySpan<ushort> above, bool isFirst)
    {
        var differences = _differences ??= new int[line.Length];
        reader.ReadDifferences(tables[0], differences);
        var value = (isFirst ? 1 << (Precision - PointTransform - 1) : above[0]) + differences[0];
        line[0] = (ushort)value;
        above = above[..line.Length];
        if (isFirst || Predictor == 1)
        {
            for (var i = 1; i < line.Length; i++)
            {
                value += differences[i];
                line[i] = (ushort)value;
            }

            return;
        }

        for (var i = 1; i < line.Length; i++)
        {
            line[i] = (ushort)(Predict(Predictor, line[i - 1], above[i], above[i - 1]) + differences[i]);
        }
    }

    private static int Predict(int predictor, int left, int above, int aboveLeft) => predictor switch
    {
        1 => left,
        2 => above,
        3 => aboveLeft,
        4 => left + above - aboveLeft,
        5 => left + ((above - aboveLeft) >> 1),
        6 => above + ((left - aboveLeft) >> 1),
        _ => (left + above) >> 1,
    };

    private void Store(ReadOnlySpan<ushort> line, Span<byte> destination, int row)
    {
        var samples = description.SamplesPerPixel;
        var wide = description.BitsAllocated == 16;
        if (samples == 1 && wide && PointTransform == 0 && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(line).CopyTo(destination[(row * description.Columns * 2)..]);
            return;
        }

        for (var c = 0; c < components.Length; c++)
        {
            var at = ((row * description.Columns * samples) + components[c]) * (wide ? 2 : 1);
            for (var i = c; i < line.Length; i += components.Length)
            {
                var value = line[i] << PointTransform;
                destination[at] = (byte)value;
                if (wide)
                {
                    destination[at + 1] = (byte)(value >> 8);
                }

                at += wide ? 2 * samples : samples;
            }
        }
    }
}
