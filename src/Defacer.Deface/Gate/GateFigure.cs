namespace Defacer.Deface.Gate;

/// <summary>One figure of the quality gate. A figure that cannot be computed is a failed one.</summary>
/// <param name="Name">The check.</param>
/// <param name="Value">What was measured; null when it could not be.</param>
/// <param name="Threshold">The limit it was held against.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Unit">The unit; empty for a ratio.</param>
public sealed record GateFigure(string Name, double? Value, double Threshold, bool Passed, string Unit)
{
    /// <summary>A figure that must be the threshold or less.</summary>
    public static GateFigure AtMost(string name, double value, double threshold, string unit = "") =>
        new(name, value, threshold, value <= threshold, unit);

    /// <summary>A figure that must be the threshold or more.</summary>
    public static GateFigure AtLeast(string name, double value, double threshold, string unit = "") =>
        new(name, value, threshold, value >= threshold, unit);

    /// <summary>A figure that could not be computed.</summary>
    public static GateFigure Failed(string name, double threshold, string unit = "") => new(name, null, threshold, false, unit);
}
