using Defacer.Deface.Study;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Imaging.Geometry;

namespace Defacer.Deface;

/// <summary>
/// The whole stage for one study of one route: masks, painting, writing, and the gate on what was written.
/// </summary>
/// <param name="time">For the timings of the report.</param>
public sealed class StudyDefacer(TimeProvider time)
{
    /// <summary>
    /// Treats a study. Files already written for a series that ends parked must be thrown away by the caller.
    /// </summary>
    /// <param name="instances">Every instance of the study.</param>
    /// <param name="options">The route's settings.</param>
    /// <param name="write">De-identifies and stores one instance and gives its path; called for several instances at once,
    /// and again when a higher rung repaints one.</param>
    /// <param name="cancellationToken">Looked at between instances, and inside long steps.</param>
    /// <exception cref="ArgumentException">The options name a method or fill that does not exist.</exception>
    public async Task<StudyDefacement> RunAsync(
        IReadOnlyList<DicomFile> instances,
        DefaceOptions options,
        Func<DefacedInstance, CancellationToken, ValueTask<string>> write,
        CancellationToken cancellationToken)
    {
        var series = SeriesWork.Split(instances);
        foreach (var work in series)
        {
            cancellationToken.ThrowIfCancellationRequested();
            work.BuildStacks();
            CheckBudget(work, options.MemoryBudgetBytes);
        }

        var writer = new SeriesWriter(options, write, time);
        foreach (var group in Groups(series))
        {
            await TryAsync(group, () => new GroupDefacer(group, options, writer, time).RunAsync(cancellationToken)).ConfigureAwait(false);
        }

        foreach (var work in series.Where(s => s.IsOutline))
        {
            await TryAsync([work], () => new OutlineDefacer(series, write).RunAsync(work, cancellationToken)).ConfigureAwait(false);
        }

        foreach (var work in series.Where(s => s.Decided is SeriesOutcome.Passed or SeriesOutcome.NothingToRemove))
        {
            await writer.PassAsync(work, cancellationToken).ConfigureAwait(false);
        }

        return new StudyDefacement([.. series.Select(s => Describe(s, options))]);
    }

    // Pixel data that turn out broken while they are read park what shares their frame of reference, nothing else.
    private static async Task TryAsync(IReadOnlyList<SeriesWork> group, Func<Task> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (DicomFormatException e)
        {
            foreach (var work in group.Where(s => s.Decided is null))
            {
                work.Park(ParkCause.PixelData, e.Message, "Send the series again; let the sender check it.");
            }
        }
    }

    // Series that share a frame of reference, directly or through another series, in order of appearance.
    private static List<List<SeriesWork>> Groups(IReadOnlyList<SeriesWork> series)
    {
        var groups = new List<(HashSet<string> Frames, List<SeriesWork> Series)>();
        foreach (var work in series.Where(s => s.Decided is null && !s.IsOutline))
        {
            var frames = work.Stacks.Select(s => s.Stack.FrameOfReferenceUID).OfType<string>().ToHashSet(StringComparer.Ordinal);
            var joined = groups.Where(g => g.Frames.Overlaps(frames)).ToList();
            var merged = (frames, new List<SeriesWork>());
            foreach (var group in joined)
            {
                merged.frames.UnionWith(group.Frames);
                merged.Item2.AddRange(group.Series);
                groups.Remove(group);
            }

            merged.Item2.Add(work);
            groups.Add(merged);
        }

        return [.. groups.Select(g => g.Series)];
    }

    // Two volumes of floats, the grid's copies and the masks: about 14 bytes a voxel at the worst moment.
    private static void CheckBudget(SeriesWork work, long budgetBytes)
    {
        var largest = work.Stacks.Count == 0 ? 0 : work.Stacks.Max(s => (long)s.Stack.Geometry.VoxelCount);
        var masks = work.Stacks.Sum(s => (long)s.Stack.Geometry.VoxelCount * 2);
        if ((largest * 12) + masks > budgetBytes)
        {
            work.Park(
                ParkCause.UnsupportedObject,
                $"A stack of {largest} voxels needs more than the memory budget of {budgetBytes} bytes.",
                "Raise Deface:MemoryBudget and retry the job.");
        }
    }

    private static SeriesDefacement Describe(SeriesWork work, DefaceOptions options) => new()
    {
        SeriesInstanceUID = work.SeriesInstanceUID,
        Modality = work.Modality,
        Instances = work.Indices,
        Outcome = work.Decided ?? SeriesOutcome.Defaced,
        Parked = work.Parked,
        Orientation = work.Stacks.Count == 0 ? string.Empty : OrientationOf(work.Stacks[0].Stack.Geometry.Normal),
        Method = work.Method,
        Rung = work.Rung,
        Fill = work.Method.Length > 0 && !work.IsOutline ? options.Fill : string.Empty,
        Head = work.Stacks.Count == 0 ? null : work.Stacks[0].Finding?.Head,
        Gate = work.Gate,
        Warnings = work.Warnings,
        Timings = [.. work.Times.Select(t => new StageTime(t.Key, t.Value))],
        Masks = options.Render
            ? [.. work.Stacks.Where(s => s.Mask is not null).Select(s => new StackMask(s.Stack.Key, s.Mask!))]
            : [],
    };

    private static string OrientationOf(Vector3 normal)
    {
        var (x, y, z) = (Math.Abs(normal.X), Math.Abs(normal.Y), Math.Abs(normal.Z));
        var name = x >= y && x >= z ? "sagittal" : y >= z ? "coronal" : "axial";
        // Cosine of 5 degrees.
        return Math.Max(x, Math.Max(y, z)) < 0.9962 ? $"{name} oblique" : name;
    }
}
