using Defacer.Deface.Methods.Head;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods;

/// <summary>
/// From the head's surface alone: the mean head is laid over the skin; below the brows everything in front of a smooth
/// surface under the face goes, and both ears, outward to the border of the field of view.
/// </summary>
public sealed class DepthMask : IDefaceMethod
{
    /// <inheritdoc/>
    public string Name => "depth-mask";

    /// <inheritdoc/>
    public DefaceFinding Find(Volume volume, DefaceMargins margins, CancellationToken cancellationToken)
    {
        var shape = HeadShape.Of(HeadScene.Prepare(volume, cancellationToken), volume, margins, cancellationToken);
        return shape.Cut is { } cut ? Finding(shape.Evidence, cut, shape.Brain!, cancellationToken) : new DefaceFinding(shape.Evidence, null, null);
    }

    /// <summary>The cut on the grid of the volume, less the brain: a thick voxel that both touch stays.</summary>
    internal static DefaceFinding Finding(HeadEvidence evidence, HeadCut cut, MaskVolume brain, CancellationToken cancellationToken)
    {
        var mask = cut.OnGrid(brain.Geometry, cancellationToken);
        TemplateBrain.Keep(mask, brain);
        return new DefaceFinding(evidence, mask, brain);
    }
}
