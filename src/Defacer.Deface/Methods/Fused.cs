using Defacer.Deface.Methods.Head;
using Defacer.Deface.Models;
using Defacer.Imaging;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods;

/// <summary>
/// Network and geometry together: what either calls face or ear goes, as far as the two agree that it is a head and where
/// it is; where the network's finding cannot be, geometry stands alone; where geometry finds no head and the network is
/// sure of one, nobody decides and the series is parked.
/// </summary>
/// <param name="networks">The networks of this project.</param>
public sealed class Fused(HeadNetworks networks) : IDefaceMethod
{
    /// <inheritdoc/>
    public string Name => "fused";

    /// <inheritdoc/>
    public DefaceFinding Find(Volume volume, DefaceMargins margins, CancellationToken cancellationToken)
    {
        var (shape, network) = HeadScene.Prepare(
            volume,
            scene => HeadShape.Of(scene, volume, margins, cancellationToken),
            (values, grid) => networks.Find(values, grid, volume.Modality, cancellationToken),
            cancellationToken);
        var agreement = NetworkAgreement.Of(shape.Scene, network);
        var evidence = new HeadEvidence(agreement.Verdict(shape.Evidence.Verdict), [.. shape.Evidence.Figures, .. agreement.Figures]);
        if (evidence.Verdict != HeadVerdict.Head || shape.Cut is not { } cut)
        {
            return new DefaceFinding(evidence, null, null);
        }

        if (!agreement.IsPlausible)
        {
            return DepthMask.Finding(evidence, cut, shape.Brain!, cancellationToken);
        }

        var distance = shape.Scene.Fit!.Surface.Distance;
        var (guard, blocked, united) = (default(BrainGuard), 0.0, cut);
        SideBySide.Do(
            cancellationToken,
            () =>
            {
                guard = BrainGuard.Of(network.Cells!, distance, cancellationToken);
                blocked = guard?.BlockedShare(cut, distance) ?? 0;
            },
            () => united = Unite(cut, new NetworkCut(network.Cells!, cut.Pose, margins.ExtraMm), cut.Pose, margins.ExtraMm));
        var isGuarding = guard is not null && blocked <= NetworkAgreement.MostBlocked;
        evidence = evidence with
        {
            Figures = [.. evidence.Figures, new EvidenceFigure("network-brain-blocks", blocked, NetworkAgreement.MostBlocked, isGuarding, string.Empty)],
        };
        if (!isGuarding)
        {
            // Without a brain that both believe in, the network's deeper cut has nothing to stop it: geometry decides.
            return DepthMask.Finding(evidence, cut, shape.Brain!, cancellationToken);
        }

        var finding = DepthMask.Finding(evidence, united, shape.Brain!, cancellationToken);
        guard!.Apply(finding.Mask!, finding.Protected!, cancellationToken);
        return finding;
    }

    // The deeper of the two cuts of the face, the farther inward of each ear; never into where heads have brain.
    private static HeadCut Unite(HeadCut cut, NetworkCut network, HeadPose pose, double extraMm)
    {
        var s = pose.Scale;
        var (face, seen) = (cut.Face, network.Face(cut.Face));
        var values = (float[])face.Values.Clone();
        var top = (FaceRegion.BrowZ * s.Z) + extraMm + NetworkAgreement.AboveBrowMm;
        for (var at = 0; at < values.Length; at++)
        {
            var (u, v) = (face.U(at % face.Columns), face.V(at / face.Columns));
            if (float.IsNaN(seen.Values[at]) || v > top)
            {
                continue;
            }

            var most = Math.Min(HeadCutter.BrainFront(pose, u, v), (FaceRegion.SideY * s.Y) + extraMm);
            var deeper = (float)Math.Min(seen.Values[at], most);
            values[at] = float.IsNaN(values[at]) ? deeper : Math.Max(values[at], deeper);
        }

        return new HeadCut(pose, face.With(values), Ear(cut.Right, -1), Ear(cut.Left, 1));

        DepthMap Ear(DepthMap own, int side)
        {
            var theirs = network.Ear(own, side);
            var ear = (float[])own.Values.Clone();
            for (var at = 0; at < ear.Length; at++)
            {
                if (!float.IsPositiveInfinity(theirs.Values[at]))
                {
                    var least = HeadCutter.BrainSide(pose, side, own.U(at % own.Columns), own.V(at / own.Columns));
                    var farther = (float)Math.Max(theirs.Values[at], least);
                    ear[at] = float.IsNaN(ear[at]) ? farther : Math.Min(ear[at], farther);
                }
            }

            return own.With(ear);
        }
    }
}
