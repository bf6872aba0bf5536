using System.Globalization;
using Defacer.Imaging.Volumes;
using Xunit;
using static Defacer.Imaging.Tests.Volumes.SyntheticSlices;

namespace Defacer.Imaging.Tests.Volumes;

/// <summary>A hole is told from spacing that is uneven by intention.</summary>
public sealed class SliceSpacingTests
{
    [Theory]
    [InlineData("a slice missing, numbers tell", "0 4 8 12 20 24 28", "1 2 3 4 6 7 8", true)]
    [InlineData("a slice missing, renumbered", "0 4 8 12 20 24 28", "1 2 3 4 5 6 7", true)]
    [InlineData("a slice missing, no numbers", "0 4 8 12 20 24 28", "1 1 1 1 1 1 1", true)]
    [InlineData("a block missing", "0 4 8 12 16 100 104 108", "1 2 3 4 5 26 27 28", true)]
    [InlineData("second slice missing", "0 8 12 16 20 24", "1 3 4 5 6 7", true)]
    [InlineData("every third kept", "0 12 24 36 48 60", "1 4 7 10 13 16", false)]
    [InlineData("thin, then thick", "0 4 8 12 16 24 32 40", "1 2 3 4 5 6 7 8", false)]
    [InlineData("thin, overlap, thick", "0 4 8 12 13 20 27 34", "1 2 3 4 5 6 7 8", false)]
    [InlineData("thin, thick with one missing", "0 4 8 12 16 24 40 48", "1 2 3 4 5 6 8 9", true)]
    [InlineData("numbers run down", "0 3 6 9 15 18", "60 59 58 57 55 54", true)]
    [InlineData("numbers interleaved", "0 3 6 9 12 15", "1 4 2 5 3 6", false)]
    [InlineData("wobble", "0 6.95 14 21.02 27.99", "1 2 3 4 5", false)]
    [InlineData("numbers jump, positions do not", "0 3 6 9 12 15", "1 2 3 7 8 9", false)]
    [InlineData("two slices", "0 30", "1 9", false)]
    public void Build_Spacing_IsGapOrNot(string what, string heights, string numbers, bool isGap)
    {
        var slices = heights.Split(' ').Zip(numbers.Split(' '), (z, n) => Slice(
            double.Parse(z, CultureInfo.InvariantCulture), int.Parse(n, CultureInfo.InvariantCulture)));

        var volumes = SeriesVolumes.Build([.. slices]);

        Assert.True(isGap == volumes.Problems.Any(p => p.Cause == SeriesCause.Gap), what);
        Assert.True(isGap == (volumes.Stacks.Count == 0), what);
    }
}
