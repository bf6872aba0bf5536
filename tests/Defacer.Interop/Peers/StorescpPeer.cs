using System.Diagnostics;
using System.Text;
using Xunit;

namespace Defacer.Interop.Peers;

/// <summary>DCMTK's storescp on loopback, one file for each C-STORE it gets.</summary>
internal sealed class StorescpPeer : IAsyncDisposable
{
    private readonly StringBuilder _log = new();
    private readonly System.Diagnostics.Process _process;
    private readonly string _folder;

    private StorescpPeer(System.Diagnostics.Process process, string folder)
    {
        _process = process;
        _folder = folder;
        process.OutputDataReceived += (_, e) => Append(e.Data);
        process.ErrorDataReceived += (_, e) => Append(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it received.</summary>
    internal IReadOnlyList<string> Files => Directory.Exists(_folder) ? Directory.GetFiles(_folder) : [];

    /// <summary>What it printed.</summary>
    internal string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    internal static StorescpPeer Start(int port, string folder, params string[] options)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/storescp"), "storescp is not installed.");
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("storescp", ["-d", "+B", "+uf", "-pdu", "131072", "-od", folder, .. options, $"{port}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["TCP_NODELAY"] = "1" },
        };
        return new StorescpPeer(System.Diagnostics.Process.Start(start)!, folder);
    }

    internal Task WaitForFilesAsync(int count, TimeSpan limit, Func<string> describe, CancellationToken cancellationToken) =>
        WaitAsync(() => Files.Count >= count, $"{count} files", limit, describe, cancellationToken);

    internal Task WaitForConnectionsAsync(int count, TimeSpan limit, Func<string> describe, CancellationToken cancellationToken) =>
        WaitAsync(() => Occurrences("BEGIN A-ASSOCIATE-RQ") >= count, $"{count} association requests", limit, describe, cancellationToken);

    /// <summary>Ends the process; its files and its log stay.</summary>
    internal async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private async Task WaitAsync(
        Func<bool> reached, string what, TimeSpan limit, Func<string> describe, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (!reached())
        {
            if (clock.Elapsed > limit)
            {
                Assert.Fail($"storescp did not see {what} within {limit.TotalSeconds:0} s.\n{describe()}\n{Log}");
            }

            await Task.Delay(200, cancellationToken);
        }
    }

    private int Occurrences(string text) => Log.Split('\n').Count(l => l.Contains(text, StringComparison.Ordinal));

    private void Append(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
