using Defacer.Imaging;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Gate;

/// <summary>Runs every check on what was written. Knows neither the method nor the fill.</summary>
internal static class QualityGate
{
    // Every figure of the checks of series.
    private static readonly HashSet<string> s_aboutFiles = new(StringComparer.Ordinal)
    {
        "instances-missing", "frames-reshaped", "geometry-changed", "outside-changed", "frames-without-mask", "pictures-left",
        "pixel-extent-stale", "stack-readable",
    };

    internal static IReadOnlyList<GateFigure> Run(GateSeries series, CancellationToken cancellationToken)
    {
        // Checks know nothing of each other; the voxels of one stack at a time are in memory.
        var files = new IEnumerable<GateFigure>[Checks.OfSeries.Count];
        var stacks = new List<GateFigure>();
        SideBySide.Do(
            cancellationToken,
            () =>
            {
                foreach (var part in series.Parts)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    stacks.AddRange(MeasureStack(series, part, cancellationToken));
                }
            },
            () => SideBySide.For(
                0,
                files.Length,
                i => files[i] = Measure(Checks.OfSeries[i].Name, () => Checks.OfSeries[i].Measure(series, cancellationToken)),
                cancellationToken));
        return [.. files.SelectMany(f => f), .. stacks];
    }

    /// <summary>Whether a figure is about the files as such, whatever was removed.</summary>
    internal static bool IsAboutFiles(string name) => s_aboutFiles.Contains(name);

    /// <summary>Every check on voxels, for a volume before and after; a volume that cannot be read is a failed figure.</summary>
    internal static IEnumerable<GateFigure> RunOnVolumes(
        GatePart part, Func<(Volume Original, Volume Output)> read, CancellationToken cancellationToken)
    {
        var figures = Measure("stack-readable", () =>
        {
            var (original, output) = read();
            var stack = GateStack.Prepare(part, original, output, cancellationToken);
            var found = new IEnumerable<GateFigure>[Checks.OfStack.Count];
            SideBySide.For(
                0,
                found.Length,
                i => found[i] = Measure(Checks.OfStack[i].Name, () => Checks.OfStack[i].Measure(stack, cancellationToken)),
                cancellationToken);
            return found.SelectMany(f => f);
        });
        return part.Stack.Key.Length == 0 ? figures : figures.Select(f => f with { Name = $"{f.Name} [{part.Stack.Key}]" });
    }

    private static IEnumerable<GateFigure> MeasureStack(GateSeries series, GatePart part, CancellationToken cancellationToken) =>
        RunOnVolumes(
            part,
            () => series.Outputs.Any(o => o is null)
                ? throw new InvalidDataException("An output is missing.")
                : (VolumeLoader.Load(part.Stack, series.Originals, cancellationToken),
                    VolumeLoader.Load(part.Stack, [.. series.Outputs.Select(o => o!)], cancellationToken)),
            cancellationToken);

    // Broken output can fail a check in any way; whatever it is, the check did not pass.
    private static List<GateFigure> Measure(string name, Func<IEnumerable<GateFigure>> measure)
    {
        try
        {
            return [.. measure()];
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            return [GateFigure.Failed(name, 0)];
        }
    }
}
