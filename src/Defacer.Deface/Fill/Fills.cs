namespace Defacer.Deface.Fill;

/// <summary>The fills that there are.</summary>
public static class Fills
{
    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<IFill> All { get; } = [new AutoFill(), new ZeroFill(), new AirNoiseFill()];

    /// <summary>The fill with this name, or null.</summary>
    public static IFill? Find(string name) => All.FirstOrDefault(f => f.Name == name);
}
