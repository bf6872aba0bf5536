using Defacer.Deface.Fill;
using Defacer.Deface.Gate;
using Defacer.Deface.Paint;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Study;

/// <summary>Paints a series, has every instance written, reads it again and asks the gate.</summary>
internal sealed class SeriesWriter(
    DefaceOptions options, Func<DefacedInstance, CancellationToken, ValueTask<string>> write, TimeProvider time)
{
    internal async Task WriteAsync(SeriesWork work, LadderRung rung, int number, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var painter = new InstancePainter(Paints(work, cancellationToken));
        var outputs = new DicomFile?[work.Files.Count];
        await Parallel.ForAsync(0, outputs.Length, SideBySide.Options(cancellationToken), async (i, token) =>
        {
            var painted = painter.Paint(work.Files[i], i, token);
            var path = await write(
                new DefacedInstance(work.Indices[i], work.Files[i], painted, SeriesOutcome.Defaced, FaceRemoved: true),
                token).ConfigureAwait(false);
            outputs[i] = TryOpen(path);
        }).ConfigureAwait(false);

        foreach (var stack in work.Stacks)
        {
            stack.Painted = stack.Mask;
        }

        work.Count("paint", time.GetElapsedTime(start));
        start = time.GetTimestamp();
        var parts = work.Stacks.Select(s => new GatePart(s.Stack, s.Mask!, s.Finding?.Protected)).ToList();
        work.Gate = QualityGate.Run(new GateSeries(work.Files, outputs, parts), cancellationToken);
        work.Count("gate", time.GetElapsedTime(start));
        (work.Rung, work.Method) = (number, rung.Method.Name);
        if (work.Gate.All(f => f.Passed))
        {
            work.PassedRung = number;
        }
        else if (work.PassedRung == number)
        {
            work.PassedRung = null;
        }
    }

    /// <summary>Hands on a series whose pixels stay as they are.</summary>
    internal async Task PassAsync(SeriesWork work, CancellationToken cancellationToken)
    {
        await Parallel.ForAsync(0, work.Files.Count, SideBySide.Options(cancellationToken), async (i, token) =>
        {
            var instance = new DefacedInstance(
                work.Indices[i], work.Files[i], work.Files[i], work.Decided!.Value, FaceRemoved: false);
            _ = await write(instance, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>A written file, as it is on the disk; null where it cannot be read, which every check counts as failed.</summary>
    internal static DicomFile? TryOpen(string path)
    {
        try
        {
            return DicomFile.Open(path);
        }
        catch (Exception e) when (e is IOException or DicomFormatException or UnauthorizedAccessException)
        {
            // The gate counts it as missing.
            return null;
        }
    }

    private List<StackPaint> Paints(SeriesWork work, CancellationToken cancellationToken)
    {
        var fill = Fills.Find(options.Fill)
            ?? throw new InvalidOperationException($"There is no fill '{options.Fill}'; there are {string.Join(", ", Fills.All.Select(f => f.Name))}.");
        return
        [
            .. work.Stacks.Select(s =>
            {
                var volume = s.Volume ?? VolumeLoader.Load(s.Stack, work.Files, cancellationToken);
                s.Volume = null;
                return new StackPaint(s.Stack, s.Mask!, fill.Prepare(volume, s.Mask!, Seed(s.Stack)));
            }),
        ];
    }

    // FNV-1a over what names the stack: the same study gives the same bytes, another gives other noise.
    private static ulong Seed(SeriesStack stack)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in $"{stack.SeriesInstanceUID}\n{stack.Key}")
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return hash;
    }
}
