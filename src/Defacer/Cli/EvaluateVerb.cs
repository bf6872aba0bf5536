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
        var profile = new Option<string[]>("--profile")
        {
            Description = "Profiles of config/profiles, or paths of such. Without it all that are shipped.",
            AllowMultipleArgumentsPerToken = true,
        };
        var seed = new Option<int>("--seed") { Description = "Other invented persons.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var command = new Command("deid", "Plant identity in real files, de-identify them, and score every required action.") { input, profile, seed, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var files = InputFiles.Below(parsed.GetValue(input)!);
                var names = parsed.GetValue(profile) is { Length: > 0 } named ? named : [.. DeidentifyProfiles.Names];
                var outcomes = new List<(string Profile, DeidOutcome Outcome)>();
                foreach (var name in names)
                {
                    outcomes.Add((name, await EvaluateAsync(name, files, parsed.GetValue(seed), cancellationToken)));
                }

                Print(outcomes, parsed.GetValue(json));
                return outcomes.TrueForAll(o => o.Outcome.IsFaultless) ? ExitCode.Done : ExitCode.Failed;
            }
            catch (ProfileException exception)
            {
                Terminal.Error(exception.Message);
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static async Task<DeidOutcome> EvaluateAsync(
        string profile, IReadOnlyList<string> files, int seed, CancellationToken cancellationToken)
    {
        var work = Directory.CreateTempSubdirectory("defacer-evaluate-").FullName;
        try
        {
            var evaluation = new DeidEvaluation(DeidentifyProfiles.Load(profile), seed, work);
            return await Terminal.ProgressAsync($"evaluating {profile}", progress =>
                Task.Run(() => evaluation.Run(files, progress, cancellationToken), cancellationToken));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Print(List<(string Profile, DeidOutcome Outcome)> outcomes, bool json)
    {
        if (json)
        {
            Terminal.Json(outcomes.Select(o => Facts(o.Profile, o.Outcome)));
            return;
        }

        foreach (var (profile, outcome) in outcomes)
        {
            Terminal.Line($"Profile {profile}");
            Print(outcome);
        }

        var (passed, total) = (outcomes.Sum(o => o.Outcome.Score.Passed), outcomes.Sum(o => o.Outcome.Score.Total));
        Terminal.Line($"All {outcomes.Count} profiles: {passed} of {total} required actions ({Percent(passed, total)}).");
    }

    private static object Facts(string profile, DeidOutcome outcome) => new
    {
        Profile = profile,
        outcome.Files,
        outcome.Written,
        outcome.Parked,
        outcome.Score.Passed,
        outcome.Score.Total,
        Categories = outcome.Score.Counts.Select(c => new { c.Key.Category, c.Key.Action, c.Value.Passed, c.Value.Total }),
        outcome.Score.Missed,
        Verifier = outcome.Hits,
        outcome.SameKeyAgrees,
        outcome.OtherKeyAgrees,
    };

    private static void Print(DeidOutcome outcome)
    {
        var score = outcome.Score;
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
