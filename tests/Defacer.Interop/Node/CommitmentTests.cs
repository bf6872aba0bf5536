using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Node;

/// <summary>Storage commitment and counts between the running node and a real Orthanc, both ways.</summary>
public sealed class CommitmentTests
{
    private const string Study = "1.2.826.0.1.3680043.9.11";
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(90);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Forward_DestinationIsAskedToCommit_OriginalsGoOnlyAfterItsReport()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();

        // Orthanc does not know us at first: it takes the question and can report nowhere.
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], Token);
        await using var node = await NodeProcess.StartAsync(
            folder["node"],
            new NodeSettings
            {
                Destinations = [("research-pacs", OrthancPeer.AeTitle, orthanc.DicomPort)],
                NotAHead = "pass",
                Change = root => root["Destinations"]!["research-pacs"]!["StorageCommitment"] = new JsonObject
                {
                    ["Ask"] = true,
                    ["Wait"] = "00:00:00",
                    ["Timeout"] = "00:00:02",
                    ["RetryDelay"] = "00:00:01",
                },
            },
            Token,
            port: port);
        await SendAsync(node.Port, "CT1", [.. HeadStudy.Write(folder["head"], 40).Select(f => DicomFile.Open(f))]);
        await orthanc.WaitForInstancesAsync(40, s_wait, node.ReadLog, Token);
        await UntilAsync(() => node.ReadLog().Contains("storage commitment could not be asked for", StringComparison.Ordinal)
            || node.ReadLog().Contains("Next attempt", StringComparison.Ordinal), node);
        Assert.NotEmpty(Directory.GetFiles(node.Spool, "*.dcm", SearchOption.AllDirectories));

        // The administrator of the PACS adds us; nobody has to touch the node.
        await PutAsync(orthanc, port);
        await UntilAsync(
            () => Directory.GetFiles(node.Spool, "*.dcm", SearchOption.AllDirectories).Length == 0, node);

        var report = await node.WaitForOutcomeAsync(s_wait, Token);
        Assert.Equal("done", (string?)report["state"]);
    }

    [Fact]
    public async Task Request_OfASourceThatMayAsk_IsGrantedForWhatLiesHereOnly()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], Token, configure: Knows(port));
        await using var node = await NodeProcess.StartAsync(
            folder["node"],
            new NodeSettings
            {
                Destinations = [],
                StableAge = TimeSpan.FromMinutes(10),
                Change = HasSource(orthanc, ("StorageCommitment", true)),
            },
            Token,
            port: port);
        await SendAsync(node.Port, OrthancPeer.AeTitle, Slices(3, "1"));

        var outcome = await RequestAsync(orthanc, node, $"{Study}.1.1", $"{Study}.1.3", $"{Study}.8.8");

        Assert.Equal("Failure", (string?)outcome["Status"]);
        Assert.Equal(
            [$"{Study}.1.1", $"{Study}.1.3"],
            outcome["Success"]!.AsArray().Select(s => (string)s!["SOPInstanceUID"]!).Order());
        Assert.Equal($"{Study}.8.8", (string?)outcome["Failures"]![0]!["SOPInstanceUID"]);
    }

    [Fact]
    public async Task Request_OfASourceThatMayNotAsk_IsRefusedInNegotiation()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var node = await NodeProcess.StartAsync(
            folder["node"], new NodeSettings { Destinations = [] }, Token, port: port);

        await using var association = await DicomClient.ConnectAsync(
            Options(node.Port, "CT1"),
            [
                new ProposedContext(
                    DicomUID.StorageCommitmentPushModel.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID),
                new ProposedContext(DicomUID.Verification.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID),
            ],
            Token);

        Assert.Equal(DicomUID.StorageCommitmentPushModel.UID, Assert.Single(association.Refused).AbstractSyntax);
        await association.ReleaseAsync(Token);
    }

    [Fact]
    public async Task Complete_SourceCounts_StudyIsReadyWhenTheLastInstanceCame()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], Token, configure: Knows(port));
        await SendAsync(orthanc.DicomPort, "X", [.. Slices(3, "1"), .. Slices(5, "2")]);
        await using var node = await NodeProcess.StartAsync(
            folder["node"],
            new NodeSettings
            {
                Destinations = [],
                StableAge = TimeSpan.FromMinutes(30),
                Change = HasSource(orthanc, ("AskCounts", true), ("AskEvery", "00:00:01")),
            },
            Token,
            port: port);

        await SendAsync(node.Port, OrthancPeer.AeTitle, [.. Slices(3, "1"), .. Slices(4, "2")]);
        await SendAsync(node.Port, OrthancPeer.AeTitle, [Slices(5, "2")[^1]]);
        var report = await node.WaitForOutcomeAsync(s_wait, Token);

        Assert.Equal(
            "ORTHANC counts 8 instances in 2 series, and all came", (string?)report["evidence"]);
        Assert.Equal(8, (int?)report["instancesIn"]);
    }

    [Fact]
    public async Task Complete_InstancesAreMissing_StudyIsParkedWithTheNumberAndOpensAgain()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Next();
        await using var orthanc = await OrthancPeer.StartAsync(folder["orthanc"], Token, configure: Knows(port));
        await SendAsync(orthanc.DicomPort, "X", Slices(5, "1"));
        await using var node = await NodeProcess.StartAsync(
            folder["node"],
            new NodeSettings
            {
                Destinations = [],
                StableAge = TimeSpan.FromSeconds(1),
                Change = HasSource(orthanc, ("AskCounts", true), ("AskEvery", "00:00:01"), ("GiveUpAfter", "00:00:05")),
            },
            Token,
            port: port);

        await SendAsync(node.Port, OrthancPeer.AeTitle, Slices(3, "1"));
        await UntilAsync(() => node.ReadLog().Contains("is parked: Incomplete", StringComparison.Ordinal), node);
        Assert.Contains("2 of 5 instances that ORTHANC counts did not come", node.ReadLog(), StringComparison.Ordinal);
        await SendAsync(node.Port, OrthancPeer.AeTitle, Slices(5, "1")[3..]);

        var report = await node.WaitForOutcomeAsync(s_wait, Token);
        Assert.Equal(5, (int?)report["instancesIn"]);
        Assert.Contains("all came", (string?)report["evidence"], StringComparison.Ordinal);
    }

    private static Action<JsonObject> Knows(int port) => settings =>
        settings["DicomModalities"] = new JsonObject { ["us"] = new JsonArray("DEFACER", "127.0.0.1", port) };

    private static async Task PutAsync(OrthancPeer orthanc, int port)
    {
        using var http = new HttpClient();
        using var answer = await http.PutAsJsonAsync(
            new Uri($"http://127.0.0.1:{orthanc.HttpPort}/modalities/us"),
            new JsonObject { ["AET"] = "DEFACER", ["Host"] = "127.0.0.1", ["Port"] = port },
            Token);
        answer.EnsureSuccessStatusCode();
    }

    // Orthanc asks, and tells what it was told.
    private static async Task<JsonNode> RequestAsync(OrthancPeer orthanc, NodeProcess node, params string[] instances)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{orthanc.HttpPort}/") };
        using var answer = await http.PostAsJsonAsync(
            "modalities/us/storage-commitment",
            new JsonObject
            {
                ["DicomInstances"] = new JsonArray([.. instances.Select(i => (JsonNode)new JsonObject
                {
                    ["SOPClassUID"] = DicomUID.CTImageStorage.UID,
                    ["SOPInstanceUID"] = i,
                })]),
            },
            Token);
        answer.EnsureSuccessStatusCode();
        var id = (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Token))!["ID"]!;
        JsonNode? outcome = null;
        await UntilAsync(
            async () =>
            {
                outcome = await http.GetFromJsonAsync<JsonNode>($"storage-commitment/{id}", Token);
                return (string?)outcome!["Status"] is not "Pending";
            },
            node);
        return outcome!;
    }

    private static Task UntilAsync(Func<bool> reached, NodeProcess node) =>
        UntilAsync(() => Task.FromResult(reached()), node);

    private static async Task UntilAsync(Func<Task<bool>> reached, NodeProcess node)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(s_wait);
        while (!await reached())
        {
            Assert.False(limit.IsCancellationRequested, $"It did not come about.\n{node.ReadLog()}");
            await Task.Delay(100, Token);
        }
    }

    private static Action<JsonObject> HasSource(OrthancPeer orthanc, params (string Key, JsonNode Value)[] settings) => root =>
    {
        var source = new JsonObject
        {
            ["AeTitle"] = OrthancPeer.AeTitle,
            ["Host"] = "127.0.0.1",
            ["Port"] = orthanc.DicomPort,
        };
        foreach (var (key, value) in settings)
        {
            source[key] = value;
        }

        root["Sources"] = new JsonArray(source);
    };

    private static ClientOptions Options(int port, string calling) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        CalledAeTitle = "DEFACER",
        CallingAeTitle = calling,
    };

    private static async Task SendAsync(int port, string calling, IReadOnlyList<DicomFile> files)
    {
        var kinds = files.Select(f => new ObjectKind(
            f.Dataset.GetString(DicomTag.SOPClassUID)!, f.TransferSyntax.UID));
        await using var association = await DicomClient.ConnectAsync(
            Options(port, calling), [.. Assert.Single(ContextPlanner.Plan(kinds)).Contexts], Token);
        foreach (var file in files)
        {
            Assert.True((await association.StoreAsync(file, Token)).Status.IsSuccessOrWarning);
        }

        await association.ReleaseAsync(Token);
    }

    private static DicomFile[] Slices(int count, string series) =>
        [.. Enumerable.Range(1, count).Select(i => EmptyCt.Slice(Study, series, i))];
}
