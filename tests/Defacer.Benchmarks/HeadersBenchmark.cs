using System.Diagnostics;
using Defacer.Dicom.Files;

namespace Defacer.Benchmarks;

/// <summary>
/// Files per second, all elements read, pixel data left on disk: DCMTK's dcmdump over a folder, its start in its time,
/// against DicomFile.Open on one thread and on every core. Warm cache.
/// </summary>
internal static class HeadersBenchmark
{
    private const int Files = 2000;

    internal static async Task<int> RunAsync(BenchmarkOptions options, CancellationToken ct)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.WorkFolder, $"defacer-bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            var files = Series.Write(folder, 1, Files, 256);
            var (peer, one, all) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = -1; round < options.Rounds; round++)
            {
                var results = new[]
                {
                    await TimeAsync(() => DumpAsync(folder, ct)),
                    await TimeAsync(() => { files.ForEach(f => Open(f)); return Task.CompletedTask; }),
                    await TimeAsync(() => Parallel.ForEachAsync(files, ct, (f, _) => { Open(f); return default; })),
                };
                if (round >= 0)
                {
                    peer.Add(results[0]);
                    one.Add(results[1]);
                    all.Add(results[2]);
                }
            }

            Console.WriteLine(
                $"headers of {Files} files, load {Figures.Load()}: dcmdump {Figures.Show(peer, "0")} files/s; ours, 1 thread "
                + $"{Figures.Show(one, "0")}, ratio {Figures.Show(one.Zip(peer, (o, p) => o / p), "0.0")}; {Environment.ProcessorCount} threads "
                + $"{Figures.Show(all, "0")}, ratio {Figures.Show(all.Zip(peer, (o, p) => o / p), "0.0")}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Open(string path)
    {
        var file = DicomFile.Open(path);
        if (file.Dataset.Count < 10)
        {
            throw new InvalidOperationException($"{path} holds {file.Dataset.Count} elements.");
        }
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var clock = Stopwatch.StartNew();
        await run();
        return Files / clock.Elapsed.TotalSeconds;
    }

    // To a file: through a pipe we would be a part of its time.
    private static async Task DumpAsync(string folder, CancellationToken ct)
    {
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo("sh", ["-c", "dcmdump -q +sd \"$0\" >/dev/null 2>&1", folder]))!;
        await process.WaitForExitAsync(ct);
    }
}
