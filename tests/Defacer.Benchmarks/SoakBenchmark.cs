using System.Net;
using System.Net.Sockets;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network;

namespace Defacer.Benchmarks;

/// <summary>
/// Many small instances into `defacer serve` over four associations at a time, each short; some are aborted, and
/// connections are opened and dropped in between. Memory, handles and threads of the node must stay flat.
/// </summary>
internal static class SoakBenchmark
{
    private const int Senders = 4;
    private const int PerAssociation = 100;
    private const int Samples = 20;
    private const double MaxGrowthMB = 5;

    internal static async Task<int> RunAsync(BenchmarkOptions options, int instances, CancellationToken ct)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.WorkFolder, $"defacer-soak-{Guid.NewGuid():N}")).FullName;
        try
        {
            await using var node = await Receiver.StartNodeAsync(folder, options);
            var pixels = Series.Pixels(32);
            var sample = Math.Max(PerAssociation * Senders, instances / Samples);
            var samples = new List<(double Memory, int Handles)>();
            for (var sent = 0; sent < instances; sent += PerAssociation * Senders)
            {
                var first = sent;
                await Task.WhenAll(Enumerable.Range(0, Senders).Select(
                    s => SendAsync(node.Port, first + (s * PerAssociation), pixels, ct)));
                await DropAsync(node.Port, ct);
                if ((sent + (PerAssociation * Senders)) / sample > sent / sample)
                {
                    await Task.Delay(500, ct);
                    samples.Add((node.MemoryMB, node.Handles));
                    Console.WriteLine(
                        $"{sent + (PerAssociation * Senders),7} instances: {node.MemoryMB:0} MB, peak {node.PeakMB:0} MB, {node.Handles} handles, "
                        + $"{node.Threads} threads, {node.CpuSeconds:0} s CPU; load {Figures.Load()}");
                }
            }

            return Judge(samples);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The second half against the first quarter's end: caches and pools have their size by then.
    private static int Judge(List<(double Memory, int Handles)> samples)
    {
        var early = samples[samples.Count / 4];
        var late = samples.Skip(samples.Count / 2).ToList();
        var memory = late.Min(s => s.Memory) - early.Memory;
        var handles = late.Min(s => s.Handles) - early.Handles;
        Console.WriteLine($"least growth of the second half: {memory:0.0} MB, {handles} handles");
        return memory < MaxGrowthMB && handles < 20 ? 0 : 1;
    }

    private static async Task SendAsync(int port, int first, byte[] pixels, CancellationToken ct)
    {
        var options = new ClientOptions { Host = "127.0.0.1", Port = port, CalledAeTitle = "DEFACER", CallingAeTitle = "SOAK" };
        var contexts = new[] { new ProposedContext(DicomUID.CTImageStorage.UID, [DicomTransferSyntax.ExplicitVRLittleEndian.UID]) };
        await using var association = await DicomClient.ConnectAsync(options, contexts, ct);
        for (var i = 0; i < PerAssociation; i++)
        {
            var answer = await association.StoreAsync(Series.Make((first + i) / 1000, first + i, 32, pixels), ct);
            if (!answer.Status.IsSuccessOrWarning)
            {
                throw new InvalidOperationException($"The node answered {answer.Status}.");
            }
        }

        // Every fifth goes away without a word.
        if (first / PerAssociation % 5 != 0)
        {
            await association.ReleaseAsync(ct);
        }
    }

    private static async Task DropAsync(int port, CancellationToken ct)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, ct);
        await socket.GetStream().WriteAsync(new byte[] { 1, 0, 0, 0 }, ct);
    }
}
