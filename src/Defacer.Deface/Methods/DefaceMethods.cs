namespace Defacer.Deface.Methods;

/// <summary>The methods that there are.</summary>
public static class DefaceMethods
{
    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<IDefaceMethod> All { get; } = [new DepthMask(), new AtlasBox()];

    /// <summary>The method with this name, or null.</summary>
    public static IDefaceMethod? Find(string name) => All.FirstOrDefault(m => m.Name == name);
}
