using System.CommandLine;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Verify;

namespace Defacer.Cli;

/// <summary><c>defacer verify OUT --against IN</c>: the verifier alone, on what anybody de-identified.</summary>
internal static class VerifyVerb
{
    internal static Command Create()
    {
        var output = new Argument<string>("OUT") { Description = "The de-identified file or folder." };
        var against = new Option<string>("--against") { Description = "The originals: a file or folder.", Required = true };
        var profile = new Option<string?>("--profile")
        {
            Description = "What may be retained, as a profile says; else as each output claims in (0012,0064).",
        };
        var report = new Option<string?>("--report") { Description = "Write the report as JSON here." };
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var command = new Command("verify",
            "Search de-identified files for everything that the originals knew about the person, and check their marks, dates and "
            + "references. Ends with 0 when nothing was found, with 3 when something was, with 1 when there was nothing to check.")
        {
            output, against, profile, report, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var retained = parsed.GetValue(profile) is { } name
                    ? RetainedIdentities.FromOptions(DeidentifyProfiles.Load(name).Options)
                    : (RetainedIdentity?)null;
                var run = new VerifyRun(parsed.GetValue(output)!, parsed.GetValue(against)!, retained);
                var results = await Terminal.ProgressAsync("verifying", progress =>
                    Task.Run(() => run.Execute(progress, cancellationToken), cancellationToken));
                if (parsed.GetValue(report) is { } path)
                {
                    await File.WriteAllTextAsync(path, Terminal.ToJson(results), cancellationToken);
                }

                return Print(results, parsed.GetValue(json));
            }
            catch (ProfileException exception)
            {
                Terminal.Error(exception.Message);
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static int Print(IReadOnlyList<VerifiedFile> results, bool json)
    {
        var failed = results.Where(r => !r.Passed).ToList();
        if (json)
        {
            Terminal.Json(results);
        }
        else
        {
            foreach (var (file, finding) in failed.Take(50).SelectMany(f => f.Findings.Take(5).Select(p => (f.Output, p))))
            {
                Terminal.Error($"{file}: {finding}");
            }

            var alone = results.Count(r => r.Original is null);
            Terminal.Line($"{results.Count - failed.Count} of {results.Count} files hold nothing of the originals.");
            if (alone > 0)
            {
                Terminal.Line($"{alone} have no original at the same relative path or place in the patient: their UIDs and dates were not compared with one.");
            }
        }

        return results.Count == 0 ? ExitCode.Failed : failed.Count > 0 ? ExitCode.Parked : ExitCode.Done;
    }
}
