using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Ledger;
using Xunit;

namespace Defacer.Tests.Hosting;

/// <summary>A node as a process of its own, which can be killed.</summary>
internal sealed class NodeProcess(string folder, int destinationPort, string stableAge) : IDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private System.Diagnostics.Process? _process;

    public int Port { get; } = FreePort();

    public string Output => string.Join('\n', _output);

    public void Start()
    {
        var settings = new
        {
            Defacer = new
            {
                Node = new { Port, Address = "127.0.0.1" },
                Spool = new { MinFreeSpace = "1 MB" },
                Routes = new[] { new { Name = "research", StableAge = stableAge, NotAHead = "pass",
                    Destinations = new[] { "pacs" } } },
                Destinations = new
                {
                    pacs = new
                    {
                        Host = "127.0.0.1",
                        Port = destinationPort,
                        AeTitle = "PACS",
                        RetryDelay = "00:00:00.200",
                        MaxRetryDelay = "00:00:01"
                    },
                },
                Console = new { Url = "http://127.0.0.1:0" },
            },
        };
        var path = Path.Combine(folder, "appsettings.json");
        File.WriteAllText(path, JsonSerializer.Serialize(settings));
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "defacer.dll"), "serve", "--config", path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = System.Diagnostics.Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => _output.Enqueue(e.Data ?? string.Empty);
        _process.ErrorDataReceived += (_, e) => _output.Enqueue(e.Data ?? string.Empty);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    public async Task<int> TerminateAsync()
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>
    /// Sends until every file was acknowledged, however often the node goes away; tells the number after each.
    /// </summary>
    public async Task SendUntilAcknowledgedAsync(IReadOnlyList<DicomFile> files, Action<int> onAcknowledged)
    {
        var next = 0;
        var start = Stopwatch.GetTimestamp();
        while (next < files.Count)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(180), Output);
            try
            {
                await using var association = await DicomClient.ConnectAsync(
                    new ClientOptions
                    {
                        Host = "127.0.0.1",
                        Port = Port,
                        CalledAeTitle = "DEFACER",
                        CallingAeTitle = "CT1"
                    },
                    [new ProposedContext(TestInstances.MrImageStorage, DicomTransferSyntax.ExplicitVRLittleEndian.UID)],
                    CancellationToken.None);
                while (next < files.Count)
                {
                    var response = await association.StoreAsync(files[next], CancellationToken.None);
                    Assert.Equal(0, response.Status.Code);
                    next++;
                    onAcknowledged(next);
                }

                await association.ReleaseAsync(CancellationToken.None);
            }
            catch (AssociationException)
            {
                await Task.Delay(200);
            }
        }
    }

    /// <summary>The jobs as the ledger on disk has them.</summary>
    public async Task<IReadOnlyList<Job>> JobsAsync()
    {
        await using var ledger =
            SqliteLedger.Open(Path.Combine(folder, "spool", "ledger.db"), TimeProvider.System).Ledger;
        return await ledger.JobsAsync(null, CancellationToken.None);
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            Kill();
        }

        _process?.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
