using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Defacer.Testing;

namespace Defacer.Interop.Peers;

/// <summary>The real program, `defacer serve`, in a folder of its own on loopback; killed by process id.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly string _folder;
    private readonly ProcessStartInfo _command;
    private System.Diagnostics.Process? _process;

    private NodeProcess(string folder, int port, int webPort, ProcessStartInfo command)
    {
        _folder = folder;
        _command = command;
        Port = port;
        WebPort = webPort;
    }

    /// <summary>The DICOM port.</summary>
    internal int Port { get; }

    /// <summary>The port of health, metrics and console.</summary>
    internal int WebPort { get; }

    /// <summary>The spool.</summary>
    internal string Spool => Path.Combine(_folder, "spool");

    /// <summary>What the process wrote to standard output and error over all its lives.</summary>
    internal string LogPath => Path.Combine(_folder, "node.log");

    /// <summary>The program that was built with the tests.</summary>
    internal static string ProgramPath
    {
        get
        {
            var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                ? "Release" : "Debug";
            return Path.Combine(SharedData.RepositoryRoot, "src", "Defacer", "bin", configuration, "net10.0", "defacer.dll");
        }
    }

    /// <summary>Starts a node with one route AE DEFACER to these destinations and waits until it is ready.</summary>
    internal static async Task<NodeProcess> StartAsync(
        string folder, NodeSettings settings, CancellationToken cancellationToken, ProcessStartInfo? command = null,
        int? port = null)
    {
        Directory.CreateDirectory(folder);
        var node = new NodeProcess(folder, port ?? FreePort.Next(), FreePort.Next(), command ?? new ProcessStartInfo("dotnet", ["exec", ProgramPath, "serve"]));
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), node.Settings(settings), cancellationToken);
        await node.StartAgainAsync(cancellationToken);
        return node;
    }

    /// <summary>Starts the process on the same folder, as after a crash, and waits until it is ready.</summary>
    internal async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        _command.WorkingDirectory = _folder;
        _command.RedirectStandardOutput = true;
        _command.RedirectStandardError = true;
        _process = System.Diagnostics.Process.Start(_command)!;
        _ = CopyAsync(_process.StandardOutput);
        _ = CopyAsync(_process.StandardError);
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"The node ended with code {_process.ExitCode}:\n{ReadLog()}");
            }

            if (await IsReadyAsync(cancellationToken))
            {
                return;
            }

            if (deadline.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new TimeoutException($"The node is not ready after 60 s:\n{ReadLog()}");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Ends the process at once, as a power cut does.</summary>
    internal async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to end (SIGTERM) and gives its exit code.</summary>
    internal async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>The text of a page of the node.</summary>
    internal Task<string> GetAsync(string path, CancellationToken cancellationToken) =>
        s_http.GetStringAsync(new Uri($"http://127.0.0.1:{WebPort}{path}"), cancellationToken);

    /// <summary>The reports of all jobs that have one.</summary>
    internal IReadOnlyList<JsonNode> Reports() => Directory.Exists(Spool)
        ? [.. Directory.EnumerateFiles(Spool, "report.json", SearchOption.AllDirectories).Select(f => JsonNode.Parse(File.ReadAllText(f))!)]
        : [];

    /// <summary>Waits until the only job is done or parked, and gives its report.</summary>
    internal async Task<JsonNode> WaitForOutcomeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (Reports() is [var report] && (string?)report["state"] is ("done" or "parked" or "rejected"))
            {
                return report;
            }

            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"No outcome after {limit.TotalSeconds:0} s:\n{ReadLog()}");
            }

            await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>Whether the process has ended.</summary>
    internal bool HasExited => _process!.HasExited;

    /// <summary>The most physical memory that the process had.</summary>
    internal long PeakMemoryBytes
    {
        get
        {
            _process!.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Waits until every job is done or parked.</summary>
    internal async Task WaitForQuietAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var jobs = Path.Combine(Spool, "jobs");
        while (!HasExited && (Directory.EnumerateFiles(Path.Combine(Spool, "incoming")).Any()
            || Directory.EnumerateDirectories(jobs).Any(j => !File.Exists(Path.Combine(j, "report.json")))))
        {
            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"Work is left after {limit.TotalSeconds:0} s:\n{ReadLog()}");
            }

            await Task.Delay(500, cancellationToken);
        }
    }

    /// <summary>The log so far.</summary>
    internal string ReadLog()
    {
        lock (_folder)
        {
            return File.Exists(LogPath) ? File.ReadAllText(LogPath) : string.Empty;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await s_http.GetAsync(new Uri($"http://127.0.0.1:{WebPort}/health/ready"), cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task CopyAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_folder)
            {
                File.AppendAllText(LogPath, line + "\n");
            }
        }
    }

    private string Settings(NodeSettings settings)
    {
        var destinations = new JsonObject();
        foreach (var (name, aeTitle, port) in settings.Destinations)
        {
            destinations[name] = new JsonObject
            {
                ["Kind"] = "dimse",
                ["Host"] = "127.0.0.1",
                ["Port"] = port,
                ["AeTitle"] = aeTitle,
            };
        }

        var root = new JsonObject
        {
            ["Defacer"] = new JsonObject
            {
                ["Node"] = new JsonObject { ["AeTitle"] = "DEFACER", ["Port"] = Port },
                ["Spool"] = new JsonObject { ["Path"] = "spool", ["MinFreeSpace"] = "100 MB", ["KeepOriginals"] = settings.KeepOriginals },
                ["Routes"] = new JsonArray(new JsonObject
                {
                    ["Name"] = "research",
                    ["CalledAeTitle"] = "DEFACER",
                    ["StableAge"] = settings.StableAge.ToString("c"),
                    ["Method"] = "depth-mask",
                    ["NotAHead"] = settings.NotAHead,
                    ["Destinations"] = new JsonArray([.. settings.Destinations.Select(d => (JsonNode)d.Name)]),
                }),
                ["Destinations"] = destinations,
                ["Console"] = new JsonObject { ["Url"] = $"http://127.0.0.1:{WebPort}" },
                ["Telemetry"] = new JsonObject { ["OtlpEndpoint"] = settings.OtlpEndpoint, ["OtlpProtocol"] = "http/protobuf" },
            },
        };
        settings.Change?.Invoke(root["Defacer"]!.AsObject());
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }
}

/// <summary>What a test chooses of a node's settings.</summary>
internal sealed record NodeSettings
{
    internal required IReadOnlyList<(string Name, string AeTitle, int Port)> Destinations { get; init; }

    internal TimeSpan StableAge { get; init; } = TimeSpan.FromSeconds(3);

    internal string NotAHead { get; init; } = "park";

    internal string KeepOriginals { get; init; } = "none";

    internal string? OtlpEndpoint { get; init; }

    /// <summary>Further settings, in the section of the program.</summary>
    internal Action<JsonObject>? Change { get; init; }
}
