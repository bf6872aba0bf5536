using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Peers;

/// <summary>A real Orthanc as the research PACS, on loopback with free ports and a folder of its own.</summary>
internal sealed class OrthancPeer : IAsyncDisposable
{
    internal const string AeTitle = "ORTHANC";
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly string _folder;
    private readonly Action<JsonObject>? _configure;
    private System.Diagnostics.Process? _process;

    private OrthancPeer(string folder, int dicomPort, int httpPort, Action<JsonObject>? configure)
    {
        _folder = folder;
        _configure = configure;
        DicomPort = dicomPort;
        _http.BaseAddress = new Uri($"http://127.0.0.1:{httpPort}/");
        HttpPort = httpPort;
    }

    internal int DicomPort { get; }

    internal int HttpPort { get; }

    /// <summary>Starts Orthanc, or skips the test where it is not installed.</summary>
    internal static async Task<OrthancPeer> StartAsync(
        string folder, CancellationToken cancellationToken, int? dicomPort = null, Action<JsonObject>? configure = null)
    {
        var peer = new OrthancPeer(folder, dicomPort ?? FreePort.Next(), FreePort.Next(), configure);
        await peer.StartAgainAsync(cancellationToken);
        return peer;
    }

    /// <summary>Starts the process on the same folder and ports.</summary>
    internal async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        var program = new[] { "/usr/sbin/Orthanc", "/usr/bin/Orthanc" }.FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "Orthanc is not installed.");
        Directory.CreateDirectory(_folder);
        var settings = Path.Combine(_folder, "orthanc.json");
        var content = new JsonObject
        {
            ["Name"] = "research",
            ["StorageDirectory"] = Path.Combine(_folder, "storage"),
            ["IndexDirectory"] = Path.Combine(_folder, "index"),
            ["DicomAet"] = AeTitle,
            ["DicomPort"] = DicomPort,
            ["HttpPort"] = HttpPort,
            ["RemoteAccessAllowed"] = false,
            ["AuthenticationEnabled"] = false,
            ["DicomAlwaysAllowStore"] = true,
            ["DicomCheckCalledAet"] = false,
            ["SyncStorageArea"] = false,
            ["Plugins"] = new JsonArray(),
            ["UnknownSopClassAccepted"] = true,
        };
        _configure?.Invoke(content);
        await File.WriteAllTextAsync(settings, content.ToJsonString(), cancellationToken);
        _process = System.Diagnostics.Process.Start(new ProcessStartInfo(program!, [settings])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = _folder,
            Environment = { ["TCP_NODELAY"] = "1" },
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await _http.GetStringAsync("system", cancellationToken);
                return;
            }
            catch (HttpRequestException) when (!_process.HasExited && deadline.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    /// <summary>Ends Orthanc; what it stored stays.</summary>
    internal async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>The ids of all resources of a level: patients, studies, series, instances.</summary>
    internal async Task<IReadOnlyList<string>> ListAsync(string level, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<string[]>(level, cancellationToken))!;

    /// <summary>A resource as Orthanc describes it.</summary>
    internal async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<JsonNode>(path, cancellationToken))!;

    /// <summary>The bytes of an instance as stored.</summary>
    internal Task<byte[]> GetFileAsync(string instance, CancellationToken cancellationToken) =>
        _http.GetByteArrayAsync($"instances/{instance}/file", cancellationToken);

    /// <summary>Stores an instance through Orthanc's own interface.</summary>
    internal async Task StoreAsync(byte[] file, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(file);
        using var answer = await _http.PostAsync("instances", content, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until this many instances are stored.</summary>
    internal async Task WaitForInstancesAsync(int count, TimeSpan limit, Func<string> describe, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var stored = (await ListAsync("instances", cancellationToken)).Count;
            if (stored >= count)
            {
                return;
            }

            if (clock.Elapsed > limit)
            {
                Assert.Fail($"{stored} of {count} instances arrived within {limit.TotalSeconds:0} s.\n{describe()}");
            }

            await Task.Delay(200, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        _http.Dispose();
    }
}
