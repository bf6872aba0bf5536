using System.Threading.Channels;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Spool;

namespace Defacer.Forward;

/// <summary>Writes the end of a job into its report and puts its folder where its state belongs.</summary>
public sealed class Settlement(
    SpoolStore spool, ILedger ledger, NodeMetrics metrics, TimeProvider time, Action onDone, ILogger<Settlement> log)
{
    private readonly Channel<string> _settled = Channel.CreateUnbounded<string>();

    /// <summary>A job reached its end for now.</summary>
    public void Settled(string jobId) => _settled.Writer.TryWrite(jobId);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var jobId in _settled.Reader.ReadAllAsync(ct))
        {
            try
            {
                await SettleAsync(jobId, ct);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Top of the loop: report and place only show what the ledger has durably.
                log.LogError(e, "Job {Job}: its report could not be finished.", jobId);
            }
        }
    }

    private async Task SettleAsync(string jobId, CancellationToken ct)
    {
        if (await ledger.FindJobAsync(jobId, ct) is not { State: JobState.Done or JobState.Parked } job)
        {
            return;
        }

        var deliveries = await ledger.DeliveriesAsync(jobId, ct);
        using (await spool.Locks.TakeAsync(jobId, ct))
        {
            if (JobReport.Read(spool.Folders.Report(jobId)) is { } report)
            {
                spool.WriteDurably(spool.Folders.Report(jobId), (report with
                {
                    State = job.State == JobState.Done ? "done" : "parked",
                    Parked = job.Parked,
                    FinishedAt = time.GetUtcNow(),
                    Destinations =
                        [.. deliveries.GroupBy(d => d.Destination, StringComparer.Ordinal).Select(Summarize)],
                }).ToJson());
            }

            if (job.State == JobState.Parked)
            {
                spool.MoveToParked(jobId);
            }
        }

        metrics.JobReached(job.Route, job.State.ToString(), job.Parked?.Cause.ToString() ?? string.Empty);
        metrics.StudyLeft("forward", job.Route, time.GetUtcNow() - job.LastArrivalAt);
        log.LogInformation("Job {Job} on route {Route}: {State}. {Reason} {Detail}", jobId, job.Route, job.State,
            job.Reason, job.Parked?.Detail ?? string.Empty);
        if (job.State == JobState.Done)
        {
            onDone();
        }
    }

    private static DestinationReport Summarize(IGrouping<string, Delivery> deliveries) => new(
        deliveries.Key,
        deliveries.Count(d => d.State == DeliveryState.Delivered),
        deliveries.Count(d => d.State == DeliveryState.Held),
        deliveries.Count(d => d.State is DeliveryState.Pending or DeliveryState.Sent));
}
