using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Defacer.Benchmarks;

/// <summary>A process that takes instances on a port of loopback.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly System.Diagnostics.Process _process;

    private Receiver(System.Diagnostics.Process process, int port) => (_process, Port) = (process, port);

    internal int Port { get; }

    /// <summary>The largest resident memory so far in MB; 0 where the system does not tell.</summary>
    internal double PeakMB => Status("VmHWM") / 1024.0;

    /// <summary>The resident memory in MB.</summary>
    internal double MemoryMB => Status("VmRSS") / 1024.0;

    /// <summary>Open files and sockets.</summary>
    internal int Handles => Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length;

    internal int Threads => (int)Status("Threads");

    /// <summary>Processor time so far, of ended children too.</summary>
    internal double CpuSeconds
    {
        get
        {
            var fields = File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[^1].Split(' ');
            return fields[11..15].Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / 100.0;
        }
    }

    internal static Task<Receiver> StartStorescpAsync(string work, BenchmarkOptions options, params string[] arguments) =>
        StartAsync(work, options.HasNagle, "storescp", port => ["-q", .. arguments, "-pdu", "131072", "-od", work, port]);

    internal static Task<Receiver> StartUnflushedAsync(string work)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "Defacer.Benchmarks.dll");
        return StartAsync(work, false, "dotnet", port => ["exec", dll, UnflushedReceiver.Word, port, Path.Combine(work, "spool")]);
    }

    internal static Task<Receiver> StartNodeAsync(string work, BenchmarkOptions options)
    {
        var isDll = options.Node.EndsWith(".dll", StringComparison.Ordinal);
        var node = Path.GetFullPath(options.Node);
        return StartAsync(work, false, isDll ? "dotnet" : node, port =>
        {
            File.WriteAllText(Path.Combine(work, "appsettings.json"), NodeSettings(port).ToJsonString());
            return isDll ? ["exec", node, "serve"] : ["serve"];
        });
    }

    internal static Task<Receiver> StartOrthancAsync(string work, BenchmarkOptions options)
    {
        var program = File.Exists("/usr/sbin/Orthanc") ? "/usr/sbin/Orthanc" : "Orthanc";
        return StartAsync(work, options.HasNagle, program, port =>
        {
            var settings = new JsonObject
            {
                ["StorageDirectory"] = work,
                ["IndexDirectory"] = work,
                ["DicomAet"] = "DEFACER",
                ["DicomPort"] = int.Parse(port, CultureInfo.InvariantCulture),
                ["HttpPort"] = FreePort(),
                ["RemoteAccessAllowed"] = false,
                ["DicomAlwaysAllowStore"] = true,
                ["DicomCheckCalledAet"] = false,
                ["SyncStorageArea"] = true,
                ["DicomThreadsCount"] = 8,
                ["Plugins"] = new JsonArray(),
            };
            var path = Path.Combine(work, "orthanc.json");
            File.WriteAllText(path, settings.ToJsonString());
            return [path];
        });
    }

    /// <summary>Sends files from as many storescu as asked for; gives the seconds to the end of the last.</summary>
    internal async Task<double> SendAsync(IReadOnlyList<string> files, int senders, bool hasNagle)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(files.Chunk((files.Count + senders - 1) / senders).Select(async part =>
        {
            using var sender = Run("storescu", ["-q", "-xe", "-R", "-aec", "DEFACER", "127.0.0.1", $"{Port}", .. part], null, hasNagle);
            await sender.WaitForExitAsync();
            if (sender.ExitCode != 0)
            {
                throw new InvalidOperationException($"storescu ended with code {sender.ExitCode}.");
            }
        }));
        return clock.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<Receiver> StartAsync(
        string work, bool hasNagle, string program, Func<string, IEnumerable<string>> arguments)
    {
        Directory.CreateDirectory(work);
        var port = FreePort();
        var receiver = new Receiver(Run(program, arguments(port.ToString(CultureInfo.InvariantCulture)), work, hasNagle), port);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return receiver;
            }
            catch (SocketException) when (attempt < 300)
            {
                await Task.Delay(100);
            }
        }
    }

    private static JsonObject NodeSettings(string port) => new()
    {
        ["Defacer"] = new JsonObject
        {
            ["Node"] = new JsonObject { ["AeTitle"] = "DEFACER", ["Port"] = int.Parse(port, CultureInfo.InvariantCulture) },
            ["Spool"] = new JsonObject { ["Path"] = "spool", ["MinFreeSpace"] = "100 MB" },
            ["Routes"] = new JsonArray(new JsonObject
            {
                ["Name"] = "bench",
                ["CalledAeTitle"] = "DEFACER",
                ["StableAge"] = "10:00:00",
                ["Destinations"] = new JsonArray(),
            }),
            ["Console"] = new JsonObject { ["Url"] = $"http://127.0.0.1:{FreePort()}" },
        },
    };

    private static System.Diagnostics.Process Run(
        string program, IEnumerable<string> arguments, string? workingFolder, bool hasNagle)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder ?? string.Empty,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!hasNagle)
        {
            start.Environment["TCP_NODELAY"] = "1";
        }

        var process = System.Diagnostics.Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private long Status(string name) => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(l => l.StartsWith(name + ":", StringComparison.Ordinal))
        .Select(l => long.Parse(l.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .FirstOrDefault();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
