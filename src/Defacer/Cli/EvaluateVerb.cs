using System.CommandLine;
using Defacer.Deidentify.Profiles;
using Defacer.Evaluate;

namespace Defacer.Cli;

/// <summary><c>defacer evaluate</c>: the benchmarks of correctness, as tables.</summary>
internal static class EvaluateVerb
{
    internal static Command Create() => new("evaluate", "Measure the program against known answers.") { Deid(), EvaluateDefaceVerb.Create() };

    private static Command Deid()
    {
        var input = new Argument<string>("IN") { Description = "Real DICOM files into which invented persons are planted; not changed." };
        var profile = new Option<string>("--profile") { Description = "A profile of config/profiles, or the path of one.", DefaultValueFactory = _ => "research" };
        var seed = new Option<int>("--seed") { Description = "Other invented persons.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var command = new Command("deid", "Plant identity in real files, de-identify them, and score every required action.") { input, profile, seed, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var work = Directory.CreateTempSubdirectory("defacer-evaluate-").FullName;
            try
            {
                var evaluation = new DeidEvaluation(DeidentifyProfiles.Load(parsed.GetValue(profile)!), parsed.GetValue(seed), work);
                var files = InputFiles.Below(parsed.GetValue(input)!);
                var outcome = await Terminal.ProgressAsync("evaluating", progress =>
                    Task.Run(() => evaluation.Run(files, progress, cancellationToken), cancellationToken));
                Print(outcome, parsed.GetValue(json));
                return outcome.Score is { Total: > 0 } score && score.Passed == score.Total && outcome.Hits.Count == 0
                    && outcome.SameKeyAgrees == outcome.Written && outcome.OtherKeyAgrees == 0 ? ExitCode.Done : ExitCode.Failed;
            }
            catch (ProfileException exception)
            {
                Terminal.Error(exception.Message);
                return ExitCode.Failed;
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }
        });
        return command;
    }

    private static void Print(DeidOutcome outcome, bool json)
    {
        var score = outcome.Score;
        if (json)
        {
            Terminal.Json(new
            {
                outcome.Files,
                outcome.Written,
                outcome.Parked,
                score.Passed,
                score.Total,
                Categories = score.Counts.Select(c => new { c.Key.Category, c.Key.Action, c.Value.Passed, c.Value.Total }),
                score.Missed,
                Verifier = outcome.Hits,
                outcome.SameKeyAgrees,
                outcome.OtherKeyAgrees,
            });
            return;
        }

        Terminal.Table(["Category", "Action", "Passed", "Checks", "Score"], score.Counts.Select(c => (IReadOnlyList<string>)
            [c.Key.Category, c.Key.Action, $"{c.Value.Passed}", $"{c.Value.Total}", Percent(c.Value.Passed, c.Value.Total)]));
        foreach (var missed in score.Missed.Take(40))
        {
            Terminal.Error($"missed: {missed.Action} of {missed.Category} at {missed.Where} in {missed.File}");
        }

        foreach (var hit in outcome.Hits.Take(20))
        {
            Terminal.Error($"verifier: {hit}");
        }

        var parked = string.Join(", ", outcome.Parked.Select(p => $"{p.Value} {p.Key}"));
        Terminal.Line($"{outcome.Written} of {outcome.Files} files written and scored; parked as a whole: {(parked.Length == 0 ? "none" : parked)}.");
        Terminal.Line($"Required actions: {score.Passed} of {score.Total} ({Percent(score.Passed, score.Total)}). Verifier: {outcome.Hits.Count} findings.");
        Terminal.Line($"A second node with the same key: {outcome.SameKeyAgrees} of {outcome.Written} outputs the same; with another key: {outcome.OtherKeyAgrees}.");
    }

    private static string Percent(int passed, int total) =>
        total == 0 ? "-" : (100.0 * passed / total).ToString(passed == total ? "0 '%'" : "0.000 '%'", System.Globalization.CultureInfo.InvariantCulture);
}
