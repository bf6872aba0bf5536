using Defacer.Configuration;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Spool;
using Polly;
using Polly.CircuitBreaker;

namespace Defacer.Forward;

/// <summary>
/// Sends what waits for one destination: own workers, own retries, own circuit, so that one bad peer blocks nobody
/// else. What was answered is durable in the ledger before the next instance goes out.
/// </summary>
public sealed class DestinationQueue : IDisposable
{
    // Enough to make the association's cost vanish, few enough that parallel workers share a study.
    private const int BatchSize = 100;
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(5);
    private readonly string _name;
    private readonly DestinationOptions _options;
    private readonly IDestination _destination;
    private readonly ILedger _ledger;
    private readonly SpoolStore _spool;
    private readonly NodeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ResiliencePipeline _pipeline;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<(string JobId, string UID)> _inWork = [];
    private readonly Signal[] _signals;

    /// <summary>A queue for a destination by name.</summary>
    public DestinationQueue(
        string name, DestinationOptions options, IDestination destination, ILedger ledger, SpoolStore spool,
            NodeMetrics metrics,
        TimeProvider time, ILogger log)
    {
        (_name, _options, _destination, _ledger, _spool, _metrics, _time, _log) = (
            name, options, destination, ledger, spool, metrics, time, log);
        _signals = [.. Enumerable.Range(0, options.Associations).Select(_ => new Signal())];
        _pipeline = Resilience();
    }

    /// <summary>The destination's name.</summary>
    public string Name => _name;

    /// <summary>Why it cannot be sent to now; null when the last attempt worked.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Called with a job that is done or parked now.</summary>
    public Action<string>? OnSettled { get; set; }

    /// <summary>Called when something was stored that the destination is to commit to.</summary>
    public Action? OnSent { get; set; }

    /// <summary>Something may wait; look now.</summary>
    public void Wake()
    {
        foreach (var signal in _signals)
        {
            signal.Set();
        }
    }

