using System.Buffers.Binary;
using System.Numerics;
using Defacer.Dicom.Pixels.Sandbox;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// Encodes JPEG 2000 (OpenJPEG) or high-throughput JPEG 2000 (OpenJPH) in the sandbox, with the reversible wavelet and
/// without quantization (PS3.5 §A.4.4, A.4.11).
/// </summary>
internal sealed class Jpeg2000Encoder(bool highThroughput) : IFrameEncoder
{
    // SOC, then SIZ: Ssiz of the first component lies 42 bytes in, those of the next at every third (T.800 §A.5.1).
    private const int DepthOffset = 42;
    private const int Signed = 0x80;
    private readonly SandboxedCodec _codec = new(highThroughput ? CodecTable.OpenJPH : CodecTable.OpenJPEG);

    private string Name => highThroughput ? "HTJ2K" : "JPEG 2000";

    /// <inheritdoc/>
    public string? Objection(PixelDescription description) => description switch
    {
        { BitsAllocated: not (8 or 16) } => $"{Name} is not encoded here from {description.BitsAllocated} bits",
        { SamplesPerPixel: 1 } => null,
        { SamplesPerPixel: 3, BitsAllocated: 8, IsSigned: false, DecodedPhotometric: "RGB" } => null,
        _ => $"{Name} is encoded here from grey and from RGB of 8 bits only",
    };

    /// <inheritdoc/>
    public string Photometric(PixelDescription description) =>
        description.SamplesPerPixel == 3 ? "YBR_RCT" : description.DecodedPhotometric;

    /// <inheritdoc/>
    public byte[] Encode(ReadOnlySpan<byte> frame, PixelDescription description, CancellationToken cancellationToken)
    {
        var result = new EncodedFrame();
        _codec.RunImage(
            Name,
            SandboxLimits.For(description, frame.Length),
            new Work(frame, description, highThroughput, result),
            static (codec, work) => work.Run(codec),
            cancellationToken);

        return result.Bytes;
    }

    private readonly ref struct Work(
        ReadOnlySpan<byte> frame, PixelDescription description, bool highThroughput, EncodedFrame result)
    {
        private readonly ReadOnlySpan<byte> _frame = frame;

        internal void Run(CodecInstance codec)
        {
            var type = highThroughput ? "HTJ2KEncoder" : "J2KEncoder";
            var classes = codec.Classes;
            var precision = SamplePrecision.OfNumbers(_frame, description);

            // OpenJPH's interface takes 8 or 16 bits. Numbers that are centred on zero by us, as the codec would, can be
            // called 16 bits and signed; the header is then set to what they are.
            var isCentred = highThroughput && precision is > 8 and < 16;
            var isSigned = description.IsSigned && precision > 8;
            var self = classes.Construct(type);
            var info = classes.Make(
                "FrameInfo",
                ("width", description.Columns),
                ("height", description.Rows),
                ("bitsPerSample", isCentred ? 16 : precision),
                ("componentCount", description.SamplesPerPixel),
                ("isSigned", isSigned || isCentred ? 1 : 0),
                ("isUsingColorTransform", description.SamplesPerPixel == 3 ? 1 : 0));
            var input = codec.View(classes.Call(type, self, "getDecodedBuffer", info));
            _frame.CopyTo(input);
            Centre(input, precision, isCentred);
            classes.Free("FrameInfo", info);
            Configure(codec, type, self);
            classes.Call(type, self, "encode");
            if (codec.Complaints is { Length: > 0 } complaints)
            {
                throw new SandboxException(SandboxFault.Reported, "the codec says: " + complaints.Split('\n')[0]);
            }

            var encoded = codec.View(classes.Call(type, self, "getEncodedBuffer"));
            SetDepth(encoded, precision);
            result.Set(encoded);
            classes.Destroy(type, self);
        }

        // Signed samples of a byte are not understood by the codecs' interfaces: raised by half their range they are.
        private void Centre(Span<byte> samples, int precision, bool isCentred)
        {
            if (description.IsSigned && precision <= 8)
            {
                for (var i = 0; i < samples.Length; i++)
                {
                    samples[i] = (byte)((samples[i] + (1 << (precision - 1))) & ((1 << precision) - 1));
                }
            }
            else if (isCentred && !description.IsSigned)
            {
                for (var i = 0; i < samples.Length; i += 2)
                {
                    var value = BinaryPrimitives.ReadUInt16LittleEndian(samples[i..]) - (1 << (precision - 1));
                    BinaryPrimitives.WriteInt16LittleEndian(samples[i..], (short)value);
                }
            }
        }

        private void Configure(CodecInstance codec, string type, int self)
        {
            // Five levels, fewer for small images: a level halves the shorter side.
            var levels = Math.Min(5, BitOperations.Log2((uint)Math.Min(description.Rows, description.Columns)));
            codec.Classes.Call(type, self, "setDecompositions", levels);
            if (highThroughput)
            {
                codec.Classes.Call(type, self, "setQuality", 1, 0f);
                return;
            }

            codec.Classes.Call(type, self, "setQuality", 1, 1);
            codec.Classes.Call(type, self, "setCompressionRatio", 0, 0f);
        }

        private void SetDepth(Span<byte> encoded, int precision)
        {
            if (encoded.Length <= DepthOffset + (3 * description.SamplesPerPixel))
            {
                throw new SandboxException(SandboxFault.Refused, "the codec gave no image");
            }

            for (var i = 0; i < description.SamplesPerPixel; i++)
            {
                encoded[DepthOffset + (3 * i)] = (byte)((precision - 1) | (description.IsSigned ? Signed : 0));
            }
        }
    }
}
