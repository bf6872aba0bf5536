using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Defacer.Deidentify.Tests;

/// <summary>Runs dciodvfy of dicom3tools, which checks an object against its IOD with code that is not ours.</summary>
internal static partial class Dciodvfy
{
    internal static bool IsInstalled { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(p =>
            File.Exists(Path.Combine(p, "dciodvfy")));

    /// <summary>The errors of a file, without values and item numbers, so that the errors of two files can be
    /// compared.</summary>
    internal static HashSet<string> Errors(string path)
    {
        var start =
            new ProcessStartInfo("dciodvfy", [path])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true
            };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var text = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _ = output.Result;
        return [.. text.Split('\n').Where(l => l.StartsWith("Error", StringComparison.Ordinal)).Select(Normalize)];
    }

    private static string Normalize(string line) =>
        Numbers().Replace(Uids().Replace(Values().Replace(line, "<>"), "[uid]"), "[n]");

    [GeneratedRegex(@"<[^>/]*>(?=( for|$| is| -))", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Values();

    // Also the placeholder 0.
    [GeneratedRegex(@"(?<=UID )[\d.]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Uids();

    [GeneratedRegex(@"\[\d+\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Numbers();
}
