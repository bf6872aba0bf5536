using Defacer.Assemble;
using Defacer.Configuration;
using Defacer.Deidentify;
using Defacer.Deidentify.Keys;
using Defacer.Dicom.Network;
using Defacer.Forward;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Process;
using Defacer.Receive;
using Defacer.Spool;
using Microsoft.Extensions.Hosting.Systemd;

namespace Defacer.Hosting;

/// <summary>
/// The running node: puts the stages together, starts them in the order of the data's way and stops them from the
/// front. The stages know only spool and ledger.
/// </summary>
public sealed class Node(
    DefacerOptions options, NodePaths paths, NodeMetrics metrics, TimeProvider time, ILoggerFactory logs,
        ISystemdNotifier? systemd, IHostApplicationLifetime? lifetime = null)
    : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan s_loopGrace = TimeSpan.FromSeconds(10);
    private readonly ILogger<Node> _log = logs.CreateLogger<Node>();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly List<Task> _loops = [];
    private readonly List<DestinationQueue> _queues = [];
    private int _isDisposed;
    private SpoolStore? _spool;
    private PeerStages? _peers;
    private SqliteLedger? _ledger;
    private DicomServer? _listener;

    /// <summary>Liveness and readiness; null until the spool is open.</summary>
    public NodeHealth? Health { get; private set; }

    /// <summary>The ledger, for the console and for tests; null until it is open.</summary>
    public ILedger? Ledger => _ledger;

    /// <summary>The spool; null until it is open.</summary>
    public SpoolStore? Spool => _spool;

    /// <summary>The port on which associations are taken; null until it is bound.</summary>
    public int? Port { get; private set; }

    /// <summary>Why a destination cannot be sent to, or asked to commit, by name; empty when all can.</summary>
    public IReadOnlyDictionary<string, string> Troubles =>
        _queues.Select(q => (q.Name, Trouble: q.Trouble ?? _peers?.Queue(q.Name)?.Trouble))
            .Where(q => q.Trouble is not null)
            .ToDictionary(q => q.Name, q => q.Trouble!, StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var spool = _spool = SpoolStore.Open(
            paths.Spool, options.Spool, new SystemDisk(), time, logs.CreateLogger<SpoolStore>());
        spool.OnCommit = metrics.Committed;
        Health = new NodeHealth(spool);
        (_ledger, var setAside) = SqliteLedger.Open(spool.Folders.Ledger, time);
        if (setAside is not null)
        {
            _log.LogError("The ledger could not be read and was set aside as {File}; it is rebuilt from the spool.",
                Path.GetFileName(setAside));
        }

        var tools = new RouteTools(options, paths.Config, SiteKey.LoadOrCreate(paths.SiteKey))
        {
            Reidentification = ReidentificationOf(options.Deidentify, paths.Settings),
        };
        Announce(tools);
        if (tools.Key.IsNew)
        {
            _log.LogWarning(
                "A new site key was made at {Path}. Keep a copy in a safe: without it no pseudonym repeats.",
                paths.SiteKey);
        }

        if (File.Exists(paths.SiteKey) && KeyFile.Exposure(paths.SiteKey) is { } exposed)
        {
            _log.LogWarning("The site key is not secret: {Exposure}.", exposed);
        }

        SiteKeyMark.Check(spool, tools.Key);
        await _ledger.AcceptUncommittedAsync(
            [.. options.Destinations.Where(d => d.Value.StorageCommitment.Ask).Select(d => d.Key)], cancellationToken);
        await new SpoolRecovery(spool, _ledger, [.. options.Destinations.Keys], logs.CreateLogger<SpoolRecovery>())
            .RunAsync(cancellationToken);
        var peers = _peers = new PeerStages(options, paths, spool, _ledger, metrics, time, logs);
        var associations = await ComposeAsync(spool, _ledger, tools, peers, cancellationToken);
        await ListenAsync(spool, associations, peers, cancellationToken);
    }

    private void Announce(RouteTools tools)
    {
        if (tools.MethodNote is { } note)
        {
            _log.LogInformation("{Note}", note);
        }

        if (tools.Networks is { Choice: { Reason: not null } choice })
        {
            _log.LogWarning("{Choice}", choice.ToString());
        }

        metrics.NetworksRun(() => tools.Networks?.Choice.Used.ToString() ?? "none", () => tools.Networks?.Choice.Wanted.ToString() ?? "none");
    }

    /// <summary>
    /// Stops accepting, lets what is in flight finish within the drain time, then stops the stages. What is undone is
    /// on disk.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Health is not null)
        {
            Health.IsDraining = true;
        }

        using var deadline = new CancellationTokenSource(options.Node.DrainTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        if (_listener is not null)
        {
            await _listener.DrainAsync(either.Token);
        }

        await _stop.CancelAsync();
        using var registration = either.Token.Register(() => _abort.Cancel());
        try
        {
            await Task.WhenAll(_loops).WaitAsync(options.Node.DrainTimeout + s_loopGrace, time, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The way in which loops end.
        }
        catch (TimeoutException)
        {
            _log.LogWarning("Work did not stop in time and is left; it is repeated at the next start.");
        }

        _log.LogInformation("The node has stopped.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The host knows this object under two registrations and disposes both.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        // Also when the start failed half-way and nobody stopped what runs already.
        await _stop.CancelAsync();
        await _abort.CancelAsync();
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        await Task.WhenAny(Task.WhenAll(_loops), Task.Delay(s_loopGrace, time, CancellationToken.None));

        if (_ledger is not null)
        {
            await _ledger.DisposeAsync();
        }

        if (_spool is not null)
        {
            await _spool.DisposeAsync();
        }

        _queues.ForEach(q => q.Dispose());
        _stop.Dispose();
        _abort.Dispose();
    }

    private static ReidentificationLog? ReidentificationOf(DeidentifySettings settings, string folder)
    {
        if (settings is not { ReidentificationLog: { } log, ReidentificationPublicKey: { } key })
        {
            return null;
        }

        try
        {
            return new ReidentificationLog(
                Path.GetFullPath(Path.Combine(folder, log)), File.ReadAllText(Path.Combine(folder, key)));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new ConfigurationException([new("Defacer:Deidentify:ReidentificationPublicKey", key, e.Message,
                "Name the file of an RSA public key in PEM, 3072 bits or more.")]);
        }
    }

    private async Task<AssociationLog> ComposeAsync(
        SpoolStore spool, SqliteLedger ledger, RouteTools tools, PeerStages peers, CancellationToken ct)
    {
        var routes = new RouteTable(options);
        var clock = new StudyClock(spool, ledger, routes, time, logs.CreateLogger<StudyClock>())
        {
            Counts = peers.Counts,
            OnParked = (job, parked) =>
                metrics.JobReached(job.Route, nameof(JobState.Parked), parked.Cause.ToString()),
        };
        peers.Counts.OnAnswer = clock.Wake;
        var intake = new StudyIntake(spool, ledger, routes, clock, time, logs.CreateLogger<StudyIntake>());
        var worker = new JobWorker(
            options, routes, tools, spool, ledger, metrics, time, logs.CreateLogger<JobWorker>());
        var retention = new Retention(spool, ledger, options.Spool.KeepOriginals, time, logs.CreateLogger<Retention>());
        var settlement = new Settlement(spool, ledger, metrics, time, retention.Wake, logs.CreateLogger<Settlement>());
        clock.OnReady = worker.Wake;
        worker.OnForwarding = () => _queues.ForEach(q => q.Wake());
        worker.OnDone = settlement.Settled;
        foreach (var (name, destination) in options.Destinations)
        {
            _queues.Add(new DestinationQueue(
                name, destination, Destinations.Create(destination, options.Node.AeTitle, peers.Security, time), ledger,
                spool, metrics, time, logs.CreateLogger<DestinationQueue>())
            { OnSettled = settlement.Settled, OnSent = peers.Queue(name) is { } q ? q.Wake : null });
        }

        peers.Reports.OnSettled = settlement.Settled;
        peers.Reports.OnPending = () => _queues.ForEach(q => q.Wake());

        var associations =
            new AssociationLog(options, spool, metrics, logs.CreateLogger<AssociationLog>()) { OnEnded = clock.Wake };
        await intake.TakeInWaitingAsync(ct);
        Run("intake", intake.RunAsync);
        Run("clock", clock.RunAsync);
        Run("worker", worker.RunAsync);
        _queues.ForEach(q => Run($"destination {q.Name}", stop => q.RunAsync(stop, _abort.Token)));
        RunPeers(peers);
        Run("settlement", settlement.RunAsync);
        Run("retention", retention.RunAsync);
        Run("queues", new QueueSampler(ledger, spool, metrics, time, logs.CreateLogger<QueueSampler>()).RunAsync);
        if (systemd is { IsEnabled: true } && SystemdWatchdog.RequestedInterval() is { } interval)
        {
            Run("watchdog", new SystemdWatchdog(systemd, Health!.WhyNotAlive, interval, time).RunAsync);
        }

        return associations;
    }

    private void RunPeers(PeerStages peers)
    {
        foreach (var queue in peers.Queues)
        {
            Run($"commitment {queue.Name}", queue.RunAsync);
        }

        if (peers.Promises is { } promises)
        {
            Run("promises", promises.RunAsync);
        }

        Run("certificates", peers.Certificates.RunAsync);
    }

    private async Task ListenAsync(
        SpoolStore spool, AssociationLog associations, PeerStages peers, CancellationToken ct)
    {
        var policy = new AssociationPolicy(options, new RouteTable(options), spool, Health!);
        var listener = DicomListener.Create(
            options.Node, policy, new SpoolStoreProvider(spool, time), peers.Commitment, associations, peers.Security,
            time);
        await listener.StartAsync(ct);
        _listener = listener;
        Port = listener.LocalEndPoint.Port;
        Health!.IsListening = () => !Health.IsDraining;
        _log.LogInformation("{AeTitle} takes associations on port {Port}.", options.Node.AeTitle, Port);
    }

    private void Run(string name, Func<CancellationToken, Task> loop)
    {
        var task = Task.Run(() => loop(_stop.Token));
        _loops.Add(task);
        Health!.Watch(name, task);

        // A node that receives and no longer works is worse than one that the service manager starts again.
        _ = task.ContinueWith(
            ended =>
            {
                _log.LogCritical(ended.Exception, "{Loop} stopped unexpectedly; the node ends to be started again.", name);
                Environment.ExitCode = 1;
                lifetime?.StopApplication();
            },
            CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }
}
