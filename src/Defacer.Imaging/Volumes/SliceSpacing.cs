using System.Globalization;
using Defacer.Imaging.Geometry;

namespace Defacer.Imaging.Volumes;

/// <summary>
/// Tells missing slices from slices that are unevenly spaced by intention.
/// <para>
/// A step is a gap when the instance numbers, which otherwise run evenly along the stack, jump there, and it is at
/// least
/// 1.6 times the smaller of the steps beside it. Whatever the numbers say, a step of at least 1.6 times the median is a
/// gap when it interrupts an even pattern alone: at least 80 % of the steps are within 10 % of the median, such steps
/// are at most one in ten, and the steps beside it are regular.
/// Everything else is uneven spacing as acquired (a thin and a thick range of a CT, an overlap where they meet): the
/// true positions are kept. Slices missing at an end leave no trace in positions and are not found here.
/// </para>
/// </summary>
internal static class SliceSpacing
{
    private const double SuspectFactor = 1.6;
    private const double RegularTolerance = 0.1;
    private const double EvenShare = 0.8;

    // Below this angle the shear over a head is less than a voxel.
    private const double TiltDegrees = 1;

    /// <summary>Indices of the slices after which slices are missing.</summary>
    /// <param name="heights">Along the normal, rising, mm.</param>
    /// <param name="numbers">
    /// Instance number, or place in the multi-frame order, of each slice; null where unknown.
    /// </param>
    internal static IReadOnlyList<int> FindGaps(IReadOnlyList<double> heights, IReadOnlyList<int?> numbers)
    {
        var steps = Steps(heights);
        if (steps.Length < 2)
        {
            return [];
        }

        var median = Median(steps);
        var suspects = Enumerable.Range(0, steps.Length).Where(i => steps[i] >= SuspectFactor * median).ToList();
        var even = steps.Count(s => IsRegular(s, median)) >= EvenShare * steps.Length
            && suspects.Count <= Math.Max(1, steps.Length / 10);
        var jumps = NumberJumps(numbers);
        return [.. Enumerable.Range(0, steps.Length).Where(i =>
            (jumps[i] && steps[i] >= SuspectFactor * SmallerNeighbour(steps, i))
            || (even && suspects.Contains(i) && IsAlone(steps, i, median)))];
    }

    /// <summary>What is unusual about a stack's geometry, in words.</summary>
    internal static IReadOnlyList<string> Warnings(VolumeGeometry geometry)
    {
        var warnings = new List<string>();
        if (geometry.Slices < 2)
        {
            return warnings;
        }

        if (!geometry.IsEvenlySpaced)
        {
            var steps = Steps(geometry.Heights);
            warnings.Add(Text(
                $"Slices are unevenly spaced, {steps.Min():0.##} to {steps.Max():0.##} mm; true positions are used."));
        }

        var run = geometry.SliceOrigins[^1] - geometry.SliceOrigins[0];
        var tilt = Math.Acos(Math.Clamp(run.Normalized.Dot(geometry.Normal), -1, 1)) * 180 / Math.PI;
        if (tilt > TiltDegrees)
        {
            warnings.Add(Text($"Slices are sheared by {tilt:0.#} degrees (gantry tilt); true positions are used."));
        }

        return warnings;
    }

    private static double[] Steps(IReadOnlyList<double> heights) => [.. heights.Zip(heights.Skip(1), (a, b) => b - a)];

    private static double Median(double[] steps) => steps.Order().ElementAt((steps.Length - 1) / 2);

    private static bool IsRegular(double step, double median) => Math.Abs(step - median) <= RegularTolerance * median;

    private static double SmallerNeighbour(double[] steps, int index) =>
        Math.Min(
            index > 0 ? steps[index - 1] : double.MaxValue,
            index < steps.Length - 1 ? steps[index + 1] : double.MaxValue);

    private static bool IsAlone(double[] steps, int index, double median) =>
        (index == 0 || IsRegular(steps[index - 1], median))
        && (index == steps.Length - 1 || IsRegular(steps[index + 1], median));

    // True where numbers that otherwise run by a constant difference leave some out.
    private static bool[] NumberJumps(IReadOnlyList<int?> numbers)
    {
        var jumps = new bool[numbers.Count - 1];
        if (numbers.Any(n => n is null))
        {
            return jumps;
        }

        var differences = numbers.Zip(numbers.Skip(1), (a, b) => Math.Abs((long)b!.Value - a!.Value)).ToArray();
        var usual = differences.Order().ElementAt((differences.Length - 1) / 2);
        if (usual == 0 || differences.Count(d => d == usual) < EvenShare * differences.Length)
        {
            return jumps;
        }

        for (var i = 0; i < jumps.Length; i++)
        {
            jumps[i] = differences[i] >= SuspectFactor * usual;
        }

        return jumps;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
