using System.Buffers.Binary;
using System.IO.Compression;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Render;
using Defacer.Imaging.Volumes;
using Xunit;

namespace Defacer.Imaging.Tests.Render;

public class RenderTests
{
    private static readonly RenderOptions s_options = new() { Size = 96, FinestMm = 2 };

    [Fact]
    public void Render_BallWithANose_ShowsTheNoseWhereEachSideSeesIt()
    {
        var scene = SurfaceScene.Prepare(AxialBall(), s_options, CancellationToken.None);
        var left = scene.Render(RenderView.Left, CancellationToken.None);
        var right = scene.Render(RenderView.Right, CancellationToken.None);
        var front = scene.Render(RenderView.Front, CancellationToken.None);
        Assert.True(LitColumns(left).First < 95 - LitColumns(left).Last, "from the left the nose is on the left");
        Assert.True(LitColumns(right).First > 95 - LitColumns(right).Last, "from the right the nose is on the right");
        Assert.InRange(LitColumns(front).First - (96 - 1 - LitColumns(front).Last), -2, 2);

        // The crest is at the top.
        Assert.True(LitRows(front).First < 96 - 1 - LitRows(front).Last);
    }

    [Fact]
    public void Render_SameBallInAnotherOrientation_GivesTheSamePicture()
    {
        var a = Left45(AxialBall());
        var b = Left45(BallWithNose(new Vector3(0, 2, 0), new Vector3(0, 0, -2), new Vector3(-2, 0, 0)));
        Assert.InRange(a.Pixels.Zip(b.Pixels).Count(p => Math.Abs(p.First - p.Second) > 12), 0, 200);
        Assert.InRange(a.Pixels.Count(p => p > 0), 2000, 6000);
    }

    [Fact]
    public void MidSlices_MaskGiven_PaintsIt()
    {
        var volume = AxialBall();
        var mask = new MaskVolume(volume.Geometry);
        mask.Labels.AsSpan().Fill(MaskVolume.Face);
        var pictures = MidSlices.Render(volume, mask, s_options, CancellationToken.None);
        Assert.Equal(3, pictures.Count);
        Assert.All(pictures, p => Assert.Equal(3, p.Channels));
        Assert.True(pictures[0].Pixels[(((48 * 96) + 48) * 3) + 0] > pictures[0].Pixels[(((48 * 96) + 48) * 3) + 1]);
    }

    [Fact]
    public void BeforeAfter_SameVolume_HasTwoEqualRows()
    {
        var volume = AxialBall();
        var sheet = HeadPictures.BeforeAfter(volume, volume, null, s_options, CancellationToken.None);
        Assert.Equal(((8 * 100) + 4, (2 * 100) + 4), (sheet.Width, sheet.Height));
        Assert.Equal(sheet.Row(50).ToArray(), sheet.Row(150).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void PngWriter_AnyPicture_IsAPngThatHoldsIt(int channels)
    {
        var random = new Random(3);
        var picture = new Raster(17, 9, channels);
        random.NextBytes(picture.Pixels);
        using var stream = new MemoryStream();
        PngWriter.Write(stream, picture);
        var bytes = stream.ToArray();
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], bytes[..8]);
        Assert.Equal(17, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)));

        // The checksum of an empty IEND chunk is the same in every PNG.
        Assert.Equal([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82], bytes[^12..]);
        Assert.Equal(picture.Pixels, Decode(bytes, 17, 9, channels));
    }

    private static byte[] Decode(byte[] png, int width, int height, int channels)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress);
        var (line, pixels) = (new byte[1 + (width * channels)], new byte[width * height * channels]);
        for (var y = 0; y < height; y++)
        {
            zlib.ReadExactly(line);
            Assert.Equal(2, line[0]);
            for (var i = 0; i < width * channels; i++)
            {
                var above = y == 0 ? 0 : pixels[((y - 1) * width * channels) + i];
                pixels[(y * width * channels) + i] = (byte)(line[i + 1] + above);
            }
        }

        return pixels;
    }

    private static (int First, int Last) LitColumns(Raster picture)
    {
        var lit = Enumerable.Range(0, picture.Width)
            .Where(x => Enumerable.Range(0, picture.Height).Any(y => picture.Row(y)[x] > 0)).ToArray();
        return (lit[0], lit[^1]);
    }

    private static (int First, int Last) LitRows(Raster picture)
    {
        var lit = Enumerable.Range(0, picture.Height).Where(y => picture.Row(y).ContainsAnyExcept((byte)0)).ToArray();
        return (lit[0], lit[^1]);
    }

    private static Raster Left45(Volume volume) => SurfaceScene.Prepare(volume, s_options, CancellationToken.None)
        .Render(RenderView.Left45, CancellationToken.None);

    private static Volume AxialBall() =>
        BallWithNose(new Vector3(2, 0, 0), new Vector3(0, 2, 0), new Vector3(0, 0, 2));

    // A ball of 30 mm with a nose at the front and a small crest at the top.
    private static Volume BallWithNose(Vector3 column, Vector3 row, Vector3 step)
    {
        var corner = (column + row + step) * -24.5;
        var origins = Enumerable.Range(0, 50).Select(k => corner + (step * k));
        var geometry = new VolumeGeometry(50, 50, column, row, [.. origins]);
        var voxels = new float[geometry.VoxelCount];
        for (var i = 0; i < voxels.Length; i++)
        {
            var p = geometry.ToPatient(i % 50, i / 50 % 50, i / 2500);
            var nose = p - new Vector3(0, -32, 0);
            var crest = p - new Vector3(0, 0, 33);
            voxels[i] = p.Length < 30 || nose.Length < 10 || crest.Length < 8 ? 40 : -1000;
        }

        return new Volume(geometry, voxels, "CT");
    }
}
