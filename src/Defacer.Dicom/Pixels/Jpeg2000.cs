using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels.Sandbox;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// JPEG 2000 and high-throughput JPEG 2000, decoded in the sandbox: OpenJPEG, and OpenJPH for grey high-throughput
/// streams (PS3.5 §A.4.4, A.4.11). Neither reports damage: what the stream says, what the codec says and how many bytes it
/// gives are compared with the data set, and a complaint that it prints is a
/// refusal.
/// </summary>
internal sealed class Jpeg2000 : IFrameDecoder
{
    private const string Name = "JPEG 2000";
    private readonly SandboxedCodec _openJpeg = new(CodecTable.OpenJPEG);
    private readonly SandboxedCodec _openJph = new(CodecTable.OpenJPH);

    /// <inheritdoc/>
    // A black image of any size is a few bytes more than its header: this only stops what is absurd.
    public long MinimumEncodedBytes(PixelDescription description) => 64 + (description.FrameBytes >> 20);

    /// <inheritdoc/>
    public bool? BeginsFrame(ReadOnlySpan<byte> fragment) =>
        fragment is [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 0x0C, ..];

    /// <inheritdoc/>
    public void Decode(
        ReadOnlySpan<byte> encoded,
        PixelDescription description,
        Span<byte> destination,
        CancellationToken cancellationToken)
    {
        var stream = Jpeg2000Codestream.Read(encoded);
        Check(stream, description);
        var isGreyHighThroughput = stream.IsHighThroughput && stream.Components == 1;
        (isGreyHighThroughput ? _openJph : _openJpeg).RunImage(
            Name,
            SandboxLimits.For(description, encoded.Length),
            new DecodeWork(
                isGreyHighThroughput ? "HTJ2KDecoder" : "J2KDecoder",
                encoded[stream.Range],
                stream,
                description,
                destination),
            static (codec, work) => work.Run(codec),
            cancellationToken);
    }

    private static void Check(Jpeg2000Codestream stream, PixelDescription d)
    {
        if (stream.Rows != d.Rows || stream.Columns != d.Columns || stream.Components != d.SamplesPerPixel)
        {
            throw new DicomFormatException(
                $"{Name}: the image has {stream.Rows} x {stream.Columns} x {stream.Components} samples, the data set "
                + $"{d.Rows} x {d.Columns} x {d.SamplesPerPixel}.");
        }

        if (d.BitsAllocated is not (1 or 8 or 16) || stream.Precision > d.BitsAllocated)
        {
            throw new DicomFormatException(
                $"{Name}: {stream.Precision} bits do not fit Bits Allocated {d.BitsAllocated}.");
        }

        // OpenJPEG's interface hands out colour of 8 bits only.
        if (stream.Components > 1 && (stream.Components != 3 || stream.Precision > 8))
        {
            throw new DicomFormatException(
                $"{Name}: {stream.Components} components of {stream.Precision} bits are not decoded here.");
        }
    }

    private readonly ref struct DecodeWork(
        string type,
        ReadOnlySpan<byte> encoded,
        Jpeg2000Codestream stream,
        PixelDescription description,
        Span<byte> destination)
    {
        private readonly ReadOnlySpan<byte> _encoded = encoded;
        private readonly Span<byte> _destination = destination;

        // Both codecs clamp samples of 8 bits at zero. As unsigned, the samples come out raised by half their range.
        private bool IsBiased => stream.IsSigned && stream.Precision <= 8;

        internal void Run(CodecInstance codec)
        {
            var self = codec.Classes.Construct(type);
            var input = codec.View(codec.Classes.Call(type, self, "getEncodedBuffer", _encoded.Length));
            _encoded.CopyTo(input);
            for (var i = 0; IsBiased && i < stream.Components; i++)
            {
                input[stream.DepthOffset + (3 * i)] &= 0x7F;
            }

            codec.Classes.Call(type, self, "decode");
            CheckInfo(codec, self);
            var decoded = codec.View(codec.Classes.Call(type, self, "getDecodedBuffer"));
            var sampleBytes = stream.Precision > 8 ? 2 : 1;
            if (decoded.Length != description.FramePixels * description.SamplesPerPixel * sampleBytes)
            {
                throw new SandboxException(SandboxFault.Refused, "the codec gave an image of another size");
            }

            SampleLayout.Store(decoded, sampleBytes, isPlanar: false, description, _destination);
            if (IsBiased)
            {
                SampleLayout.Unbias(_destination, description.BitsAllocated / 8, 1 << (stream.Precision - 1));
            }

            codec.Classes.Destroy(type, self);
        }

        private void CheckInfo(CodecInstance codec, int self)
        {
            const string value = "FrameInfo";
            if (codec.Complaints is { Length: > 0 } complaints)
            {
                throw new SandboxException(SandboxFault.Reported, "the codec says: " + complaints.Split('\n')[0]);
            }

            var info = codec.Classes.Call(type, self, "getFrameInfo");
            var (width, height, components, bits) = (
                codec.Classes.Get(value, info, "width"),
                codec.Classes.Get(value, info, "height"),
                codec.Classes.Get(value, info, "componentCount"),
                codec.Classes.Get(value, info, "bitsPerSample"));
            codec.Classes.Free(value, info);
            if (width != description.Columns || height != description.Rows
                || components != description.SamplesPerPixel || bits != stream.Precision)
            {
                throw new SandboxException(
                    SandboxFault.Refused, $"the codec decoded {height} x {width} x {components} of {bits} bits");
            }
        }
    }
}
