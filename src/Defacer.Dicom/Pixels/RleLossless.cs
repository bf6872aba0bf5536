using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// RLE Lossless (PS3.5 Annex G). A frame is a header of 16 words, the number of segments and their offsets, and one
/// segment for each byte of each sample, the most significant byte first.
/// </summary>
internal sealed partial class RleLossless : IFrameDecoder
{
    private const int HeaderBytes = 64;
    private const int MaxSegments = 15;

    /// <inheritdoc/>
    // The densest run makes 128 bytes of 2 (PS3.5 §G.3.2).
    public long MinimumEncodedBytes(PixelDescription description) =>
        HeaderBytes + (Segments(description) * ((SegmentBytes(description) + 127) / 128) * 2);

    /// <inheritdoc/>
    public bool? BeginsFrame(ReadOnlySpan<byte> fragment) => null;

    /// <inheritdoc/>
    public void Decode(
        ReadOnlySpan<byte> encoded,
        PixelDescription description,
        Span<byte> destination,
        CancellationToken cancellationToken)
    {
        var segments = Segments(description);
        if (encoded.Length < HeaderBytes)
        {
            throw new DicomFormatException($"RLE: a frame of {encoded.Length} bytes has no header of {HeaderBytes}.");
        }

        var declared = BinaryPrimitives.ReadUInt32LittleEndian(encoded);
        if (declared != segments || segments > MaxSegments)
        {
            throw new DicomFormatException($"RLE: {declared} segments where the shape of the image has {segments}.");
        }

        var sampleBytes = Math.Max(1, description.BitsAllocated / 8);
        var pixelBytes = (int)segments;
        for (var segment = 0; segment < segments; segment++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (sample, fromTop) = (segment / sampleBytes, segment % sampleBytes);
            var first = (sample * sampleBytes) + (sampleBytes - 1 - fromTop);
            var runs = Segment(encoded, segment, (int)segments);
            Expand(runs, destination[first..], pixelBytes, (int)SegmentBytes(description));
        }
    }

    private static long Segments(PixelDescription description) =>
        description.SamplesPerPixel * (long)Math.Max(1, description.BitsAllocated / 8);

    // 1-bit pixels are coded in packed bytes.
    private static long SegmentBytes(PixelDescription description) =>
        description.BitsAllocated == 1 ? description.FrameBytes : description.FramePixels;

    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> encoded, int index, int count)
    {
        var start = BinaryPrimitives.ReadUInt32LittleEndian(encoded[((index + 1) * 4)..]);
        var end = index + 1 < count
            ? BinaryPrimitives.ReadUInt32LittleEndian(encoded[((index + 2) * 4)..])
            : (uint)encoded.Length;
        if (start < HeaderBytes || start > end || end > encoded.Length)
        {
            throw new DicomFormatException(
                $"RLE: segment {index + 1} lies at {start} to {end} of {encoded.Length} bytes.");
        }

        return encoded[(int)start..(int)end];
    }

    // PS3.5 §G.3.2. Bytes after the last are padding.
    private static void Expand(ReadOnlySpan<byte> runs, Span<byte> to, int stride, int count)
    {
        var at = 0;
        var done = 0;
        while (done < count)
        {
            if (at >= runs.Length)
            {
                throw new DicomFormatException($"RLE: a segment ends after {done} of {count} bytes.");
            }

            var control = (sbyte)runs[at++];
            if (control == -128)
            {
                continue;
            }

            var length = control >= 0 ? control + 1 : 1 - control;
            var taken = control >= 0 ? length : 1;
            if (length > count - done || taken > runs.Length - at)
            {
                throw new DicomFormatException($"RLE: a run of {length} bytes reaches beyond its segment.");
            }

            Write(runs.Slice(at, taken), to[(done * stride)..], stride, length);
            at += taken;
            done += length;
        }
    }

    // One byte repeated, or a literal.
    private static void Write(ReadOnlySpan<byte> bytes, Span<byte> to, int stride, int length)
    {
        var step = bytes.Length == 1 ? 0 : 1;
        for (int i = 0, from = 0, at = 0; i < length; i++, from += step, at += stride)
        {
            to[at] = bytes[from];
        }
    }
}
