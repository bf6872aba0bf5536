using System.Diagnostics.Metrics;
using Defacer.Ledger;
using Defacer.Spool;

namespace Defacer.Observe;

/// <summary>
/// Asks the ledger for the lengths of queues every few seconds, because a metric cannot wait for a database.
/// </summary>
public sealed class QueueSampler(
    ILedger ledger, SpoolStore spool, NodeMetrics metrics, TimeProvider time, ILogger<QueueSampler> log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);
    private volatile IReadOnlyList<(string Queue, QueueLength Length)> _latest = [];

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        metrics.Watch(Items, Ages, () => spool.Space.FreeBytes, spool.Space.MinBytes);
        while (true)
        {
            try
            {
                var jobs = await ledger.JobQueuesAsync(ct);
                var deliveries = await ledger.DeliveryQueuesAsync(ct);
                _latest = [.. jobs.Select(j => ("jobs", j)), .. deliveries.Select(d => ("deliveries", d))];
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Top of the loop: figures grow old, work goes on.
                log.LogWarning(e, "The lengths of queues could not be read.");
            }

            await Task.Delay(s_every, time, ct);
        }
    }

    private IEnumerable<Measurement<long>> Items() =>
        _latest.Select(q => new Measurement<long>(q.Length.Count, Tags(q)));

    private IEnumerable<Measurement<double>> Ages() => _latest
        .Where(q => q.Length.Oldest is not null)
        .Select(q => new Measurement<double>((time.GetUtcNow() - q.Length.Oldest!.Value).TotalSeconds, Tags(q)));

    private static KeyValuePair<string, object?>[] Tags((string Queue, QueueLength Length) q) =>
        [new("queue", q.Queue), new("name", q.Length.Name)];
}
