using System.CommandLine;
using System.Net.Sockets;
using Defacer.Configuration;
using Defacer.Hosting;
using Defacer.Spool;

namespace Defacer.Cli;

/// <summary><c>defacer serve [--config FILE] [Defacer:Key=Value ...]</c>: runs the node until it is told to stop.</summary>
internal static class ServeVerb
{
    internal static Command Create()
    {
        var file = new Option<string?>("--config") { Description = "The configuration file. Default: appsettings.json here, else beside the program." };
        var settings = new Argument<string[]>("SETTINGS")
        {
            Description = "Settings over those of the file, e.g. Defacer:Node:Port=104.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("serve", "Run the node.") { file, settings };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(file), parsed.GetValue(settings) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? file, string[] settings, CancellationToken ct)
    {
        var path = Path.GetFullPath(file ?? Default());
        if (!File.Exists(path))
        {
            return Fail($"There is no configuration file {path}. Name one with --config.");
        }

        try
        {
            var configuration = new ConfigurationBuilder()
                .AddJsonFile(path, optional: false, reloadOnChange: false)
                .AddEnvironmentVariables()
                .AddCommandLine(settings)
                .Build();
            await using var app = NodeHost.Create(configuration, Path.GetDirectoryName(path)!);
            await app.StartAsync(ct);
            await app.WaitForShutdownAsync(ct);

            // Set where the node ended by itself.
            return Environment.ExitCode;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return 0;
        }
        catch (ConfigurationException e)
        {
            return Fail($"{path}: {e.Message}");
        }
        catch (InvalidDataException e)
        {
            return Fail($"{path}: {e.Message}");
        }
        catch (SpoolInUseException e)
        {
            return Fail(e.Message);
        }
        catch (SocketException e)
        {
            return Fail($"The DICOM port cannot be listened at: {e.SocketErrorCode}. Another program may have it, or it may need more rights (below 1024).");
        }
        catch (IOException e)
        {
            return Fail(e.Message);
        }
    }

    private static string Default() => File.Exists("appsettings.json") ? "appsettings.json" : Path.Combine(AppContext.BaseDirectory, "appsettings.json");

    private static int Fail(string sentence)
    {
        Console.Error.WriteLine($"defacer: {sentence}");
        return 1;
    }
}
