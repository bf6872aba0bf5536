using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Benchmarks;

/// <summary>
/// Instances per second from DCMTK's storescu into DCMTK's storescp +B (which never flushes) and into `defacer serve`
/// (which flushes before it answers), in turn in one run, same sender, same files, TCP_NODELAY=1 on both sides.
/// </summary>
internal static class ReceiveBenchmark
{
    private const int Instances = 500;
    private const int Matrix = 512;

    internal static async Task<int> RunAsync(int rounds, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("defacer-bench-").FullName;
        try
        {
            var files = WriteSeries(Path.Combine(folder, "ct"));
            Console.WriteLine($"{Instances} CT instances of {new FileInfo(files[0]).Length / 1e6:0.00} MB; {rounds} rounds after one warm-up, receivers in turn.");
            foreach (var senders in new[] { 1, 4 })
            {
                var peer = new List<double>();
                var ours = new List<double>();
                for (var round = -1; round < rounds; round++)
                {
                    var a = await MeasureAsync(folder, senders, files, StartStorescp, cancellationToken);
                    var b = await MeasureAsync(folder, senders, files, StartNode, cancellationToken);
                    if (round >= 0)
                    {
                        peer.Add(a);
                        ours.Add(b);
                    }
                }

                var ratios = ours.Zip(peer, (o, p) => o / p).ToList();
                var fork = senders > 1 ? " --fork" : string.Empty;
                Console.WriteLine(
                    $"{senders} association(s): storescp +B{fork} {Show(peer, "0")} i/s; "
                    + $"defacer serve, durable {Show(ours, "0")} i/s; ratio {Show(ratios, "0.00")}");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Show(List<double> values, string format)
    {
        var sorted = values.Order().ToList();
        string Text(double v) => v.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(sorted[sorted.Count / 2])} [{Text(sorted[0])}..{Text(sorted[^1])}]";
    }

    private static async Task<double> MeasureAsync(
        string folder, int senders, IReadOnlyList<string> files, Func<string, int, int, System.Diagnostics.Process> start, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var work = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
        using var receiver = start(work, port, senders);
        try
        {
            await WaitForPortAsync(port, cancellationToken);
            var clock = Stopwatch.StartNew();
            await Task.WhenAll(files.Chunk((files.Count + senders - 1) / senders).Select(part => SendAsync(port, part, cancellationToken)));
            return files.Count / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            receiver.Kill(entireProcessTree: true);
            await receiver.WaitForExitAsync(cancellationToken);
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task SendAsync(int port, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        using var sender = Run("storescu", ["-q", "-xe", "-R", "-aec", "DEFACER", "127.0.0.1", $"{port}", .. files], null);
        await sender.WaitForExitAsync(cancellationToken);
        if (sender.ExitCode != 0)
        {
            throw new InvalidOperationException($"storescu ended with code {sender.ExitCode}.");
        }
    }

    private static System.Diagnostics.Process StartStorescp(string work, int port, int senders) => Run("storescp",
        ["-q", "+B", "-pdu", "131072", "-od", work, .. senders > 1 ? new[] { "--fork" } : [], $"{port}"], work);

    private static System.Diagnostics.Process StartNode(string work, int port, int senders)
    {
        var settings = new JsonObject
        {
            ["Defacer"] = new JsonObject
            {
                ["Node"] = new JsonObject { ["AeTitle"] = "DEFACER", ["Port"] = port },
                ["Spool"] = new JsonObject { ["Path"] = "spool", ["MinFreeSpace"] = "100 MB" },
                ["Routes"] = new JsonArray(new JsonObject
                {
                    ["Name"] = "bench",
                    ["CalledAeTitle"] = "DEFACER",
                    ["StableAge"] = "01:00:00",
                    ["Destinations"] = new JsonArray(),
                }),
                ["Console"] = new JsonObject { ["Url"] = $"http://127.0.0.1:{FreePort()}" },
            },
        };
        File.WriteAllText(Path.Combine(work, "appsettings.json"), settings.ToJsonString());
        return Run("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "defacer.dll"), "serve"], work);
    }

    private static System.Diagnostics.Process Run(string program, IEnumerable<string> arguments, string? workingDirectory)
    {
        var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory ?? string.Empty,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TCP_NODELAY"] = "1" },
        })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task WaitForPortAsync(int port, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException) when (attempt < 300)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static List<string> WriteSeries(string folder)
    {
        Directory.CreateDirectory(folder);
        var pixels = new byte[Matrix * Matrix * 2];
        for (var i = 0; i < Matrix * Matrix; i++)
        {
            BitConverter.TryWriteBytes(pixels.AsSpan(i * 2), (short)(((i * 7) % 3000) - 1000));
        }

        var files = new List<string>();
        for (var number = 1; number <= Instances; number++)
        {
            var uid = $"2.25.71{number:D6}";
            var dataset = new DicomDataset();
            dataset.AddOrUpdate(DicomTag.SOPClassUID, DicomVR.UI, DicomUID.CTImageStorage.UID);
            dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, uid);
            dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "CT");
            dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, "BENCH^MARK");
            dataset.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, "BENCH");
            dataset.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, "2.25.711");
            dataset.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI, "2.25.712");
            dataset.AddOrUpdate(DicomTag.InstanceNumber, DicomVR.IS, number.ToString(CultureInfo.InvariantCulture));
            dataset.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
            dataset.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
            dataset.AddOrUpdateUS(DicomTag.Rows, Matrix);
            dataset.AddOrUpdateUS(DicomTag.Columns, Matrix);
            dataset.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
            dataset.AddOrUpdateUS(DicomTag.BitsStored, 16);
            dataset.AddOrUpdateUS(DicomTag.HighBit, 15);
            dataset.AddOrUpdateUS(DicomTag.PixelRepresentation, 1);
            dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels));
            files.Add(Path.Combine(folder, $"{number:D4}.dcm"));
            new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian), dataset).Save(files[^1]);
        }

        return files;
    }
}