    /// <summary>
    /// Runs until stopped; the instance in flight is finished, unless aborted: then it will be sent again, which is
    /// harmless.
    /// </summary>
    public Task RunAsync(CancellationToken stop, CancellationToken abort) =>
        Task.WhenAll(_signals.Select(s => WorkAsync(s, stop, abort)));

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task WorkAsync(Signal signal, CancellationToken ct, CancellationToken abort)
    {
        while (!ct.IsCancellationRequested)
        {
            var sent = 0;
            try
            {
                sent = await _pipeline.ExecuteAsync(async token => await SendBatchAsync(token, abort), ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // Top of the loop: an error of ours or of the ledger; the outputs stay pending.
                _log.LogError(e, "Destination {Destination}: forwarding failed unexpectedly; trying again.", _name);
            }

            if (sent == 0)
            {
                await signal.WaitAsync(s_poll, _time, ct);
            }
        }
    }

    private async Task<int> SendBatchAsync(CancellationToken ct, CancellationToken abort)
    {
        var batch = await NextAsync(ct);
        if (batch.Count == 0)
        {
            return 0;
        }

        using var span = _metrics.Activities.StartActivity("defacer.forward");
        span?.SetTag("destination", _name).SetTag("instances", batch.Count);
        var delivered = 0;
        var failed = 0;
        try
        {
            var isAsVerified = batch.ToLookup(IsAsVerified);
            foreach (var lost in isAsVerified[false])
            {
                _log.LogError(
                    "Job {Job}: an output in the spool is missing or not the one that was verified; it is held.",
                    lost.Delivery.JobId);
                await _ledger.RecordDeliveryAsync(lost.Delivery, DeliveryState.Held, null, ct);
            }

            await _destination.SendAsync([.. isAsVerified[true]], OnAnswerAsync, ct, abort);
            if (failed > 0)
            {
                throw new DestinationException(
                    "failure", $"{failed} instances were answered with a failure that may pass.");
            }

            Trouble = null;
            return batch.Count;
        }
        catch (DestinationException e)
        {
            Trouble = e.Message;
            _metrics.SendFailed(_name, e.ErrorType);
            if (delivered == 0)
            {
                throw;
            }

            // It moves: the waiting time begins anew with the first step.
            _log.LogWarning("Destination {Destination}: {Reason} {Count} instances were delivered before.", _name,
                e.Message, delivered);
            await Task.Delay(_options.RetryDelay, _time, ct);
            return batch.Count;
        }
        finally
        {
            // Also when stopping: the state of what was answered must be told.
            await FinishAsync(batch);
        }

        async Task OnAnswerAsync(Outgoing outgoing, Answer answer)
        {
            var kind = AnswerRules.Classify(answer.Status);
            _metrics.Sent(_name, AnswerRules.Label(answer.Status), new FileInfo(outgoing.Path).Length);
            delivered += kind == AnswerClass.Delivered ? 1 : 0;
            failed += kind == AnswerClass.TryAgain ? 1 : 0;
            await RecordAsync(outgoing, answer, kind);
        }
    }

    // Not cancelled: the answer is known, and forgetting it would send the instance twice.
    private async Task RecordAsync(Outgoing outgoing, Answer answer, AnswerClass kind)
    {
        var delivery = outgoing.Delivery;
        switch (kind)
        {
            case AnswerClass.Delivered:
                await _ledger.RecordDeliveryAsync(
                    delivery, _options.StorageCommitment.Ask ? DeliveryState.Sent : DeliveryState.Delivered,
                    answer.Status, CancellationToken.None);
                break;
            case AnswerClass.Busy:
                throw new DestinationException("busy", $"It answers {answer.Status:X4}H, out of resources.");
            case AnswerClass.TryAgain when delivery.Attempts + 1 < AnswerRules.MaxAttempts:
                await _ledger.RecordDeliveryAsync(
                    delivery, DeliveryState.Pending, answer.Status, CancellationToken.None);
                break;
            default:
                _log.LogError(
                    "Job {Job}: destination {Destination} refuses an instance with {Status:X4}H; it is held.",
                    delivery.JobId, _name, answer.Status);
                await _ledger.RecordDeliveryAsync(delivery, DeliveryState.Held, answer.Status, CancellationToken.None);
                break;
        }
    }

    private async Task<IReadOnlyList<Outgoing>> NextAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            HashSet<(string, string)> inWork;
            lock (_inWork)
            {
                inWork = [.. _inWork];
            }

            var next = await _ledger.NextDeliveriesAsync(_name, inWork, BatchSize, ct);
            lock (_inWork)
            {
                _inWork.UnionWith(next.Select(Key));
            }

            return [.. next.Select(d => new Outgoing(d, PathOf(d)))];
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task FinishAsync(IReadOnlyList<Outgoing> batch)
    {
        lock (_inWork)
        {
            _inWork.ExceptWith(batch.Select(o => Key(o.Delivery)));
        }

        OnSent?.Invoke();
        foreach (var job in batch.Select(o => o.Delivery.JobId).Distinct(StringComparer.Ordinal))
        {
            var state = await _ledger.SettleAsync(job, CancellationToken.None);
            if (state is JobState.Done or JobState.Parked)
            {
                OnSettled?.Invoke(job);
            }
        }
    }

    // Only the bytes that the verifier passed may leave.
    private static bool IsAsVerified(Outgoing outgoing) =>
        File.Exists(outgoing.Path) && ContentHash.OfFile(outgoing.Path) == outgoing.Delivery.Output.ContentHash;

    private string PathOf(Delivery delivery) =>
        _spool.Folders.Output(delivery.JobId, delivery.Output.SOPInstanceUID);

    private static (string, string) Key(Delivery delivery) => (delivery.JobId, delivery.Output.SOPInstanceUID);

    // Retries are outside the circuit: while it is open the workers wait without touching the peer.
    private ResiliencePipeline Resilience() => new ResiliencePipelineBuilder { TimeProvider = _time }
        .AddRetry(new Polly.Retry.RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<DestinationException>().Handle<BrokenCircuitException>(),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _options.RetryDelay,
            MaxDelay = _options.MaxRetryDelay,
            OnRetry = arguments =>
            {
                if (arguments.Outcome.Exception is DestinationException)
                {
                    _log.LogWarning(
                        "Destination {Destination}: {Reason} Next attempt in {Delay}.",
                        _name, arguments.Outcome.Exception.Message, arguments.RetryDelay);
                }

                return ValueTask.CompletedTask;
            },
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<DestinationException>(),
            FailureRatio = 1,
            MinimumThroughput = 3,
            SamplingDuration = TimeSpan.FromMinutes(5),
            BreakDuration = _options.RetryDelay < TimeSpan.FromMilliseconds(500) ? TimeSpan.FromMilliseconds(500)
                : _options.RetryDelay,
        })
        .Build();
}
