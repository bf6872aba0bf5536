using Defacer.Imaging.Morphology;
using Xunit;

namespace Defacer.Imaging.Tests.Morphology;

public class IntensityStatisticsTests
{
    [Fact]
    public void Otsu_TwoClassesWithSpikes_PartsThem()
    {
        var values = TwoClasses(100, 10, 600, 60);
        values[0] = values[1] = 1e6f;
        Assert.InRange(IntensityStatistics.Otsu(values), 150, 480);
    }

    [Fact]
    public void Background_RayleighAir_GivesModeAndSpread()
    {
        var random = new Random(1);
        var values = TwoClasses(0, 0, 600, 60);
        for (var i = 0; i < values.Length / 2; i++)
        {
            values[i] = (float)(20 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())));
        }

        var air = IntensityStatistics.Background(values);
        Assert.InRange(air.Mode, 15, 25);
        Assert.InRange(air.Spread, 10, 17);
        Assert.InRange(air.Above(4), 60, 95);
    }

    [Fact]
    public void Background_CtAir_IsFoundDespiteTheWideRange()
    {
        var values = TwoClasses(-1000, 8, 40, 60);
        values[7] = 3000;
        var air = IntensityStatistics.Background(values);
        Assert.InRange(air.Mode, -1008, -992);
        Assert.InRange(air.Spread, 4, 14);
    }

    [Fact]
    public void Background_MaskedAir_SaysSo()
    {
        var values = TwoClasses(0, 0, 600, 60);
        var air = IntensityStatistics.Background(values);
        Assert.InRange(air.ShareAtLowest, 0.49, 0.51);
        Assert.InRange(air.Above(4), 0, 300);
    }

    [Fact]
    public void Otsu_NothingFinite_IsNaN() => Assert.True(double.IsNaN(IntensityStatistics.Otsu([float.NaN])));

    [Fact]
    public void Quantile_OfARamp_IsTheShare()
    {
        var ramp = Enumerable.Range(0, 1001).Select(i => (float)i).ToArray();
        Assert.Equal(250, Histogram.Full(ramp, 100).Quantile(0.25), 10.0);
        Assert.Equal(990, Histogram.Full(ramp, 100).Quantile(0.99), 10.0);
    }

    private static float[] TwoClasses(double meanA, double deviationA, double meanB, double deviationB)
    {
        var random = new Random(2);
        var values = new float[20000];
        for (var i = 0; i < values.Length; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var normal = radius * Math.Cos(2 * Math.PI * random.NextDouble());
            values[i] = (float)(i < values.Length / 2 ? meanA + (deviationA * normal) : meanB + (deviationB * normal));
        }

        return values;
    }
}
