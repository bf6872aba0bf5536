using Defacer.Imaging.Morphology;
using Xunit;

namespace Defacer.Imaging.Tests.Morphology;

public class OrderStatisticsTests
{
    public static TheoryData<string, float[]> Orders { get; } = new()
    {
        { "one", [3] },
        { "equal", [2, 2, 2, 2, 2] },
        { "rising", [.. Enumerable.Range(0, 1000).Select(i => (float)i)] },
        { "falling", [.. Enumerable.Range(0, 1000).Select(i => (float)-i)] },
        { "few values", [.. Enumerable.Range(0, 1000).Select(i => (float)(i * 7919 % 5))] },
        { "mixed", [.. Enumerable.Range(0, 1000).Select(i => (float)(i * 7919 % 997))] },
        { "signs", [.. Enumerable.Range(0, 1000).Select(i => ((i * 7919 % 997) - 500) / 7f)] },
        { "infinities", [float.PositiveInfinity, 1, float.NegativeInfinity, 0, float.PositiveInfinity] },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void Select_EveryIndex_GivesTheSortedValue(string order, float[] values)
    {
        var sorted = values.Order().ToArray();
        for (var i = 0; i < values.Length; i += Math.Max(1, values.Length / 50))
        {
            Assert.True(sorted[i] == OrderStatistics.Select((float[])values.Clone(), i), order);
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Sort_Values_PutsThemInOrder(string order, float[] values)
    {
        var sorted = (float[])values.Clone();
        OrderStatistics.Sort(sorted);
        Assert.True(values.Order().SequenceEqual(sorted), order);
    }
}
