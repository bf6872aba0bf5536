using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Pixels;

public sealed class JpegLosslessTests
{
    private const int Rows = 9;
    private const int Columns = 11;

    public static TheoryData<int, int, int, int> Variants()
    {
        var data = new TheoryData<int, int, int, int>();
        for (var predictor = 1; predictor <= 7; predictor++)
        {
            data.Add(predictor, 2, 0, 0);
            data.Add(predictor, 8, 0, 2);
            data.Add(predictor, 12, 3, 0);
            data.Add(predictor, 16, 0, 1);
            data.Add(predictor, 16, 5, 3);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void ReadFrame_Grey_GivesTheSamples(int predictor, int precision, int pointTransform, int restartLines)
    {
        var samples = Noise(precision, 1);
        var encoded = new JpegLosslessEncoder
        {
            Rows = Rows,
            Columns = Columns,
            Precision = precision,
            Predictor = predictor,
            PointTransform = pointTransform,
            RestartLines = restartLines,
        }.Encode(samples);

        var bytes = Image(encoded).Read();

        Assert.Equal(samples.Select(s => s >> pointTransform << pointTransform), Words(bytes));
    }

    [Theory]
    [InlineData(true, 8)]
    [InlineData(false, 8)]
    [InlineData(true, 16)]
    [InlineData(false, 16)]
    public void ReadFrame_Colour_IsByPixel(bool interleaved, int bits)
    {
        int[][] components = [Noise(bits, 1), Noise(bits, 2), Noise(bits, 3)];
        var encoded = new JpegLosslessEncoder
        {
            Rows = Rows,
            Columns = Columns,
            Precision = bits,
            Predictor = 6,
            RestartLines = 4,
            IsInterleaved = interleaved,
        }.Encode(components);

        var bytes = (Image(encoded) with { Samples = 3, Bits = bits }).Read();

        var expected = Enumerable.Range(0, Rows * Columns).SelectMany(i => components.Select(c => c[i]));
        Assert.Equal(expected, bits == 16 ? Words(bytes) : bytes.Select(b => (int)b));
    }

    // Samples/JpegLossless: made by DCMTK, see its README.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void ReadFrame_SampleOfAnotherEncoder_GivesTheFormulaBehindIt(int predictor)
    {
        var samples = Path.Combine(SharedData.RepositoryRoot, "tests", "Defacer.Dicom.Tests", "Samples", "JpegLossless");
        var file = DicomFile.Open(Path.Combine(samples, $"predictor-{predictor}.dcm"));
        var reader = new PixelDataReader(file.Dataset, file.TransferSyntax);
        var bytes = new byte[reader.Description.FrameBytes];
        reader.ReadFrame(0, bytes, CancellationToken.None);

        var expected = from y in Enumerable.Range(0, 20) from x in Enumerable.Range(0, 24) select SampleFormula(x, y);
        Assert.Equal(expected, Words(bytes));
    }

    [Fact]
    public void ReadFrame_EveryCutAndEveryFlippedByte_GivesResultOrFormatError()
    {
        var encoded = Encode(predictor: 7, restartLines: 2);
        for (var i = 0; i < encoded.Length; i++)
        {
            TryRead(encoded[..i]);
            byte[] replacements = [0, 0xFF, 0x7F, (byte)(encoded[i] ^ 1), (byte)(encoded[i] ^ 0x10)];
            foreach (var value in replacements)
            {
                var changed = encoded.ToArray();
                changed[i] = value;
                TryRead(changed);
            }
        }
    }

    [Fact]
    public void ReadFrame_Cancelled_Stops()
    {
        var reader = Image(Encode(predictor: 1, restartLines: 0)).Open();

        Assert.Throws<OperationCanceledException>(
            () => reader.ReadFrame(0, new byte[reader.Description.FrameBytes], new CancellationToken(canceled: true)));
    }

    private static void TryRead(byte[] encoded)
    {
        try
        {
            Image(encoded).Read();
        }
        catch (DicomFormatException)
        {
            // A clean error is one of the two outcomes; any other exception fails the test.
        }
    }

    private static int SampleFormula(int x, int y) => ((x * x * 37) + (y * 911) + (x * y % 17 * 3000)) & 0xFFFF;

    private static int[] Noise(int bits, int seed)
    {
        var random = new Random(seed);
        var samples = Enumerable.Range(0, Rows * Columns).Select(_ => random.Next(1 << bits)).ToArray();

        // The widest differences: only they have the symbol 16.
        (samples[0], samples[1], samples[2]) = (0, 1 << (bits - 1), 0);
        return samples;
    }

    private static byte[] Encode(int predictor, int restartLines) => new JpegLosslessEncoder
    {
        Rows = Rows,
        Columns = Columns,
        Precision = 16,
        Predictor = predictor,
        RestartLines = restartLines,
    }.Encode(Noise(16, 1));

    private static EncapsulatedImage Image(byte[] encoded) =>
        new() { Rows = Rows, Columns = Columns, Fragments = [encoded] };

    private static IEnumerable<int> Words(byte[] bytes) => bytes.Chunk(2).Select(b => b[0] | (b[1] << 8));
}
