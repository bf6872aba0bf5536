using System.CommandLine;
using Defacer.Deface.Models;

namespace Defacer.Cli;

/// <summary>Runs a command line: usage errors and failures have their exit codes, and nobody sees a stack trace for a missing file.</summary>
internal static class CommandLine
{
    // A node finishes what is in flight first, within its own drain time.
    private static readonly TimeSpan s_termination = TimeSpan.FromMinutes(5);

    internal static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = s_termination };
        if (parsed.Errors.Count > 0)
        {
            await parsed.InvokeAsync(configuration);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (UsageException exception)
        {
            Terminal.Error(exception.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            Terminal.Error("Stopped before the end; nothing half-written was left.");
            return ExitCode.Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or ModelException)
        {
            Terminal.Error(exception.Message);
            return ExitCode.Failed;
        }
    }
}
