using System.Buffers.Binary;
using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels.Sandbox;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// JPEG-LS, lossless and near-lossless (ITU-T T.87; PS3.5 §A.4.3), decoded and encoded by CharLS in the sandbox. What
/// the stream says of itself is compared with the data set before CharLS sees it.
/// </summary>
internal sealed class JpegLs : IFrameDecoder, IFrameEncoder
{
    private const string Name = "JPEG-LS";
    private readonly SandboxedCodec _codec = new(CodecTable.CharLS);

    /// <inheritdoc/>
    // The longest run takes a bit, and a run ends with its line (T.87 §A.7).
    public long MinimumEncodedBytes(PixelDescription description) =>
        (description.Rows * (long)description.SamplesPerPixel / 8) + 1;

    /// <inheritdoc/>
    // After FF, coded data have a zero bit.
    public bool? BeginsFrame(ReadOnlySpan<byte> fragment) => fragment is [0xFF, 0xD8, ..];

    /// <inheritdoc/>
    public void Decode(
        ReadOnlySpan<byte> encoded,
        PixelDescription description,
        Span<byte> destination,
        CancellationToken cancellationToken)
    {
        var header = ReadHeader(encoded, description);
        _codec.RunImage(
            Name,
            SandboxLimits.For(description, encoded.Length),
            new DecodeWork(encoded, description, header, destination),
            static (codec, work) => work.Run(codec),
            cancellationToken);
    }

    /// <inheritdoc/>
    public string? Objection(PixelDescription description) => description switch
    {
        { BitsAllocated: not (8 or 16) } => $"{Name} holds no containers of {description.BitsAllocated} bits",
        { Rows: > 65535 } or { Columns: > 65535 } => $"{Name} holds no image of this size",
        _ => null,
    };

    /// <inheritdoc/>
    public byte[] Encode(ReadOnlySpan<byte> frame, PixelDescription description, CancellationToken cancellationToken)
    {
        var result = new EncodedFrame();
        _codec.RunImage(
            Name,
            SandboxLimits.For(description, frame.Length),
            new EncodeWork(frame, description, result),
            static (codec, work) => work.Run(codec),
            cancellationToken);

        return result.Bytes;
    }

    // SOF55, LSE, then the first SOS (T.87 §C.2.2, C.2.3).
    private static Header ReadHeader(ReadOnlySpan<byte> encoded, PixelDescription description)
    {
        if (description.BitsAllocated is not (8 or 16))
        {
            throw new DicomFormatException($"{Name}: no samples for containers of {description.BitsAllocated} bits.");
        }

        var segments = new JpegSegments(encoded, Name);

        // FF D9 cannot stand inside coded data. CharLS does not come to an end where the data do.
        if (encoded.LastIndexOf([(byte)0xFF, (byte)0xD9]) < 0)
        {
            throw segments.Error("the image has no end: data are missing");
        }

        var precision = 0;
        while (true)
        {
            switch (segments.Next(out var segment))
            {
                case 0xF7 when precision == 0:
                    precision = ReadFrame(segments, segment, description);
                    break;
                case 0xDA when precision > 0 && segment.Length >= 4 && segment.Length == 4 + (2 * segment[0]):
                    return new Header(precision, IsPlanar: segment[^2] == 0 && description.SamplesPerPixel > 1);
                case 0xF8 or 0xFE or (>= 0xE0 and <= 0xEF) or 0xDD:
                    break;
                case var marker:
                    throw segments.Error($"marker FF{marker:X2} is malformed, out of turn or not of this syntax");
            }
        }
    }

    private static int ReadFrame(JpegSegments segments, ReadOnlySpan<byte> segment, PixelDescription description)
    {
        if (segment.Length < 6 || segment.Length != 6 + (3 * segment[5]))
        {
            throw segments.Error("the frame header is malformed");
        }

        var rows = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        var columns = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        if (rows != description.Rows || columns != description.Columns || segment[5] != description.SamplesPerPixel)
        {
            throw segments.Error(
                $"the image has {rows} x {columns} x {segment[5]} samples, the data set "
                + $"{description.Rows} x {description.Columns} x {description.SamplesPerPixel}");
        }

        if (segment[0] < 2 || segment[0] > description.BitsAllocated)
        {
            throw segments.Error($"{segment[0]} bits do not fit Bits Allocated {description.BitsAllocated}");
        }

        for (var i = 7; i < segment.Length; i += 3)
        {
            if (segment[i] != 0x11)
            {
                throw segments.Error("components are subsampled");
            }
        }

        return segment[0];
    }

    private readonly record struct Header(int Precision, bool IsPlanar);

    private readonly ref struct DecodeWork(
        ReadOnlySpan<byte> encoded, PixelDescription description, Header header, Span<byte> destination)
    {
        private readonly ReadOnlySpan<byte> _encoded = encoded;
        private readonly Span<byte> _destination = destination;

        internal void Run(CodecInstance codec)
        {
            const string type = "JpegLSDecoder";
            var self = codec.Classes.Construct(type);
            _encoded.CopyTo(codec.View(codec.Classes.Call(type, self, "getEncodedBuffer", _encoded.Length)));
            codec.Classes.Call(type, self, "decode");
            var decoded = codec.View(codec.Classes.Call(type, self, "getDecodedBuffer"));
            var sampleBytes = header.Precision > 8 ? 2 : 1;
            if (decoded.Length != description.FramePixels * description.SamplesPerPixel * sampleBytes)
            {
                throw new SandboxException(SandboxFault.Refused, "the codec gave an image of another size");
            }

            SampleLayout.Store(decoded, sampleBytes, header.IsPlanar, description, _destination);
            codec.Classes.Destroy(type, self);
        }
    }

    private readonly ref struct EncodeWork(
        ReadOnlySpan<byte> frame, PixelDescription description, EncodedFrame result)
    {
        private const int BySample = 2;
        private readonly ReadOnlySpan<byte> _frame = frame;

        internal void Run(CodecInstance codec)
        {
            const string type = "JpegLSEncoder";
            var self = codec.Classes.Construct(type);
            var info = codec.Classes.Make(
                "FrameInfo",
                ("width", description.Columns),
                ("height", description.Rows),
                ("bitsPerSample", SamplePrecision.Of(_frame, description)),
                ("componentCount", description.SamplesPerPixel));
            _frame.CopyTo(codec.View(codec.Classes.Call(type, self, "getDecodedBuffer", info)));
            codec.Classes.Free("FrameInfo", info);
            codec.Classes.Call(type, self, "setInterleaveMode", description.SamplesPerPixel > 1 ? BySample : 0);
            codec.Classes.Call(type, self, "encode");
            result.Set(codec.View(codec.Classes.Call(type, self, "getEncodedBuffer")));
            codec.Classes.Destroy(type, self);
        }
    }
}
