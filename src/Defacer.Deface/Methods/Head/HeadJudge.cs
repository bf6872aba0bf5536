using Defacer.Imaging.Geometry;

namespace Defacer.Deface.Methods.Head;

/// <summary>
/// Decides from the shape (how well the mean head lies on the surface, and how much it had to be stretched) and from
/// the
/// interior (a skull around the vault). One alone convinces nobody: a melon has the shape, a chest has bone.
/// </summary>
internal static class HeadJudge
{
    // Skin within this distance of the mean head's agrees with it; faces and napes differ by more here and there.
    private const double NearMm = 6;

    // Limits measured on the real series: heads agree to 0.7 and more, a melon to 0.76, a cylinder to 0.6, a chest to
    // 0.3.
    private const double WeakShape = 0.62, StrongShape = 0.85;
    private const double BarelyShape = 0.45, StrongBrain = 0.6;
    private const double WeakShell = 0.28, StrongShell = 0.42;

    // A head's three scales differ by up to 15 %; a melon's by 25 %.
    private const double MostStretch = 1.24;
    private const double SmallestHead = 0.62, LargestHead = 1.3;

    // Fewer points of the face in view than this share: nothing that could be recognised.
    private const double FaceInView = 0.02;

    // A ray needs a skin; a slab that shows fewer is too little of a head.
    private const int FewestRays = 40;

    internal static HeadEvidence Judge(HeadScene scene, string modality)
    {
        if (scene.Fit is not { } fit)
        {
            return new HeadEvidence(
                IsThin(scene) ? HeadVerdict.Undecided : HeadVerdict.NotAHead, [new EvidenceFigure("head-surface", null, 0, false, string.Empty)]);
        }

        var template = HeadTemplate.Mean;
        var body = Share(fit.Points.Where(p => !HeadTemplate.IsNeck(fit.Pose.ToTemplate(p))),
            p => Math.Abs(template.Distance.At(fit.Pose.ToTemplate(p))) * fit.Pose.MeanScale <= NearMm);
        var seen = template.SurfacePoints.Select(fit.Pose.FromTemplate).Where(fit.Surface.IsInView).ToList();
        var head = Share(seen, p => Math.Abs(fit.Surface.Distance.At(p)) <= NearMm);
        var stretch = Stretch(fit.Pose.Scale);
        var interior = HeadInterior.Read(scene, fit.Pose, modality);
        var face = Share(
            template.SurfacePoints.Where(FaceRegion.IsFaceSkin), p => fit.Surface.IsInView(fit.Pose.FromTemplate(p)));
        // A brain enclosed by bone or dark fluid that has a brain's form makes up for a nape or a hair style unlike
        // the mean.
        var brain = fit.Surface.BrainPoints.Length == 0
            ? 0
            : Share(fit.Surface.BrainPoints, p => Math.Abs(template.BrainDistance.At(fit.Pose.ToTemplate(p))) * fit.Pose.MeanScale <= NearMm);
        var shape = Math.Min(body, head);
        var size = fit.Pose.MeanScale;
        var possible = stretch <= MostStretch && size is >= SmallestHead and <= LargestHead;
        EvidenceFigure[] figures =
        [
            new("skin-on-mean-head", body, WeakShape, body >= WeakShape, string.Empty),
            new("mean-head-on-skin", head, WeakShape, head >= WeakShape, string.Empty),
            new("stretch", stretch, MostStretch, stretch <= MostStretch, string.Empty),
            new("size", size, LargestHead, size is >= SmallestHead and <= LargestHead, string.Empty),
            new("skull-under-skin", interior.Shell, WeakShell, interior.Shell >= WeakShell, string.Empty),
            new("brain-on-mean-brain", brain, StrongBrain, brain >= StrongBrain, string.Empty),
            new("vault-rays", interior.Count, FewestRays, interior.Count >= FewestRays, string.Empty),
            new("face-in-view", face, FaceInView, face >= FaceInView, string.Empty),
        ];
        return new HeadEvidence(Verdict(shape, possible, interior, brain, face), figures);
    }

    private static HeadVerdict Verdict(double shape, bool possible, HeadInterior interior, double brain, double face)
    {
        var isShape = possible && shape >= WeakShape;
        var isStrongShape = possible && shape >= StrongShape;
        var isBrain = possible && shape >= BarelyShape && interior.Shell >= StrongShell && brain >= StrongBrain;
        if (interior.Count < FewestRays)
        {
            return isShape ? HeadVerdict.Undecided : HeadVerdict.NotAHead;
        }

        var isHead = isBrain || (isShape && interior.Shell >= StrongShell) || (isStrongShape && interior.Shell >= WeakShell);
        if (isHead)
        {
            return face >= FaceInView ? HeadVerdict.Head : HeadVerdict.NoFaceInView;
        }

        var nothing = !isStrongShape && interior.Shell < StrongShell;
        return nothing ? HeadVerdict.NotAHead : HeadVerdict.Undecided;
    }

    // A few slices of anything: no statement.
    private static bool IsThin(HeadScene scene)
    {
        var shape = scene.Grid.Shape;
        return Math.Min(shape.Columns * shape.ColumnMm, Math.Min(shape.Rows * shape.RowMm, shape.Slices * shape.SliceMm)) < 60;
    }

    private static double Stretch(Vector3 scale) =>
        Math.Max(scale.X, Math.Max(scale.Y, scale.Z)) / Math.Min(scale.X, Math.Min(scale.Y, scale.Z));

    private static double Share(IEnumerable<Vector3> points, Func<Vector3, bool> condition)
    {
        var (count, fulfilled) = (0, 0);
        foreach (var point in points)
        {
            count++;
            fulfilled += condition(point) ? 1 : 0;
        }

        return count == 0 ? 0 : fulfilled / (double)count;
    }
}
