using System.CommandLine;
using Defacer.Deidentify;
using Defacer.Deidentify.Keys;
using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Files;

namespace Defacer.Cli;

/// <summary><c>defacer deidentify IN OUT</c>: the headers alone, each output re-read and searched for the input's identity.</summary>
internal static class DeidentifyVerb
{
    internal static Command Create()
    {
        var input = new Argument<string>("IN") { Description = "A DICOM file or folder." };
        var output = new Argument<string?>("OUT") { Description = "The file or folder to write.", Arity = ArgumentArity.ZeroOrOne };
        var profile = new Option<string>("--profile") { Description = "A profile of config/profiles, or the path of one.", DefaultValueFactory = _ => "research" };
        var key = new Option<string>("--key") { Description = "The site key; made when it is absent.", DefaultValueFactory = _ => "site.key" };
        var report = new Option<string?>("--report") { Description = "Write the report as JSON here." };
        var explain = new Option<bool>("--explain") { Description = "Print what would be done to each attribute of IN and why; of values only their shape." };
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var command = new Command("deidentify", "Remove the identity from headers (PS3.15 Annex E).") { input, output, profile, key, report, explain, json };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(explain) && result.GetValue(output) is null)
            {
                result.AddError("Name OUT, or ask for --explain.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Deidentifier Engine() => Load(parsed.GetValue(profile)!, parsed.GetValue(key)!);
            try
            {
                return parsed.GetValue(explain)
                    ? Explain(Engine(), parsed.GetValue(input)!, parsed.GetValue(json), cancellationToken)
                    : await RunAsync(Engine, parsed.GetValue(input)!, parsed.GetValue(output)!, parsed.GetValue(report), parsed.GetValue(json), cancellationToken);
            }
            catch (Exception exception) when (exception is ProfileException or IOException)
            {
                Terminal.Error(exception.Message);
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static Deidentifier Load(string profile, string keyPath)
    {
        var key = SiteKey.LoadOrCreate(keyPath);
        if (key.IsNew)
        {
            Terminal.Error($"A new site key was made: '{keyPath}'. Back it up; without it later files of a patient do not match these.");
        }

        if (!key.IsNew && File.Exists(keyPath) && KeyFile.Exposure(keyPath) is { } exposed)
        {
            Terminal.Error(exposed + ".");
        }

        return new Deidentifier(DeidentifyProfiles.Load(profile), key);
    }

    private static int Explain(Deidentifier engine, string input, bool json, CancellationToken cancellationToken)
    {
        foreach (var path in InputFiles.Below(input))
        {
            var file = DicomFile.Open(path);
            var actions = engine.Explain(file, cancellationToken);
            if (engine.Apply(file, faceRemoved: false, cancellationToken).Parked is { } parked)
            {
                Terminal.Error($"{path}: {parked.Cause}: {parked.Detail} {parked.Remedy}");
            }

            if (json)
            {
                Terminal.Json(actions);
                continue;
            }

            Terminal.Table(["Tag", "Keyword", "Value", "Action", "Rule", "Reason"], actions.Select(a =>
                (IReadOnlyList<string>)[a.Path, a.Keyword, a.Value, $"{a.Action}", $"{a.Source}", a.Reason]));
        }

        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(
        Func<Deidentifier> engine, string input, string output, string? reportPath, bool json, CancellationToken cancellationToken)
    {
        var files = InputFiles.Below(input);
        if (files.Contains(Path.GetFullPath(output)) || Path.GetFullPath(output) == Path.GetFullPath(input))
        {
            Terminal.Error($"'{output}' is the input: name another place, originals are never overwritten.");
            return ExitCode.Usage;
        }

        var run = new DeidentifyRun(input, output);
        var results = await Terminal.ProgressAsync("de-identifying", progress =>
            Task.Run(() => run.Execute(files, engine, progress, cancellationToken), cancellationToken));
        var parked = results.Where(r => r.Parked is not null).ToList();
        if (reportPath is not null)
        {
            await File.WriteAllTextAsync(reportPath, Terminal.ToJson(results), cancellationToken);
        }

        if (json)
        {
            Terminal.Json(results);
        }
        else
        {
            foreach (var result in parked.Take(20))
            {
                Terminal.Error($"{result.Input}: {result.Parked!.Cause}: {result.Parked.Detail} {result.Parked.Remedy}");
            }

            Terminal.Line($"{results.Count - parked.Count} of {results.Count} written to {output}.");
        }

        return results.Count == 0 ? ExitCode.Failed : parked.Count > 0 ? ExitCode.Parked : ExitCode.Done;
    }
}
