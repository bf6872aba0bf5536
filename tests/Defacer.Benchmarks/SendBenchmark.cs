using System.Diagnostics;
using Defacer.Dicom.Network;

namespace Defacer.Benchmarks;

/// <summary>
/// Instances per second from files on disk into `storescp --ignore`: DCMTK's storescu against our SCU, in turn, one
/// association each. Ours runs in this process, from its connecting to its release; storescu's start is in its time.
/// </summary>
internal static class SendBenchmark
{
    private const int Instances = 500;

    internal static async Task<int> RunAsync(BenchmarkOptions options, CancellationToken ct)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.WorkFolder, $"defacer-bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            var files = Series.Write(Path.Combine(folder, "ct"), 1, Instances, 512);
            await using var receiver = await Receiver.StartStorescpAsync(folder, options, "--ignore");
            var (peer, ours, cpu) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = -1; round < options.Rounds; round++)
            {
                var theirs = Instances / await receiver.SendAsync(files, 1, options.HasNagle);
                var before = Environment.CpuUsage.TotalTime;
                var rate = Instances / await SendAsync(receiver.Port, files, ct);
                if (round >= 0)
                {
                    peer.Add(theirs);
                    ours.Add(rate);
                    cpu.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Instances);
                }
            }

            Console.WriteLine(
                $"send {Instances} x 0.5 MB into storescp --ignore, load {Figures.Load()}: storescu {Figures.Show(peer, "0")} i/s; "
                + $"ours {Figures.Show(ours, "0")} i/s, {Figures.Show(cpu, "0.00")} ms CPU; "
                + $"ratio {Figures.Show(ours.Zip(peer, (o, p) => o / p), "0.00")}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> SendAsync(int port, List<string> files, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var options = new ClientOptions { Host = "127.0.0.1", Port = port, CalledAeTitle = "ANY", CallingAeTitle = "BENCH" };
        var contexts = new[]
        {
            new ProposedContext(Dicom.Data.DicomUID.CTImageStorage.UID, [Dicom.Data.DicomTransferSyntax.ExplicitVRLittleEndian.UID]),
        };
        await using var association = await DicomClient.ConnectAsync(options, contexts, ct);
        foreach (var file in files)
        {
            var answer = await association.StoreAsync(file, ct);
            if (!answer.Status.IsSuccessOrWarning)
            {
                throw new InvalidOperationException($"The receiver answered {answer.Status}.");
            }
        }

        await association.ReleaseAsync(ct);
        return clock.Elapsed.TotalSeconds;
    }
}
