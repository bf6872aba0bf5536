using System.Buffers.Binary;
using System.Numerics;

namespace Defacer.Dicom.Pixels;

/// <content>
/// JPEG Lossless, selection value 1, encoding (ITU-T T.81 Annex H): one interleaved scan, and a Huffman table made for the
/// frame.
/// </content>
internal sealed partial class JpegLossless : IFrameEncoder
{
    /// <inheritdoc/>
    public string? Objection(PixelDescription description) => description switch
    {
        { BitsAllocated: not (8 or 16) } => $"JPEG holds no containers of {description.BitsAllocated} bits",
        { Rows: > 65535 } or { Columns: > 65535 } => "JPEG holds no image of this size",
        _ => null,
    };

    /// <inheritdoc/>
    public byte[] Encode(ReadOnlySpan<byte> frame, PixelDescription description, CancellationToken cancellationToken)
    {
        var precision = SamplePrecision.Of(frame, description);
        var differences = Differences(frame, description, precision, cancellationToken);
        var frequencies = new long[17];
        foreach (var difference in differences)
        {
            frequencies[Size(difference)]++;
        }

        var code = new JpegHuffmanCode(frequencies);
        var writer = new JpegBitWriter(frame.Length);
        WriteHeaders(writer, description, precision, code);
        foreach (var difference in differences)
        {
            var size = Size(difference);
            var (bits, length) = code.Codes[size];
            writer.Write(bits, length);

            // 32768 has no bits of its own (T.81 §H.1.2.2).
            if (size is > 0 and < 16)
            {
                writer.Write((difference < 0 ? difference - 1 : difference) & ((1 << size) - 1), size);
            }
        }

        return writer.Finish();
    }

    // Modulo 65536, as -32767 to 32768 (T.81 §H.1.2.1): from the left; in the first column from above.
    private static int[] Differences(
        ReadOnlySpan<byte> frame, PixelDescription description, int precision, CancellationToken cancellationToken)
    {
        var cell = description.BitsAllocated / 8;
        var samples = description.SamplesPerPixel;
        var width = description.Columns * samples;
        var differences = new int[width * description.Rows];
        for (var row = 0; row < description.Rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < width; i++)
            {
                var at = (row * width) + i;
                var prediction = i >= samples ? Sample(frame, at - samples, cell)
                    : row > 0 ? Sample(frame, at - width, cell)
                    : 1 << (precision - 1);
                var difference = (short)(Sample(frame, at, cell) - prediction);
                differences[at] = difference == short.MinValue ? 32768 : difference;
            }
        }

        return differences;
    }

    private static int Sample(ReadOnlySpan<byte> frame, int index, int cell) =>
        cell == 1 ? frame[index] : BinaryPrimitives.ReadUInt16LittleEndian(frame[(index * 2)..]);

    private static int Size(int difference) => 32 - BitOperations.LeadingZeroCount((uint)Math.Abs(difference));

    // SOI, SOF3, DHT, SOS (T.81 §B.2).
    private static void WriteHeaders(
        JpegBitWriter writer, PixelDescription description, int precision, JpegHuffmanCode code)
    {
        var samples = description.SamplesPerPixel;
        writer.Marker(0xD8);
        List<byte> frame =
        [
            (byte)precision, (byte)(description.Rows >> 8), (byte)description.Rows,
            (byte)(description.Columns >> 8), (byte)description.Columns, (byte)samples,
        ];
        List<byte> scan = [(byte)samples];
        for (var c = 1; c <= samples; c++)
        {
            frame.AddRange([(byte)c, 0x11, 0]);
            scan.AddRange([(byte)c, 0]);
        }

        writer.Segment(0xC3, [.. frame]);
        writer.Segment(0xC4, [0, .. code.Counts, .. code.Symbols]);
        writer.Segment(0xDA, [.. scan, 1, 0, 0]);
    }
}
