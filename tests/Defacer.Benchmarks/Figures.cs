using System.Globalization;

namespace Defacer.Benchmarks;

/// <summary>Medians with their range, and the load beside them.</summary>
internal static class Figures
{
    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    internal static string Show(IEnumerable<double> values, string format)
    {
        var sorted = values.Order().ToList();
        string Text(double v) => v.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(sorted[sorted.Count / 2])} [{Text(sorted[0])}..{Text(sorted[^1])}]";
    }

    /// <summary>The load average of the last minute; other work on the machine widens every range.</summary>
    internal static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
}
