using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods.Head;

/// <summary>What the shape of a head alone says: whether it is one, where to cut it, and where it has brain.</summary>
/// <param name="Scene">The head on its grid.</param>
/// <param name="Evidence">The verdict.</param>
/// <param name="Cut">The cut; null unless a face is in view.</param>
/// <param name="Brain">Where half of all heads have brain, on the grid of the volume; null where there is no cut.</param>
internal sealed record HeadShape(HeadScene Scene, HeadEvidence Evidence, HeadCut? Cut, MaskVolume? Brain)
{
    internal static HeadShape Of(HeadScene scene, Volume volume, DefaceMargins margins, CancellationToken cancellationToken)
    {
        var evidence = HeadJudge.Judge(scene, volume.Modality);
        if (evidence.Verdict != HeadVerdict.Head)
        {
            return new HeadShape(scene, evidence, null, null);
        }

        var cut = new HeadCutter(scene.Fit!, scene.Body, scene.Grid, margins.ExtraMm).Cut();
        return new HeadShape(scene, evidence, cut, TemplateBrain.OnGrid(cut.Pose, volume.Geometry, cancellationToken));
    }
}
