using Defacer.Deface.Models;

namespace Defacer.Deface.Methods;

/// <summary>The methods that there are.</summary>
public static class DefaceMethods
{
    /// <summary>The best that is installed: <c>fused</c> where there are weights, else <c>depth-mask</c>.</summary>
    public const string Auto = "auto";

    /// <summary>
    /// The method of a route or command that names none. It needs weights, which come with the program: without them it is an
    /// error at the start, never another method.
    /// </summary>
    public const string Usual = "fused";

    private static readonly IReadOnlyList<(string Name, Func<HeadNetworks, IDefaceMethod> Make)> s_withNetworks =
    [
        ("fused", networks => new Fused(networks)), ("unet", networks => new Unet(networks)),
    ];

    private static readonly IReadOnlyList<IDefaceMethod> s_geometric = [new DepthMask(), new AtlasBox()];

    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_withNetworks.Select(m => m.Name), .. s_geometric.Select(m => m.Name)];

    /// <summary>What <see cref="Auto"/> means.</summary>
    public static string Default(HeadNetworks? networks) => networks is null ? "depth-mask" : "fused";

    /// <summary>Whether the method would use networks, were they installed.</summary>
    public static bool UsesNetworks(string name) => name == Auto || s_withNetworks.Any(m => m.Name == name);

    /// <summary>The method with this name.</summary>
    /// <param name="name">One of <see cref="Names"/>, or <see cref="Auto"/>.</param>
    /// <param name="networks">Null where no weights are installed.</param>
    /// <exception cref="ArgumentException">There is no such method, or it needs weights and there are none: nothing weaker
    /// is taken in its place.</exception>
    public static IDefaceMethod Require(string name, HeadNetworks? networks)
    {
        var wanted = name == Auto ? Default(networks) : name;
        if (s_geometric.FirstOrDefault(m => m.Name == wanted) is { } method)
        {
            return method;
        }

        var (found, make) = s_withNetworks.FirstOrDefault(m => m.Name == wanted);
        if (found is null)
        {
            throw new ArgumentException($"There is no method '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
        }

        return networks is null
            ? throw new ArgumentException($"The method '{name}' needs weights, and none are installed in '{HeadNetworks.DefaultFolder}'.", nameof(name))
            : make(networks);
    }
}
