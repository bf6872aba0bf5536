using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Xunit;

namespace Defacer.Imaging.Tests.Morphology;

public class SmoothingTests
{
    private static readonly GridShape s_shape = new(41, 41, 21, 1, 1, 2);

    [Fact]
    public void Gaussian_Impulse_HasTheWidthInMmOnEveryAxis()
    {
        var values = new float[s_shape.VoxelCount];
        values[s_shape.Index(20, 20, 10)] = 1;
        var smooth = Smoothing.Gaussian(values, s_shape, 3, CancellationToken.None);
        var atSixColumns = smooth[s_shape.Index(26, 20, 10)];
        var atThreeSlices = smooth[s_shape.Index(20, 20, 13)];
        Assert.Equal(1, smooth.Sum(), 1e-3);
        Assert.Equal(1, atSixColumns / atThreeSlices, 1e-3);
        Assert.Equal(Math.Exp(-2), atSixColumns / smooth[s_shape.Index(20, 20, 10)], 1e-3);
    }

    [Fact]
    public void BothFilters_ConstantValues_AreLeftConstantUpToTheBorder()
    {
        var values = Enumerable.Repeat(7f, s_shape.VoxelCount).ToArray();
        Assert.All(Smoothing.Gaussian(values, s_shape, 2, CancellationToken.None), v => Assert.Equal(7, v, 1e-4));
        Assert.All(Smoothing.Box(values, s_shape, 6, CancellationToken.None), v => Assert.Equal(7, v, 1e-4));
    }

    [Fact]
    public void Box_Impulse_IsSpreadOverTheBox()
    {
        var values = new float[s_shape.VoxelCount];
        values[s_shape.Index(20, 20, 10)] = 75;
        var smooth = Smoothing.Box(values, s_shape, 5.9, CancellationToken.None);
        Assert.Equal(1, smooth[s_shape.Index(22, 18, 11)], 1e-3);
        Assert.Equal(0, smooth[s_shape.Index(23, 20, 10)], 1e-5);
        Assert.Equal(0, smooth[s_shape.Index(20, 20, 12)], 1e-5);
    }
}
