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
        var scene = HeadScene.Prepare(volume, cancellationToken);
        var evidence = HeadJudge.Judge(scene, volume.Modality);
        if (evidence.Verdict != HeadVerdict.Head)
        {
            return new DefaceFinding(evidence, null, null);
        }

        var cut = new HeadCutter(scene.Fit!, scene.Body, scene.Grid, margins.ExtraMm).Cut();
        return Finding(evidence, cut, volume, cancellationToken);
    }

    /// <summary>The cut on the grid of the volume, less the brain: a thick voxel that both touch stays.</summary>
    internal static DefaceFinding Finding(HeadEvidence evidence, HeadCut cut, Volume volume, CancellationToken cancellationToken)
    {
        var mask = cut.OnGrid(volume.Geometry, cancellationToken);
        var brain = TemplateBrain.OnGrid(cut.Pose, volume.Geometry, cancellationToken);
        TemplateBrain.Keep(mask, brain);
        return new DefaceFinding(evidence, mask, brain);
    }
}
