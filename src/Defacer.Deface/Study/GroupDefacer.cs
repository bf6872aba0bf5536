using Defacer.Deface.Gate;
using Defacer.Deface.Methods;
using Defacer.Imaging;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Study;

/// <summary>
/// Takes the series of one frame of reference up the ladder together: they share the union of what was found, so that
/// no
/// two files of a study differ in what they show.
/// </summary>
internal sealed class GroupDefacer(IReadOnlyList<SeriesWork> series, DefaceOptions options, SeriesWriter writer, TimeProvider time)
{
    // Stacks of one grid (echoes, phases, directions) that are looked at before the rest is taken to show the same.
    private const int MostLooksAGrid = 3;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var rungs = Ladder.For(options.Method, options.Networks);
        for (var rung = 0; rung < rungs.Count; rung++)
        {
            Find(rungs[rung], cancellationToken);
            Decide();
            await WriteAsync(rungs[rung], rung, cancellationToken).ConfigureAwait(false);
            ParkBroken();
            if (Open().All(s => s.PassedRung == rung))
            {
                return;
            }
        }

        await SettleAsync(rungs, cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<SeriesWork> Open() => series.Where(s => s.Decided is null);

    // A series that passed on a lower rung than the last keeps that: it is written again as it was then.
    private async Task SettleAsync(IReadOnlyList<LadderRung> rungs, CancellationToken cancellationToken)
    {
        foreach (var rung in Open().Select(s => s.PassedRung).OfType<int>().Where(r => r < rungs.Count - 1).Distinct().ToList())
        {
            Find(rungs[rung], cancellationToken);
            foreach (var work in Open().Where(s => s.PassedRung == rung).ToList())
            {
                await writer.WriteAsync(work, rungs[rung], rung, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var work in Open().Where(s => s.PassedRung is null).ToList())
        {
            ParkFailed(work, "on every rung");
        }
    }

    // A lost file, a changed voxel elsewhere or a stale attribute is no matter of margins: no rung mends it.
    private void ParkBroken()
    {
        foreach (var work in Open().Where(s => s.Gate.Any(f => !f.Passed && QualityGate.IsAboutFiles(f.Name))).ToList())
        {
            ParkFailed(work, "on the written files");
        }
    }

    private static void ParkFailed(SeriesWork work, string where)
    {
        var failed = work.Gate.Where(f => !f.Passed).Select(f => f.Name).Distinct(StringComparer.Ordinal);
        work.Park(
            ParkCause.GateFailed,
            $"The gate failed {where}: {string.Join(", ", failed)}.",
            "Reject the job and have the study defaced by hand, or set another method for its route and retry.");
    }

    private async Task WriteAsync(LadderRung rung, int number, CancellationToken cancellationToken)
    {
        foreach (var work in Open().ToList())
        {
            await writer.WriteAsync(work, rung, number, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Find(LadderRung rung, CancellationToken cancellationToken)
    {
        foreach (var work in Open())
        {
            FindIn(work, rung, cancellationToken);
        }

        // A stack that shows a head unites with every other; one without still takes what the others know about its
        // place.
        var found = Open().SelectMany(s => s.Stacks).Where(s => s.Finding?.Mask is not null).ToList();
        foreach (var stack in Open().SelectMany(s => s.Stacks))
        {
            var mask = stack.Finding?.Mask is { } own ? new MaskVolume(own.Geometry, (byte[])own.Labels.Clone()) : new MaskVolume(stack.Stack.Geometry);
            foreach (var other in found.Where(o => o != stack))
            {
                MaskUnion.Add(mask, other.Finding!.Mask!, cancellationToken);
            }

            stack.Mask = mask;
        }
    }

    private void FindIn(SeriesWork work, LadderRung rung, CancellationToken cancellationToken)
    {
        for (var i = 0; i < work.Stacks.Count; i++)
        {
            var stack = work.Stacks[i];
            var twins = work.Stacks.Take(i).Where(o => MaskUnion.SameGrid(o.Stack.Geometry, stack.Stack.Geometry)).ToList();
            if (twins.FirstOrDefault(o => o.Finding?.Mask is not null) is { } twin)
            {
                stack.Finding = twin.Finding;
                continue;
            }

            if (twins.Count >= MostLooksAGrid)
            {
                stack.Finding = twins[0].Finding;
                continue;
            }

            var start = time.GetTimestamp();
            var volume = VolumeLoader.Load(stack.Stack, work.Files, cancellationToken);
            stack.Volume = series is [{ Stacks.Count: 1 }] ? volume : null;
            work.Count("load", time.GetElapsedTime(start));
            start = time.GetTimestamp();
            stack.Finding = rung.Method.Find(volume, rung.Margins, cancellationToken);
            work.Count("find", time.GetElapsedTime(start));
        }

        ShareAmongTwins(work);
    }

    // The first looks of a grid may have failed where a later one found the head.
    private static void ShareAmongTwins(SeriesWork work)
    {
        foreach (var stack in work.Stacks.Where(s => s.Finding?.Mask is null))
        {
            var twin = work.Stacks.FirstOrDefault(o =>
                o.Finding?.Mask is not null && MaskUnion.SameGrid(o.Stack.Geometry, stack.Stack.Geometry));
            stack.Finding = twin?.Finding ?? stack.Finding;
        }
    }

    // What shows no head itself, and into which no other series' face reaches, is no work for the ladder.
    private void Decide()
    {
        foreach (var work in Open().ToList())
        {
            if (work.Stacks.All(s => s.Mask!.Labels.AsSpan().IndexOfAnyExcept(MaskVolume.Keep) < 0))
            {
                DecideWithoutFace(work);
            }
            else if (work.Stacks.Any(s => s.Mask!.Labels.AsSpan().IndexOfAnyExcept(MaskVolume.Keep) < 0
                && s.Finding?.Head.Verdict is HeadVerdict.Undecided))
            {
                work.Park(ParkCause.DefacingFailed, "One stack of the series cannot be judged.", "Treat the series by hand.");
            }
        }
    }

    private void DecideWithoutFace(SeriesWork work)
    {
        var verdicts = work.Stacks.Select(s => s.Finding!.Head.Verdict).ToList();
        if (verdicts.Contains(HeadVerdict.Undecided) || verdicts.Contains(HeadVerdict.Head))
        {
            work.Park(
                ParkCause.DefacingFailed,
                "Too little is in view, or shape and interior do not agree, so that no face can be found or ruled out.",
                "Look at the series at its source; reject the job, or set another method for its route and retry.");
            return;
        }

        var isHead = verdicts.Contains(HeadVerdict.NoFaceInView);
        if (options.NotAHead == NotAHeadPolicy.Pass)
        {
            work.Decided = isHead ? SeriesOutcome.NothingToRemove : SeriesOutcome.Passed;
            return;
        }

        work.Park(
            isHead ? ParkCause.NoFaceInView : ParkCause.NotAHead,
            isHead ? "The series shows a head without a face in view." : "The series shows no head.",
            "Set NotAHead of the route to pass, or release the job by hand.");
    }
}
