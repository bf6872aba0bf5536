using System.Diagnostics;
using Xunit;

namespace Defacer.Interop.Peers;

/// <summary>Runs DCMTK's tools; skips the test where they are not installed.</summary>
internal static class Dcmtk
{
    /// <summary>What a tool did.</summary>
    internal sealed record Outcome(int ExitCode, string Output)
    {
        /// <summary>How many C-STORE responses said success.</summary>
        internal int StoreSuccesses => Output.Split('\n').Count(l => l.Contains("Received Store Response (Success)", StringComparison.Ordinal));
    }

    /// <summary>Sends files in this order on one association to the AE DEFACER.</summary>
    internal static Task<Outcome> StoreAsync(int port, IReadOnlyList<string> files, CancellationToken cancellationToken, params string[] options) =>
        RunAsync("storescu", ["-v", "-nh", .. options, "-aet", "STORESCU", "-aec", "DEFACER", "127.0.0.1", $"{port}", .. files], cancellationToken);

    /// <summary>Sends a folder on one association, each object in its own transfer syntax.</summary>
    internal static Task<Outcome> StoreFolderAsync(int port, string folder, CancellationToken cancellationToken, params string[] options) =>
        RunAsync("storescu", ["-v", "-nh", "+sd", "+r", "-R", .. options, "-aet", "STORESCU", "-aec", "DEFACER", "127.0.0.1", $"{port}", folder], cancellationToken);

    /// <summary>Runs a tool to its end.</summary>
    internal static async Task<Outcome> RunAsync(string tool, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{tool}"), $"{tool} is not installed.");
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["TCP_NODELAY"] = "1" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new Outcome(process.ExitCode, await output + await error);
    }
}
