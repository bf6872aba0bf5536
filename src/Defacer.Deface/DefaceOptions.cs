using Defacer.Deface.Methods;
using Defacer.Deface.Models;

namespace Defacer.Deface;

/// <summary>How a route removes faces.</summary>
public sealed record DefaceOptions
{
    /// <summary>
    /// The method of the first rung. Default <c>depth-mask</c>, which needs no <see cref="Networks"/>; routes and commands take
    /// <see cref="DefaceMethods.Usual"/>.
    /// </summary>
    public string Method { get; init; } = "depth-mask";

    /// <summary>The networks for the methods that need them; null where no weights are installed.</summary>
    public HeadNetworks? Networks { get; init; }

    /// <summary>What replaces removed voxels: <c>auto</c> (default), <c>zero</c>, <c>air-noise</c>.</summary>
    public string Fill { get; init; } = "auto";

    /// <summary>What happens to a series that shows no head. Default: parked.</summary>
    public NotAHeadPolicy NotAHead { get; init; } = NotAHeadPolicy.Park;

    /// <summary>
    /// Whether the masks are kept in the result, for pictures. Default false: they cost a byte a voxel.
    /// </summary>
    public bool Render { get; init; }

    /// <summary>Bytes that one study may use; a stack that needs more is parked. Default 4 GB.</summary>
    public long MemoryBudgetBytes { get; init; } = 4L << 30;
}

/// <summary>What happens to a series that shows no head or no face.</summary>
public enum NotAHeadPolicy
{
    /// <summary>It is parked.</summary>
    Park,

    /// <summary>It goes on with its pixels as they are; never marked as defaced.</summary>
    Pass,
}
