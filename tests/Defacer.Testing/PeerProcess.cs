using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace Defacer.Testing;

/// <summary>A program of somebody else that a test talks to; ended by its process id when the test ends.</summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(10);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private PeerProcess(Process process) => _process = process;

    /// <summary>What it wrote so far, both streams together.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The path of a program; skips the test where it is not installed.</summary>
    public static string Require(string program)
    {
        var path = Find(program);
        Assert.SkipUnless(path is not null, $"{program} is not installed.");
        return path!;
    }

    /// <summary>The path of a program on PATH; null where it is not installed.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>Starts a program; skips the test where it is not installed.</summary>
    public static PeerProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(Require(program), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        var process = new Process { StartInfo = info };
        var peer = new PeerProcess(process);
        process.OutputDataReceived += (_, line) => peer.Add(line.Data);
        process.ErrorDataReceived += (_, line) => peer.Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return peer;
    }

    /// <summary>Starts a program and waits for its end; gives its exit code and what it wrote.</summary>
    /// <exception cref="TimeoutException">It did not end in time, and was ended.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program, IEnumerable<string> arguments, TimeSpan wait, IReadOnlyDictionary<string, string>? environment =
            null)
    {
        await using var peer = Start(program, arguments, environment);
        return (await peer.WaitAsync(wait), peer.Output);
    }

    /// <summary>Waits for its end; gives its exit code.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int> WaitAsync(TimeSpan wait)
    {
        using var limit = new CancellationTokenSource(wait);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException(
                $"{_process.StartInfo.FileName} did not end in {wait.TotalSeconds:0} s. It wrote:\n{Output}", e);
        }
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await WaitAsync(s_end);
        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
