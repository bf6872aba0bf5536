using Defacer.Dicom.Pixels;
using Defacer.Dicom.Pixels.Sandbox;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels.Sandbox;

/// <summary>Instances serve image after image, and none serves another after a fault.</summary>
public sealed class SandboxedCodecTests
{
    private static readonly PixelDescription s_large = Image(1024, 1024);

    [Fact]
    public void Run_ImageAfterImage_UsesOneInstance()
    {
        var codec = new SandboxedCodec(CodecTable.CharLS);
        var seen = new HashSet<CodecInstance>();
        for (var i = 0; i < 3; i++)
        {
            codec.Run(new SandboxLimits(), seen, static (c, all) => all.Add(c), CancellationToken.None);
        }

        Assert.Equal((1, 1), (seen.Count, codec.IdleCount));
    }

    [Fact]
    public void Run_AfterAFault_DropsTheInstance()
    {
        var codec = new SandboxedCodec(CodecTable.CharLS);
        codec.Run(new SandboxLimits(), 0, static (_, _) => { }, CancellationToken.None);

        var e = Assert.Throws<SandboxException>(() => codec.Run(
            new SandboxLimits(), 0, static (c, _) => Decode(c, "JpegLSDecoder", [0xFF, 0xD8, 1, 2]), CancellationToken.None));

        Assert.Equal((SandboxFault.Reported, 0), (e.Fault, codec.IdleCount));
        codec.Run(new SandboxLimits(), 0, static (_, _) => { }, CancellationToken.None);
        Assert.Equal(1, codec.IdleCount);
    }

    [Fact]
    public void Run_LongerThanTheDeadline_IsStopped()
    {
        var codec = new SandboxedCodec(CodecTable.OpenJPEG);
        var encoded = new Jpeg2000Encoder(highThroughput: false).Encode(Noise(s_large), s_large, CancellationToken.None);

        var e = Assert.Throws<SandboxException>(() => codec.Run(
            new SandboxLimits { Deadline = TimeSpan.Zero },
            encoded,
            static (c, bytes) =>
            {
                while (true)
                {
                    Decode(c, "J2KDecoder", bytes);
                }
            },
            CancellationToken.None));

        Assert.Equal((SandboxFault.Deadline, 0), (e.Fault, codec.IdleCount));
    }

    [Fact]
    public void Run_MoreMemoryThanAllowed_Fails()
    {
        var codec = new SandboxedCodec(CodecTable.OpenJPEG);
        var encoded = new Jpeg2000Encoder(highThroughput: false).Encode(Noise(s_large), s_large, CancellationToken.None);

        // Little above what the module starts with: its heap must grow for an image of a million samples of 4 bytes.
        var limits = new SandboxLimits { MemoryBytes = SandboxLimits.StartBytes + (1 << 20) };
        var most = new long[1];
        Assert.Throws<SandboxException>(() => codec.Run(
            limits,
            (encoded, most),
            static (c, work) =>
            {
                for (var i = 0; i < 40; i++)
                {
                    // Each keeps its image until the decoder is destroyed.
                    Decode(c, "J2KDecoder", work.encoded, keep: true);
                    work.most[0] = c.MemoryBytes;
                }
            },
            CancellationToken.None));

        Assert.InRange(most[0], 0, limits.MemoryBytes);
        Assert.Equal(0, codec.IdleCount);
    }

    [Fact]
    public void Run_Cancelled_StopsWithinTheImage()
    {
        using var cancellation = new CancellationTokenSource();
        var codec = new SandboxedCodec(CodecTable.CharLS);
        codec.Run(new SandboxLimits(), 0, static (_, _) => { }, CancellationToken.None);
        var encoded = new JpegLs().Encode(Noise(s_large), s_large, CancellationToken.None);
        cancellation.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => codec.Run(
            new SandboxLimits(),
            encoded,
            static (c, bytes) =>
            {
                while (true)
                {
                    Decode(c, "JpegLSDecoder", bytes);
                }
            },
            cancellation.Token));

        Assert.Equal(0, codec.IdleCount);
    }

    private static void Decode(CodecInstance codec, string type, byte[] encoded, bool keep = false)
    {
        var self = codec.Classes.Construct(type);
        encoded.CopyTo(codec.View(codec.Classes.Call(type, self, "getEncodedBuffer", encoded.Length)));
        codec.Classes.Call(type, self, "decode");
        if (!keep)
        {
            codec.Classes.Destroy(type, self);
        }
    }

    private static PixelDescription Image(int rows, int columns) => new()
    {
        Rows = rows,
        Columns = columns,
        BitsAllocated = 16,
        BitsStored = 12,
        HighBit = 11,
        PhotometricInterpretation = "MONOCHROME2",
    };

    private static byte[] Noise(PixelDescription description)
    {
        var random = new Random(5);
        var frame = new byte[description.FrameBytes];
        for (var i = 0; i < frame.Length; i += 2)
        {
            frame[i] = (byte)random.Next(64);
            frame[i + 1] = (byte)((i >> 8) & 15);
        }

        return frame;
    }
}
