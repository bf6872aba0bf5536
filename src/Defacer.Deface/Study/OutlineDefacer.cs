using Defacer.Deface.Gate;
using Defacer.Deface.Paint;
using Defacer.Imaging;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Study;

/// <summary>
/// Treats structure sets and dose grids once the images of their frame of reference are done: what lies where the face
/// was is clipped, and the written files are read again. Without such images nobody knows where the face is: parked.
/// </summary>
internal sealed class OutlineDefacer(
    IReadOnlyList<SeriesWork> study, Func<DefacedInstance, CancellationToken, ValueTask<string>> write)
{
    private const string MethodName = "clip";

    internal async Task RunAsync(SeriesWork outlines, CancellationToken cancellationToken)
    {
        var frames = outlines.Files.Select(f => new OutlineFrames(f.Dataset).All).ToList();
        var named = frames.SelectMany(f => f ?? new HashSet<string>()).ToHashSet(StringComparer.Ordinal);
        var owners = study.Where(s => Frames(s).Overlaps(named)).ToList();
        if (frames.Contains(null) || !named.IsSubsetOf(owners.SelectMany(Frames)))
        {
            outlines.Park(ParkCause.UnsupportedObject,
                "Outlines or dose are drawn in a frame of reference of which the study has no image, so that they cannot be clipped where the face was.",
                "Send the images that they were drawn on with them, or take them out of the study.");
            return;
        }

        if (owners.Exists(s => s.Decided == SeriesOutcome.Parked))
        {
            outlines.Park(ParkCause.UnsupportedObject, "The images that outlines or dose are drawn on are parked.",
                "See to the images; their outlines go with them.");
            return;
        }

        if (owners.TrueForAll(s => s.Decided is not null))
        {
            outlines.Decided = SeriesOutcome.Passed;
            return;
        }

        await ClipAsync(outlines, owners, cancellationToken).ConfigureAwait(false);
    }

    private async Task ClipAsync(SeriesWork outlines, List<SeriesWork> owners, CancellationToken cancellationToken)
    {
        var masks = owners.SelectMany(s => s.Stacks)
            .Where(s => s.Stack.FrameOfReferenceUID is not null)
            .GroupBy(s => s.Stack.FrameOfReferenceUID!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => (List<MaskVolume>)[.. g.Select(s => s.Painted ?? new MaskVolume(s.Stack.Geometry))], StringComparer.Ordinal);
        var figures = new List<GateFigure>();
        for (var i = 0; i < outlines.Files.Count; i++)
        {
            var file = outlines.Files[i];
            var clipped = OutlineClipper.Clip(
                file, frame => new RemovedRegion(masks.GetValueOrDefault(frame ?? string.Empty) ?? []), cancellationToken);
            var path = await write(
                new DefacedInstance(outlines.Indices[i], file, clipped, SeriesOutcome.Defaced, FaceRemoved: true),
                cancellationToken).ConfigureAwait(false);
            figures.AddRange(OutlinesClipped.Measure(SeriesWriter.TryOpen(path), [.. masks.Values.SelectMany(m => m)]));
        }

        (outlines.Gate, outlines.Method) = (figures, MethodName);
        if (figures.Exists(f => !f.Passed))
        {
            outlines.Park(ParkCause.GateFailed, "Outlines or dose are left where the face was.",
                "Report this fault; take the object out of the study meanwhile.");
        }
    }

    private static HashSet<string> Frames(SeriesWork series) =>
        series.Stacks.Select(s => s.Stack.FrameOfReferenceUID).OfType<string>().ToHashSet(StringComparer.Ordinal);
}
