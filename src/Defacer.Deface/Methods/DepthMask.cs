using Defacer.Deface.Methods.Head;
using Defacer.Imaging.Geometry;
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

        var pose = scene.Fit!.Pose;
        var cut = new HeadCutter(pose, scene.Body, scene.Grid, margins.ExtraMm).Cut();
        return Finding(evidence, cut, volume, cancellationToken);
    }

    /// <summary>The cut on the grid of the volume, less the brain: a thick voxel that both touch stays.</summary>
    internal static DefaceFinding Finding(HeadEvidence evidence, HeadCut cut, Volume volume, CancellationToken cancellationToken)
    {
        var mask = cut.OnGrid(volume.Geometry, cancellationToken);
        var brain = BrainOf(cut.Pose, volume.Geometry, cancellationToken);
        for (var i = 0; i < mask.Labels.Length; i++)
        {
            mask.Labels[i] = brain.Labels[i] != 0 ? MaskVolume.Keep : mask.Labels[i];
        }

        return new DefaceFinding(evidence, mask, brain);
    }

    // Where half of all heads have brain: what no cut may ever touch.
    internal static MaskVolume BrainOf(HeadPose pose, VolumeGeometry geometry, CancellationToken cancellationToken)
    {
        var result = new MaskVolume(geometry);
        var brain = HeadTemplate.Mean.Brain;
        Parallel.For(0, geometry.Slices, new ParallelOptions { CancellationToken = cancellationToken }, slice =>
        {
            for (var row = 0; row < geometry.Rows; row++)
            {
                var start = geometry.ToPatient(0, row, slice);
                var at = geometry.Index(0, row, slice);
                for (var column = 0; column < geometry.Columns; column++)
                {
                    var place = pose.ToTemplate(start + (geometry.ColumnStep * column));
                    result.Labels[at + column] = brain.Contains(place) && brain.At(place) >= 0.5 ? (byte)1 : (byte)0;
                }
            }
        });
        return result;
    }
}
