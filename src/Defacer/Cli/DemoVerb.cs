using System.CommandLine;
using System.Globalization;
using System.Net;
using Defacer.Dicom.Network;
using Defacer.Hosting;
using Defacer.Imaging.Phantom;
using Defacer.Ledger;

namespace Defacer.Cli;

/// <summary><c>defacer demo [DIR]</c>: a node and a receiver on loopback, a study through both, pictures before and after.</summary>
internal static class DemoVerb
{
    private const string Receiver = "RESEARCH";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    internal static Command Create()
    {
        var input = new Argument<string?>("DIR") { Description = "DICOM files to send; without it a phantom is made.", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string?>("--out") { Description = "The folder for what is sent and received, and for the pictures. Default: a new one for temporary files." };
        var command = new Command("demo", "The whole path on loopback, with a phantom or the folder given.") { input, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var root = Path.GetFullPath(parsed.GetValue(output)
                ?? Path.Combine(Path.GetTempPath(), $"defacer-demo-{TimeProvider.System.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}"));
            Directory.CreateDirectory(root);
            var files = parsed.GetValue(input) is { } folder ? InputFiles.Below(folder) : Phantom(root, cancellationToken);
            return await RunAsync(root, files, cancellationToken);
        });
        return command;
    }

    private static IReadOnlyList<string> Phantom(string root, CancellationToken cancellationToken)
    {
        Terminal.Line("Making a phantom: a head that nobody has.");
        return PhantomSeries.Write(Path.Combine(root, "sent"), new PhantomSeriesOptions(), cancellationToken).Files;
    }

    private static async Task<int> RunAsync(string root, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var received = Path.Combine(root, "received");
        var receiver = new FolderReceiver(received);
        await using var server = new DicomServer(
            new DicomServerOptions { Address = IPAddress.Loopback, Port = 0 }, new OpenAssociationPolicy(), receiver);
        await server.StartAsync(cancellationToken);
        await using var app = NodeHost.Create(Configuration(root, server.LocalEndPoint.Port), root);
        await app.StartAsync(cancellationToken);
        var node = app.Services.GetRequiredService<Node>();
        Terminal.Line($"A node listens on port {node.Port}, a receiver on port {server.LocalEndPoint.Port}.");

        var sent = await Terminal.ProgressAsync("sending to the node", progress => FileSender.SendAsync(
            PeerOption.Client(new PeerAddress("DEFACER", "127.0.0.1", node.Port!.Value), "DEMO"), files, progress, cancellationToken));
        Terminal.Line($"{sent.Count(s => s.Stored)} of {sent.Count} instances were sent to the node and acknowledged.");
        var jobs = await WaitAsync(node, receiver, sent.Count(s => s.Stored), cancellationToken);
        await StopAsync(app);

        var accepted = sent.Where(s => s.Stored).Select(s => s.Path).ToList();
        var where = DemoAccount.Match(accepted, received);
        DemoAccount.Write(Path.Combine(root, "instances.tsv"), sent, where);
        Show(root, jobs, sent, where.Count);
        foreach (var picture in DemoAccount.Pictures(where, Path.Combine(root, "pictures"), cancellationToken))
        {
            Terminal.Line($"Before and after: {picture}");
        }

        return jobs.Count == 0 || sent.Any(s => !s.Stored) ? ExitCode.Failed
            : jobs.Any(j => j.State != JobState.Done) ? ExitCode.Parked
            : where.Count == accepted.Count ? ExitCode.Done : ExitCode.Failed;
    }

    private static IConfigurationRoot Configuration(string root, int receiverPort) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
            ["Logging:LogLevel:Defacer"] = "Error",
            ["Defacer:Node:Port"] = "0",
            ["Defacer:Node:Address"] = "127.0.0.1",
            ["Defacer:Spool:Path"] = "spool",
            ["Defacer:Spool:MinFreeSpace"] = "200 MB",
            ["Defacer:Routes:0:Name"] = "demo",
            ["Defacer:Routes:0:StableAge"] = "00:00:02",
            ["Defacer:Routes:0:Destinations:0"] = "research-pacs",
            ["Defacer:Destinations:research-pacs:Host"] = "127.0.0.1",
            ["Defacer:Destinations:research-pacs:Port"] = receiverPort.ToString(CultureInfo.InvariantCulture),
            ["Defacer:Destinations:research-pacs:AeTitle"] = Receiver,
            ["Defacer:Console:Url"] = "http://127.0.0.1:0",
        })
        .Build();

    // The jobs once none of them moves any more.
    private static Task<IReadOnlyList<Job>> WaitAsync(Node node, FolderReceiver receiver, int total, CancellationToken cancellationToken) =>
        Terminal.ProgressAsync("defacing, checking, forwarding", async progress =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(s_limit);
            while (true)
            {
                var jobs = await node.Ledger!.JobsAsync(null, limit.Token);
                progress(receiver.Received, total);
                if (total == 0 || (jobs.Count > 0 && jobs.All(j => j.State is JobState.Done or JobState.Parked or JobState.Rejected)))
                {
                    return jobs;
                }

                await Task.Delay(200, limit.Token);
            }
        });

    private static async Task StopAsync(WebApplication app)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await app.StopAsync(limit.Token);
    }

    private static void Show(string root, IReadOnlyList<Job> jobs, IReadOnlyList<SendResult> sent, int arrived)
    {
        foreach (var failed in sent.Where(s => !s.Stored).Take(10))
        {
            Terminal.Error($"{failed.Path}: {failed.Detail}");
        }

        Terminal.Table(["Job", "State", "Why"], jobs.Select(j => (IReadOnlyList<string>)
        [
            j.Id, $"{j.State}", j.Parked is null ? j.Reason : $"{j.Parked.Cause}: {j.Parked.Detail} {j.Parked.Remedy}",
        ]));
        Terminal.Line($"{arrived} instances arrived at {Receiver}: {Path.Combine(root, "received")}");
        Terminal.Line($"Where each instance went: {Path.Combine(root, "instances.tsv")}");
    }
}
