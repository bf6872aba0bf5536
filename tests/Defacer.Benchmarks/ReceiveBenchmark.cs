using System.Diagnostics;
using Defacer.Spool;

namespace Defacer.Benchmarks;

/// <summary>
/// Instances per second from DCMTK's storescu into each receiver in turn: DCMTK's storescp (which never flushes),
/// Orthanc, `defacer serve` (which flushes before it answers), and our receiver on a disk that does not flush. Same
/// sender, same files; each receiver is started anew and gets two series: the first counts as cold, the second as warm.
/// After the rounds with TCP_NODELAY=1 for the peers comes one with their default, Nagle's algorithm.
/// </summary>
internal static class ReceiveBenchmark
{
    private const int Matrix = 512;

    internal static async Task<int> RunAsync(BenchmarkOptions options, CancellationToken ct)
    {
        await RunSeriesAsync(options, ct);
        if (!options.HasNagle)
        {
            await RunSeriesAsync(options with { HasNagle = true, Rounds = 1 }, ct);
        }

        return 0;
    }

    private static async Task RunSeriesAsync(BenchmarkOptions options, CancellationToken ct)
    {
        // With Nagle's algorithm peers answer some 20 times a second.
        var instances = options.HasNagle ? 100 : 500;
        var folder = Directory.CreateDirectory(Path.Combine(options.WorkFolder, $"defacer-bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            var warm = Series.Write(Path.Combine(folder, "warm"), 1, instances, Matrix);
            var timed = Series.Write(Path.Combine(folder, "timed"), 2, instances, Matrix);
            Console.WriteLine(
                $"{instances} CT instances of {new FileInfo(timed[0]).Length / 1e6:0.00} MB, {options.Rounds} rounds, receivers in turn; "
                + $"peers with {(options.HasNagle ? "their default (Nagle)" : "TCP_NODELAY=1")}; load {Figures.Load()}.");
            foreach (var senders in new[] { 1, 4 })
            {
                await RunAsync(options, new Plan(folder, warm, timed, senders), ct);
            }
        }
        finally
        {
            // At the end only: some file systems search long for an inode beside freshly removed ones.
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(BenchmarkOptions options, Plan plan, CancellationToken ct)
    {
        string[] fork = plan.Senders > 1 ? ["--fork"] : [];
        var receivers = new Dictionary<string, Func<string, Task<Receiver>>>(StringComparer.Ordinal)
        {
            ["storescp --ignore"] = work => Receiver.StartStorescpAsync(work, options, "--ignore"),
            [$"storescp +B{(fork.Length > 0 ? " --fork" : string.Empty)}"] =
                work => Receiver.StartStorescpAsync(work, options, ["+B", .. fork]),
            ["Orthanc"] = work => Receiver.StartOrthancAsync(work, options),
            ["defacer serve"] = work => Receiver.StartNodeAsync(work, options),
            ["defacer, no flush"] = Receiver.StartUnflushedAsync,
        };
        var results = receivers.Keys.ToDictionary(k => k, _ => new List<Result>(), StringComparer.Ordinal);
        var raw = new List<double>();
        var loads = new List<string>();
        for (var round = 0; round < options.Rounds; round++)
        {
            raw.Add(Raw(plan));
            foreach (var (name, start) in receivers)
            {
                results[name].Add(await MeasureAsync(options, plan, start));
            }

            loads.Add(Figures.Load());
            ct.ThrowIfCancellationRequested();
        }

        Print(plan, results, raw, loads);
    }

    private static void Print(Plan plan, Dictionary<string, List<Result>> results, List<double> raw, List<string> loads)
    {
        Console.WriteLine($"-- {plan.Senders} association(s); load after each round {string.Join(' ', loads)}");
        foreach (var (name, list) in results)
        {
            Console.WriteLine(
                $"{name,-20} {Figures.Show(list.Select(r => r.Rate), "0"),-20} i/s  cold "
                + $"{Figures.Show(list.Select(r => r.Cold), "0"),-18} i/s  receiver's CPU "
                + $"{Figures.Show(list.Select(r => r.CpuMs), "0.00")} ms an instance  peak {list.Max(r => r.PeakMB):0} MB");
        }

        Console.WriteLine($"raw (0.5 MB into preallocated space, one flush) {Figures.Show(raw, "0")} /s");
        var ours = results["defacer serve"];
        var unflushed = results["defacer, no flush"];
        var file = results.First(r => r.Key.StartsWith("storescp +B", StringComparison.Ordinal)).Value;
        Ratio("serve / storescp +B", ours, file.Select(r => r.Rate));
        Ratio("serve / Orthanc", ours, results["Orthanc"].Select(r => r.Rate));
        Ratio("no flush / storescp +B", unflushed, file.Select(r => r.Rate));
        if (plan.Senders == 1)
        {
            Ratio("serve / serial bound 1/(1/raw + 1/sink)", ours,
                results["storescp --ignore"].Zip(raw, (sink, r) => 1 / ((1 / r) + (1 / sink.Rate))));
        }
    }

    private static void Ratio(string name, List<Result> ours, IEnumerable<double> others) =>
        Console.WriteLine($"{name}: {Figures.Show(ours.Zip(others, (o, p) => o.Rate / p), "0.00")}");

    private static async Task<Result> MeasureAsync(BenchmarkOptions options, Plan plan, Func<string, Task<Receiver>> start)
    {
        await using var receiver = await start(Path.Combine(plan.Folder, Guid.NewGuid().ToString("N")));
        var cold = plan.Warm.Count / await receiver.SendAsync(plan.Warm, plan.Senders, options.HasNagle);
        var before = receiver.CpuSeconds;
        var seconds = await receiver.SendAsync(plan.Timed, plan.Senders, options.HasNagle);
        return new Result(plan.Timed.Count / seconds, cold, (receiver.CpuSeconds - before) / plan.Timed.Count * 1e3, receiver.PeakMB);
    }

    private static double Raw(Plan plan)
    {
        const int Count = 200;
        var bytes = File.ReadAllBytes(plan.Timed[0]);
        var path = Path.Combine(plan.Folder, $"{Guid.NewGuid():N}.raw");
        using var file = new SystemDisk().Create(path, (long)bytes.Length * Count);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Count; i++)
        {
            file.Write((long)i * bytes.Length, bytes);
            file.Flush((long)bytes.Length * Count);
        }

        return Count / clock.Elapsed.TotalSeconds;
    }

    private sealed record Plan(string Folder, List<string> Warm, List<string> Timed, int Senders);

    private sealed record Result(double Rate, double Cold, double CpuMs, double PeakMB);
}
