using Defacer.Deface.Methods.Head;
using Defacer.Deface.Models;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods;

/// <summary>
/// The network alone, along the patient's axes: for comparison, and for heads to which no mean head fits. The face goes
/// forward, each ear sideways, to the border of the field of view.
/// </summary>
/// <param name="networks">The networks of this project.</param>
public sealed class Unet(HeadNetworks networks) : IDefaceMethod
{
    // Limits for calling it a head without geometry: higher than where geometry has a say.
    private const double LeastPresence = 0.8, LeastFaceMl = 20, LeastBrainMl = 150;

    // The maps reach so far from the middle of the face, mm.
    private const double HalfWidthMm = 95, HalfHeightMm = 120, StepMm = 2;

    /// <inheritdoc/>
    public string Name => "unet";

    /// <inheritdoc/>
    public DefaceFinding Find(Volume volume, DefaceMargins margins, CancellationToken cancellationToken)
    {
        var (scene, network) = HeadScene.Prepare(
            volume, scene => scene, (values, grid) => networks.Find(values, grid, volume.Modality, cancellationToken), cancellationToken);
        var (face, brain) = network.Cells is { } found
            ? (found.Ml(HeadClass.Face) + found.Ml(HeadClass.Eyes), found.Ml(HeadClass.Brain))
            : (0, 0);
        var evidence = new HeadEvidence(Verdict(network.Presence, face, brain), [
            new("network-presence", network.Presence, LeastPresence, network.Presence >= LeastPresence, string.Empty),
            new("network-face", face, LeastFaceMl, face >= LeastFaceMl, "ml"),
            new("network-brain", brain, LeastBrainMl, brain >= LeastBrainMl, "ml"),
        ]);
        if (evidence.Verdict != HeadVerdict.Head || scene.Fit is not { } fit)
        {
            return new DefaceFinding(evidence, null, null);
        }

        var cells = network.Cells!;
        var pose = new HeadPose([.. Middle(cells), 0, 0, 0, 0, 0, 0]);
        var net = new NetworkCut(cells, pose, margins.ExtraMm);
        DepthMap front = new((int)HalfWidthMm + 1, (int)HalfHeightMm + 1, -HalfWidthMm, -HalfHeightMm, StepMm);
        DepthMap side = new((int)HalfHeightMm + 1, (int)HalfHeightMm + 1, -HalfHeightMm, -HalfHeightMm, StepMm);
        var mask = new HeadCut(pose, net.Face(front), net.Ear(side, -1), net.Ear(side, 1)).OnGrid(volume.Geometry, cancellationToken);
        var kept = new MaskVolume(volume.Geometry);
        BrainGuard.Of(cells, fit.Surface.Distance, cancellationToken)?.Apply(mask, kept, cancellationToken);
        return new DefaceFinding(evidence, mask, kept);
    }

    private static HeadVerdict Verdict(double presence, double faceMl, double brainMl) => presence switch
    {
        >= LeastPresence when faceMl >= LeastFaceMl && brainMl >= LeastBrainMl => HeadVerdict.Head,
        < 1 - LeastPresence when faceMl < LeastFaceMl => HeadVerdict.NotAHead,
        _ => HeadVerdict.Undecided,
    };

    // Of all that is head: the axes go through it, so that ears lie to both sides.
    private static double[] Middle(NetworkCells cells)
    {
        var (x, y, z, count) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < cells.Classes.Length; i++)
        {
            if (cells.Classes[i] is HeadClass.Brain or HeadClass.Face)
            {
                var (line, column) = Math.DivRem(i, cells.Size);
                (x, y, z, count) = (x + column, y + (line % cells.Size), z + (line / cells.Size), count + 1);
            }
        }

        var p = cells.ToPatient(0, 0, 0) + (new Vector3(x / count, y / count, z / count) * cells.SpacingMm);
        return [p.X, p.Y, p.Z];
    }
}
