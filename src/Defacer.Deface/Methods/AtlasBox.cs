using Defacer.Deface.Methods.Head;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Methods;

/// <summary>
/// The last resort: blocks placed by the head's box and axes, blunt and the same for everybody. One in front of a
/// frontal
/// plane below the brows, one outward of each side.
/// </summary>
public sealed class AtlasBox : IDefaceMethod
{
    // Of the mean head: the frontal plane through the middle of the orbits, and the sagittal planes inside the ears.
    private const double FrontY = -76, BrowZ = -4, SideX = 69;

    /// <inheritdoc/>
    public string Name => "atlas-box";

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
        var extra = margins.ExtraMm;
        var s = pose.Scale;
        var face = Plane(
            -200 * s.X, 200 * s.X, (FaceRegion.ChinZ * s.Z) - extra, (BrowZ * s.Z) + extra, (u, v) => Front(u, v, s) + extra);
        var (y, z) = (FaceRegion.EarY * s.Y, FaceRegion.EarZ * s.Z);
        var ear = Plane(
            y - (FaceRegion.EarSearchHalfWidth * s.Y) - extra,
            y + (FaceRegion.EarSearchHalfWidth * s.Y) + extra,
            z - (FaceRegion.EarSearchHalfHeight * s.Z) - extra,
            z + (FaceRegion.EarSearchHalfHeight * s.Z) + extra,
            (_, _) => (SideX * s.X) - extra);
        var brain = TemplateBrain.OnGrid(pose, volume.Geometry, cancellationToken);
        return DepthMask.Finding(evidence, new HeadCut(pose, face, ear, ear), brain, cancellationToken);
    }

    // The frontal lobes come farther forward than the orbits' middle just below the brows: there the block gives way.
    private static double Front(double u, double v, Vector3 scale)
    {
        var brain = HeadTemplate.Mean.Brain;
        for (var y = -110.0; y < FrontY; y += 1)
        {
            if (brain.At(new Vector3(u / scale.X, y, v / scale.Z)) >= FaceRegion.BrainShare)
            {
                return (y - FaceRegion.BrainRimMm) * scale.Y;
            }
        }

        return FrontY * scale.Y;
    }

    private static DepthMap Plane(
        double lowU, double highU, double lowV, double highV, Func<double, double, double> value)
    {
        var map = new DepthMap((int)((highU - lowU) / 2) + 1, (int)((highV - lowV) / 2) + 1, lowU, lowV, 2);
        var values = new float[map.Values.Length];
        for (var at = 0; at < values.Length; at++)
        {
            values[at] = (float)value(map.U(at % map.Columns), map.V(at / map.Columns));
        }

        return map.With(values);
    }
}
