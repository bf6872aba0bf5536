using System.Diagnostics;
using System.Globalization;
using Defacer.Deface;
using Defacer.Deface.Methods;
using Defacer.Deface.Models;
using Defacer.Dicom.Files;
using Defacer.Imaging.Phantom;
using Defacer.Imaging.Volumes;

namespace Defacer.Benchmarks;

/// <summary>
/// A made-up MR head of 256 x 256 x 176 voxels of 1 mm: the mask alone, the stage inside a running process from files to
/// verified files, and <c>defacer deface</c> from process start. Networks on all cores, as commands run them. Wall and
/// processor time, so that a busy machine shows.
/// </summary>
internal static class DefaceBenchmark
{
    internal static async Task<int> RunAsync(int rounds, string? models, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("defacer-benchmark-").FullName;
        try
        {
            var input = Directory.CreateDirectory(Path.Combine(folder, "in")).FullName;
            Write(input, cancellationToken);
            using var networks = HeadNetworks.Load(models ?? HeadNetworks.DefaultFolder, new ComputeOptions(Threads: Environment.ProcessorCount));
            Console.WriteLine($"{Environment.ProcessorCount} cores, method {DefaceMethods.Default(networks)}, {networks?.Choice.ToString() ?? "no weights"}");
            Report("mask", Enumerable.Range(0, rounds + 1).Select(_ => Mask(input, networks, cancellationToken)).Skip(1));
            var stage = new List<Sample>();
            for (var round = 0; round <= rounds; round++)
            {
                stage.Add(await StageAsync(input, Path.Combine(folder, $"out{round}"), networks, cancellationToken).ConfigureAwait(false));
            }

            Report("stage in a running process", stage.Skip(1));
            Report("defacer deface, process start to verified output", Enumerable.Range(0, rounds).Select(round =>
                Process(input, Path.Combine(folder, $"run{round}"), models)));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder, CancellationToken cancellationToken)
    {
        var whole = PhantomOptions.WholeHead("MR", PhantomOrientation.Sagittal, 1, 1) with { Seed = 11 };
        var scan = whole with { Columns = 256, Rows = 256, Slices = 176 };
        var head = PhantomHead.Create(scan, cancellationToken);
        var instances = PhantomSeries.Instances(head, new PhantomSeriesOptions { Scan = scan });
        for (var i = 0; i < instances.Count; i++)
        {
            instances[i].Save(Path.Combine(folder, $"{i:D4}.dcm"));
        }
    }

    private static List<DicomFile> Open(string folder) =>
        [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(path => DicomFile.Open(path))];

    // From decoded voxels to the mask: what a method is.
    private static Sample Mask(string input, HeadNetworks? networks, CancellationToken cancellationToken)
    {
        var files = Open(input);
        var volume = VolumeLoader.Load(SeriesVolumes.Build(files).Stacks[0], files, cancellationToken);
        var method = DefaceMethods.Require(DefaceMethods.Auto, networks);
        return Sample.Of(() => method.Find(volume, DefaceMargins.Usual, cancellationToken).Mask is not null);
    }

    private static async Task<Sample> StageAsync(string input, string output, HeadNetworks? networks, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(output);
        var (wall, processor) = (Stopwatch.GetTimestamp(), Sample.ProcessorTime);
        var result = await new StudyDefacer(TimeProvider.System).RunAsync(
            Open(input),
            new DefaceOptions { Method = DefaceMethods.Auto, Networks = networks },
            (instance, _) =>
            {
                var path = Path.Combine(output, $"{instance.Index:D4}.dcm");
                instance.Painted.Save(path);
                return ValueTask.FromResult(path);
            },
            cancellationToken).ConfigureAwait(false);
        var series = result.Series[0];
        var sample = new Sample(
            Stopwatch.GetElapsedTime(wall), Sample.ProcessorTime - processor, 0, series.Outcome == SeriesOutcome.Defaced);
        var stages = series.Timings.Select(t => FormattableString.Invariant($"{t.Stage} {t.Elapsed.TotalSeconds:F2}"));
        Console.WriteLine($"  {series.Outcome}: {string.Join(", ", stages)} s");
        return sample;
    }

    private static Sample Process(string input, string output, string? models)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "defacer.exe" : "defacer");
        List<string> arguments = ["deface", input, output, "--method", DefaceMethods.Auto, .. models is null ? (string[])[] : ["--models", models]];
        var start = Stopwatch.GetTimestamp();
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        // Read while it runs: an ended process tells no longer what it used.
        var (peak, processor) = (0L, TimeSpan.Zero);
        while (!process.WaitForExit(20))
        {
            try
            {
                process.Refresh();
                (peak, processor) = (Math.Max(peak, process.PeakWorkingSet64), process.TotalProcessorTime);
            }
            catch (InvalidOperationException)
            {
                // It ended in between.
            }
        }

        return new Sample(Stopwatch.GetElapsedTime(start), processor, peak, process.ExitCode == 0);
    }

    private static void Report(string what, IEnumerable<Sample> samples)
    {
        var all = samples.ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: median of {all.Count}: {Median(all, s => s.Wall.TotalSeconds):F2} s wall, "
            + $"{Median(all, s => s.Processor.TotalSeconds):F2} s of processor, peak {all.Max(s => s.PeakBytes) / 1e6:F0} MB, "
            + $"{all.Count(s => s.Succeeded)} of {all.Count} defaced"));
    }

    private static double Median(List<Sample> samples, Func<Sample, double> value) => samples.Select(value).Order().ElementAt(samples.Count / 2);

    private sealed record Sample(TimeSpan Wall, TimeSpan Processor, long PeakBytes, bool Succeeded)
    {
        internal static TimeSpan ProcessorTime => Environment.CpuUsage.TotalTime;

        internal static Sample Of(Func<bool> work)
        {
            var (wall, processor) = (Stopwatch.GetTimestamp(), ProcessorTime);
            var succeeded = work();
            return new Sample(Stopwatch.GetElapsedTime(wall), ProcessorTime - processor, Environment.WorkingSet, succeeded);
        }
    }
}
