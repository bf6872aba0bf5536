using System.Buffers.Binary;

namespace Defacer.Dicom.Pixels;

/// <content>RLE Lossless, encoding (PS3.5 §G.3.1): each line of each byte plane on its own.</content>
internal sealed partial class RleLossless : IFrameEncoder
{
    private const int MaxRun = 128;

    /// <inheritdoc/>
    public string? Objection(PixelDescription description) => Segments(description) > MaxSegments
        ? $"RLE has {MaxSegments} segments, too few for {description.SamplesPerPixel} x {description.BitsAllocated} bits"
        : null;

    /// <inheritdoc/>
    public byte[] Encode(ReadOnlySpan<byte> frame, PixelDescription description, CancellationToken cancellationToken)
    {
        var segments = (int)Segments(description);
        var sampleBytes = Math.Max(1, description.BitsAllocated / 8);
        var length = (int)SegmentBytes(description);
        var lineBytes = description.BitsAllocated == 1 ? length : description.Columns;
        var plane = new byte[length];
        using var encoded = new MemoryStream();
        encoded.SetLength(HeaderBytes);
        encoded.Position = HeaderBytes;
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)segments);
        for (var segment = 0; segment < segments; segment++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan((segment + 1) * 4), (uint)encoded.Position);
            var (sample, fromTop) = (segment / sampleBytes, segment % sampleBytes);
            var at = (sample * sampleBytes) + (sampleBytes - 1 - fromTop);
            for (var i = 0; i < length; i++, at += segments)
            {
                plane[i] = frame[at];
            }

            for (var line = 0; line < length; line += lineBytes)
            {
                Pack(plane.AsSpan(line, lineBytes), encoded);
            }

            // Each segment is of even length (PS3.5 §G.5).
            if (encoded.Position % 2 == 1)
            {
                encoded.WriteByte(0);
            }
        }

        encoded.Position = 0;
        encoded.Write(header);
        return encoded.ToArray();
    }

    // A run of two costs as much as a literal of two, so it only ends a literal where it is longer.
    private static void Pack(ReadOnlySpan<byte> line, MemoryStream to)
    {
        var literal = 0;
        var at = 0;
        while (at < line.Length)
        {
            var run = RunLength(line[at..]);
            if (run < 3)
            {
                at += run;
                continue;
            }

            PackLiterals(line[literal..at], to);
            to.WriteByte((byte)(1 - run));
            to.WriteByte(line[at]);
            at += run;
            literal = at;
        }

        PackLiterals(line[literal..], to);
    }

    private static int RunLength(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAnyExcept(bytes[0]);
        return Math.Min(end < 0 ? bytes.Length : end, MaxRun);
    }

    private static void PackLiterals(ReadOnlySpan<byte> bytes, MemoryStream to)
    {
        while (bytes.Length > 0)
        {
            var length = Math.Min(bytes.Length, MaxRun);
            to.WriteByte((byte)(length - 1));
            to.Write(bytes[..length]);
            bytes = bytes[length..];
        }
    }
}
