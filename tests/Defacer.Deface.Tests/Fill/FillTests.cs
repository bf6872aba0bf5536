using Defacer.Deface.Fill;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;
using Xunit;

namespace Defacer.Deface.Tests.Fill;

public class FillTests
{
    [Theory]
    [InlineData("auto", "CT", -1000)]
    [InlineData("auto", "PT", 0)]
    [InlineData("zero", "CT", -1000)]
    [InlineData("zero", "MR", 0)]
    public void Prepare_ConstantFills_GiveTheModalitysNothing(string name, string modality, double expected)
    {
        var (volume, mask) = Make(modality);
        var values = Fills.Find(name)!.Prepare(volume, mask, 1);
        Assert.Equal(expected, values.At(0));
        Assert.Equal(expected, values.At(12_345));
    }

    [Fact]
    public void Prepare_AirNoise_LooksLikeAirAndRepeatsWithItsSeed()
    {
        var (volume, mask) = Make("MR");
        var (one, again, other) = (Noise(1), Noise(1), Noise(2));
        Assert.Equal(one, again);
        Assert.NotEqual(one, other);
        Assert.InRange(one.Average(), 9, 11);
        Assert.True(one.Max() < 40);
        Assert.Equal(5, one.Distinct().Count());

        double[] Noise(ulong seed)
        {
            var values = Fills.Find("auto")!.Prepare(volume, mask, seed);
            return [.. Enumerable.Range(0, 4000).Select(values.At)];
        }
    }

    [Fact]
    public void Find_UnknownName_IsNull() => Assert.Null(Fills.Find("nothing"));

    // Half air with noise about 10, half tissue at 500.
    private static (Volume Volume, MaskVolume Mask) Make(string modality)
    {
        var random = new Random(7);
        var geometry = new VolumeGeometry(
            30, 30, new Vector3(1, 0, 0), new Vector3(0, 1, 0), [.. Enumerable.Range(0, 30).Select(k => new Vector3(0, 0, k))]);
        var voxels = new float[geometry.VoxelCount];
        for (var i = 0; i < voxels.Length; i++)
        {
            voxels[i] = i < voxels.Length / 2 ? 8 + random.Next(5) : 480 + random.Next(40);
        }

        return (new Volume(geometry, voxels, modality), new MaskVolume(geometry));
    }
}
