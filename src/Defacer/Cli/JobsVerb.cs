using System.CommandLine;
using System.Globalization;
using Defacer.Ledger;
using Defacer.Spool;

namespace Defacer.Cli;

/// <summary><c>defacer jobs ...</c>: the work of a node on this machine, running or not.</summary>
internal static class JobsVerb
{
    internal static Command Create()
    {
        var command = new Command("jobs", "The work of a node: what waits, what is parked and why.")
        {
            List(), Show(),
            Decide("retry", JobDecision.Retry, "Process a parked job again, or send held outputs again."),
            Decide("release", JobDecision.Release, "Let a study that shows no head pass with its headers de-identified."),
            Decide("approve", JobDecision.Approve, "Forward a job that waits for approval."),
            Decide("reject", JobDecision.Reject, "Decide that a job does not leave."),
        };
        return command;
    }

    private static Command List()
    {
        var file = ConfigurationFile.Option();
        var state = new Option<JobState?>("--state") { Description = "Only jobs in this state." };
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var command = new Command("list", "All jobs, oldest change first.") { file, state, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var ledger = Open(parsed.GetValue(file)!);
            var jobs = await ledger.JobsAsync(parsed.GetValue(state), cancellationToken);
            if (parsed.GetValue(json))
            {
                Terminal.Json(jobs);
                return ExitCode.Done;
            }

            Terminal.Table(["Job", "Route", "State", "Since", "Reason"], jobs.Select(j => (IReadOnlyList<string>)
            [
                j.Id, j.Route, $"{j.State}", j.ChangedAt.ToString("u", CultureInfo.InvariantCulture),
                j.Parked is null ? j.Reason : $"{j.Parked.Cause}: {j.Parked.Detail} {j.Parked.Remedy}",
            ]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show()
    {
        var file = ConfigurationFile.Option();
        var id = JobArgument();
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var command = new Command("show", "One job with its history and deliveries.") { id, file, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var ledger = Open(parsed.GetValue(file)!);
            if (await ledger.FindJobAsync(parsed.GetValue(id)!, cancellationToken) is not { } job)
            {
                return NoJob(parsed.GetValue(id)!);
            }

            var history = await ledger.HistoryAsync(job.Id, cancellationToken);
            var deliveries = await ledger.DeliveriesAsync(job.Id, cancellationToken);
            if (parsed.GetValue(json))
            {
                Terminal.Json(new { Job = job, History = history, Deliveries = deliveries });
                return ExitCode.Done;
            }

            Terminal.Line($"{job.Id} on route {job.Route}: {job.State}. {job.Reason}");
            if (job.Parked is { } parked)
            {
                Terminal.Line($"Cause: {parked.Cause}. {parked.Detail}");
                Terminal.Line($"Remedy: {parked.Remedy}");
            }

            Terminal.Table(["When", "State", "Reason"], history.Select(h =>
                (IReadOnlyList<string>)[h.At.ToString("u", CultureInfo.InvariantCulture), $"{h.State}", h.Reason]));
            Terminal.Table(["Destination", "State", "Instances"], deliveries.GroupBy(d => (d.Destination, d.State)).Select(g =>
                (IReadOnlyList<string>)[g.Key.Destination, $"{g.Key.State}", $"{g.Count()}"]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Decide(string name, JobDecision decision, string description)
    {
        var file = ConfigurationFile.Option();
        var id = JobArgument();
        var command = new Command(name, description) { id, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var jobId = parsed.GetValue(id)!;
            await using var ledger = Open(parsed.GetValue(file)!);
            if (await ledger.FindJobAsync(jobId, cancellationToken) is not { } job)
            {
                return NoJob(jobId);
            }

            if (await ledger.DecideAsync(jobId, decision, cancellationToken))
            {
                Terminal.Line($"{jobId}: {name} noted; the node takes it up within seconds.");
                return ExitCode.Done;
            }

            Terminal.Error($"{jobId} is {job.State}; {name} does not apply to that state.");
            return ExitCode.Failed;
        });
        return command;
    }

    private static Argument<string> JobArgument() => new("JOB") { Description = "The job's id, as `jobs list` shows it." };

    private static int NoJob(string id)
    {
        Terminal.Error($"There is no job '{id}'. See `defacer jobs list`.");
        return ExitCode.Failed;
    }

    private static SqliteLedger Open(string configuration)
    {
        var (options, errors, path) = ConfigurationFile.Read(configuration);
        if (errors.Count > 0)
        {
            throw new InvalidDataException($"The configuration has errors; see `defacer config check --config {configuration}`.");
        }

        var folders = new SpoolFolders(ConfigurationFile.SpoolPath(options, path));
        if (!File.Exists(folders.Ledger))
        {
            throw new FileNotFoundException($"There is no ledger '{folders.Ledger}': the node has not run on this spool yet.");
        }

        return SqliteLedger.Open(folders.Ledger, TimeProvider.System).Ledger;
    }
}
