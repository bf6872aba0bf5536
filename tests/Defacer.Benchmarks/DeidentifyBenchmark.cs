using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Defacer.Benchmarks;

/// <summary>
/// Files per second of `defacer deidentify DIR OUT`, which reads back and searches what it wrote, beside GDCM's
/// `gdcmanon -e`, which does not; in turn in one run, both with the start of their process, over the same files, each after
/// the system has written back what the one before left. TMPDIR names the disk. Beside the clock the time on processors, which other work on the machine changes less.
/// </summary>
internal static partial class DeidentifyBenchmark
{
    private const int Instances = 1000;

    /// <param name="rounds">Rounds after one warm-up of both.</param>
    /// <param name="program">The folder of a published program; null publishes one first.</param>
    /// <param name="cancellationToken">Stops between processes.</param>
    internal static async Task<int> RunAsync(int rounds, string? program, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("defacer-bench-").FullName;
        try
        {
            program ??= await PublishAsync(Path.Combine(folder, "program"), cancellationToken);
            var input = Path.Combine(folder, "in");
            var files = CtSeries.Write(input, Instances);
            Console.WriteLine($"{Instances} CT instances of {new FileInfo(files[0]).Length / 1e6:0.00} MB; {rounds} rounds after one warm-up, in turn; load {Figures.Load()}.");
            await RunAsync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench",
                "-keyout", Path.Combine(folder, "key.pem"), "-out", Path.Combine(folder, "cert.pem")], folder, cancellationToken);
            List<Outcome> peer = [], ours = [];
            for (var round = -1; round < rounds; round++)
            {
                var gdcm = await MeasureAsync("gdcmanon", ["-e", "-c", Path.Combine(folder, "cert.pem"), "-r", "-i", input, "-o"], folder, cancellationToken);
                var own = await MeasureAsync(Path.Combine(program, "defacer"),
                    ["deidentify", "--key", Path.Combine(folder, "site.key"), input], folder, cancellationToken);
                if (round >= 0)
                {
                    peer.Add(gdcm);
                    ours.Add(own);
                }
            }

            var ratios = ours.Zip(peer, (o, p) => o.FilesPerSecond / p.FilesPerSecond).ToList();
            Console.WriteLine($"gdcmanon -e:         {Line(peer)}");
            Console.WriteLine($"defacer deidentify:  {Line(ours)}, every output verified");
            Console.WriteLine($"ratio:               {Show(ratios, "0.00")}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Line(List<Outcome> outcomes) =>
        $"{Show(outcomes.Select(o => o.FilesPerSecond), "0")} files/s, "
        + $"{Show(outcomes.Select(o => o.CpuSeconds), "0.00")} s of processors, peak {outcomes.Max(o => o.PeakMb):0} MB";

    private static string Show(IEnumerable<double> values, string format)
    {
        var sorted = values.Order().ToList();
        string Text(double v) => v.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(sorted[sorted.Count / 2])} [{Text(sorted[0])}..{Text(sorted[^1])}]";
    }

    // As a site installs it: self-contained and compiled ahead of time.
    private static async Task<string> PublishAsync(string target, CancellationToken cancellationToken)
    {
        var source = new DirectoryInfo(AppContext.BaseDirectory);
        while (source is not null && !File.Exists(Path.Combine(source.FullName, "Defacer.sln")))
        {
            source = source.Parent;
        }

        await RunAsync("dotnet", ["publish", Path.Combine(source!.FullName, "src", "Defacer"), "-c", "Release", "-r", "linux-x64",
            "--self-contained", "-v", "q", "-o", target], source.FullName, cancellationToken);
        return target;
    }

    private static async Task<Outcome> MeasureAsync(string program, string[] arguments, string folder, CancellationToken cancellationToken)
    {
        // Kept to the end: some file systems look long for room where files were deleted a moment ago.
        var output = Directory.CreateDirectory(Path.Combine(folder, $"out-{Directory.GetDirectories(folder).Length}")).FullName;
        // Each starts with an idle disk: what the run before left to be written back would be paid by whoever comes next.
        await RunAsync("sync", [], folder, cancellationToken);
        var clock = Stopwatch.StartNew();
        var used = await RunAsync(program, [.. arguments, output], folder, cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        var written = Directory.GetFiles(output).Length;
        return written == Instances
            ? new Outcome(Instances / seconds, used.PeakMb, used.CpuSeconds)
            : throw new InvalidOperationException($"{program} wrote {written} of {Instances} files.");
    }

    // Memory and time by Linux's own count, as last seen a moment before the end; 0 elsewhere.
    private static async Task<(double PeakMb, double CpuSeconds)> RunAsync(string program, IEnumerable<string> arguments, string folder, CancellationToken cancellationToken)
    {
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        var ended = process.WaitForExitAsync(cancellationToken);
        var (peak, cpu) = (0.0, 0.0);
        while (!ended.IsCompleted)
        {
            (peak, cpu) = (Math.Max(peak, Peak(process.Id)), Math.Max(cpu, Cpu(process.Id)));
            await Task.WhenAny(ended, Task.Delay(10, cancellationToken));
        }

        var text = await said;
        return process.ExitCode == 0
            ? (peak, cpu)
            : throw new InvalidOperationException($"{program} ended with code {process.ExitCode}: {string.Join('\n', text)}");
    }

    private static double Peak(int processId)
    {
        try
        {
            var match = HighWaterMark().Match(File.ReadAllText($"/proc/{processId}/status"));
            return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 1024.0 : 0;
        }
        catch (IOException)
        {
            // It has just ended; what was read before holds.
            return 0;
        }
    }

    // Fields 14 and 15 of proc(5), in hundredths of a second; the second is the name in brackets.
    private static double Cpu(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
        }
        catch (IOException)
        {
            // It has just ended; what was read before holds.
            return 0;
        }
    }

    [GeneratedRegex(@"VmHWM:\s+(\d+) kB")]
    private static partial Regex HighWaterMark();

    private readonly record struct Outcome(double FilesPerSecond, double PeakMb, double CpuSeconds);
}
