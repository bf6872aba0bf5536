using System.Collections.Concurrent;
using System.Diagnostics;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Services;
using Defacer.Hosting;
using Defacer.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Defacer.Tests.Hosting;

/// <summary>A whole node in this process, on free ports.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(90);
    private readonly WebApplication _app;

    private RunningNode(WebApplication app, MemoryLog log) => (_app, Log) = (app, log);

    public MemoryLog Log { get; }

    public Node Node => _app.Services.GetRequiredService<Node>();

    public ILedger Ledger => Node.Ledger!;

    public Uri Http => new(_app.Urls.First());

    public static async Task<RunningNode> StartAsync(string folder, params (string Key, string Value)[] settings)
    {
        var values = new Dictionary<string, string?>
        {
            ["Defacer:Node:Port"] = "0",
            ["Defacer:Node:Address"] = "127.0.0.1",
            ["Defacer:Spool:MinFreeSpace"] = "1 MB",
            ["Defacer:Routes:0:Name"] = "research",
            ["Defacer:Routes:0:StableAge"] = "00:00:00.300",
            ["Defacer:Console:Url"] = "http://127.0.0.1:0",
        };
        foreach (var (key, value) in settings)
        {
            values["Defacer:" + key] = value;
        }

        Directory.CreateDirectory(folder);
        var log = new MemoryLog();
        var app = NodeHost.Create(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), folder, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        });
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new RunningNode(app, log);
    }

    public async Task StopAsync() => await _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public async Task<ClientAssociation> ConnectAsync(
        string sopClass = TestInstances.MrImageStorage, string called = "DEFACER") =>
        await DicomClient.ConnectAsync(
            new ClientOptions
            {
                Host = "127.0.0.1",
                Port = Node.Port!.Value,
                CalledAeTitle = called,
                CallingAeTitle = "CT1"
            },
            [new ProposedContext(sopClass, DicomTransferSyntax.ExplicitVRLittleEndian.UID)],
            CancellationToken.None);

    public async Task<IReadOnlyList<StoreResponse>> SendAsync(params DicomFile[] files)
    {
        await using var association = await ConnectAsync(files[0].Dataset.GetString(DicomTag.SOPClassUID)!);
        var responses = new List<StoreResponse>();
        foreach (var file in files)
        {
            responses.Add(await association.StoreAsync(file, CancellationToken.None));
        }

        await association.ReleaseAsync(CancellationToken.None);
        return responses;
    }

    public async Task<IReadOnlyList<Job>> SettledAsync(int jobs = 1)
    {
        IReadOnlyList<Job> all = [];
        await UntilAsync(async () =>
        {
            all = await Ledger.JobsAsync(null, CancellationToken.None);
            return all.Count >= jobs && all.All(j => j.State is JobState.Done or JobState.Parked or JobState.Rejected);
        });
        return all;
    }

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_deadline, "The condition did not come about in time.");
            await Task.Delay(50);
        }
    }
}

/// <summary>Every log line, with its arguments.</summary>
internal sealed class MemoryLog : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Writer(MemoryLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var arguments = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(
                ' ', pairs.Select(p => $"{p.Key}={p.Value}")) : "";
            log.Lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} | {arguments} | {exception}");
        }
    }
}
