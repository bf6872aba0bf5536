using System.CommandLine;

namespace Defacer.Cli;

/// <summary><c>defacer send PEER PATH...</c>: C-STORE of files as they are.</summary>
internal static class SendVerb
{
    internal static Command Create()
    {
        var peer = new PeerArguments();
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Print the result of each file as JSON." };
        var command = new Command("send", "Send files to a peer (C-STORE).") { paths, json };
        peer.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var files = parsed.GetValue(paths)!.SelectMany(InputFiles.Below).ToList();
            var client = peer.Resolve(parsed);
            var results = await Terminal.ProgressAsync(
                "sending", progress => FileSender.SendAsync(client, files, progress, cancellationToken));
            return Report(results, parsed.GetValue(json));
        });
        return command;
    }

    private static int Report(IReadOnlyList<SendResult> results, bool json)
    {
        var failed = results.Where(r => !r.Stored).ToList();
        if (json)
        {
            Terminal.Json(results);
        }
        else
        {
            foreach (var result in failed.Take(20))
            {
                Terminal.Error($"{result.Path}: {result.Detail}");
            }

            Terminal.Line($"{results.Count - failed.Count} of {results.Count} stored.");
        }

        return failed.Count == 0 && results.Count > 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
