using Defacer.Configuration;
using Defacer.Ledger;
using Defacer.Spool;

namespace Defacer.Forward;

/// <summary>
/// Removes originals, outputs and pictures of jobs that are done or rejected, when the policy's time is over. Reports
/// stay.
/// </summary>
public sealed class Retention(
    SpoolStore spool, ILedger ledger, KeepOriginals keep, TimeProvider time, ILogger<Retention> log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);
    private readonly Signal _signal = new();

    /// <summary>A job was settled; look now.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(ct);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Top of the loop: what is not removed now is removed later.
                log.LogError(e, "Files of finished jobs could not be removed; trying again.");
            }

            await _signal.WaitAsync(s_every, time, ct);
        }
    }

    /// <summary>Looks at every finished job once.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        if (keep.For is not { } after)
        {
            return;
        }

        foreach (var state in new[] { JobState.Done, JobState.Rejected })
        {
            var due = (await ledger.JobsAsync(state, ct)).Where(
                j => !j.IsCleaned && j.ChangedAt + after <= time.GetUtcNow());
            foreach (var job in due)
            {
                // What was promised to a source was not delivered: only a person may remove it, by hand.
                if (state == JobState.Rejected && await ledger.IsPromisedAsync(job.Id, ct))
                {
                    continue;
                }

                await CleanAsync(job.Id, state, ct);
            }
        }
    }

    // The ledger first: a crash in between leaves files that the next start removes, never a ledger that believes in
    // files.
    private async Task CleanAsync(string jobId, JobState state, CancellationToken ct)
    {
        using var held = await spool.Locks.TakeAsync(jobId, ct);
        if (await ledger.MarkCleanedAsync(jobId, ct))
        {
            // The report is what a lost ledger is restored from.
            if (JobReport.Read(spool.Folders.Report(jobId)) is { } report)
            {
                spool.WriteDurably(spool.Folders.Report(jobId),
                    (report with { State = state == JobState.Done ? "done" : "rejected" }).ToJson());
            }

            spool.Clean(jobId);
            log.LogInformation("Job {Job}: originals and outputs were removed from the spool.", jobId);
        }
    }
}
