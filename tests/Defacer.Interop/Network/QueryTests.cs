using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Defacer.Dicom.Data;
using Defacer.Dicom.Json;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Negotiation;
using Defacer.Dicom.Network.Services;
using Defacer.Interop.Peers;
using Defacer.Testing;
using Xunit;

namespace Defacer.Interop.Network;

/// <summary>Query, retrieval and storage commitment with a real Orthanc.</summary>
public sealed class QueryTests : IAsyncLifetime
{
    private const string Study = "1.2.826.0.1.3680043.9.10";
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(60);
    private static readonly string s_find = DicomUID.StudyRootQueryRetrieveInformationModelFind.UID;
    private static readonly string s_move = DicomUID.StudyRootQueryRetrieveInformationModelMove.UID;
    private static readonly string s_get = DicomUID.StudyRootQueryRetrieveInformationModelGet.UID;
    private static readonly string s_commitment = DicomUID.StorageCommitmentPushModel.UID;
    private readonly TemporaryFolder _folder = new();
    private CommitmentReceiver? _reports;
    private OrthancPeer? _orthanc;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _reports = await CommitmentReceiver.StartAsync();
        _orthanc = await OrthancPeer.StartAsync(_folder["orthanc"], Token, configure: settings =>
            settings["DicomModalities"] = new JsonObject { ["us"] = new JsonArray("DEFACER", "127.0.0.1", _reports.Port) });
        await SendAsync(3, "1");
        await SendAsync(5, "2");
    }

    public async ValueTask DisposeAsync()
    {
        if (_orthanc is not null)
        {
            await _orthanc.DisposeAsync();
        }

        if (_reports is not null)
        {
            await _reports.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Find_SeriesOfAStudy_SaysHowManyInstancesEachHas()
    {
        await using var association = await ConnectAsync(Context(s_find));
        var counts = new SortedDictionary<string, int?>(StringComparer.Ordinal);

        var status = await association.FindAsync(s_find, Keys("SERIES", counted: true), match =>
        {
            counts[match.GetString(DicomTag.SeriesInstanceUID)!] =
                match.GetInt(DicomTag.NumberOfSeriesRelatedInstances);
            return true;
        }, Token);
        await association.ReleaseAsync(Token);

        Assert.Equal(DicomStatus.Success, status);
        Assert.Equal([(Study + ".1", 3), (Study + ".2", 5)], counts.Select(c => (c.Key, c.Value ?? -1)));
    }

    [Fact]
    public async Task Find_CallerHasEnough_StopsAndTheAssociationGoesOn()
    {
        await using var association = await ConnectAsync(Context(s_find));
        var seen = 0;
        await association.FindAsync(s_find, Keys("SERIES"), _ => ++seen < 1, Token);
        Assert.Equal(1, seen);

        var status = await association.FindAsync(s_find, Keys("SERIES"), _ => ++seen < 100, Token);
        await association.ReleaseAsync(Token);

        Assert.Equal(DicomStatus.Success, status);
        Assert.Equal(3, seen);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--level")]
    public async Task FindVerb_SeriesOfAStudy_PrintsTheCounts(string form)
    {
        var (exitCode, output) = await PeerProcess.RunAsync(
            "dotnet",
            [
                "exec", NodeProcess.ProgramPath, "find", $"ORTHANC@127.0.0.1:{_orthanc!.DicomPort}", "--level", "series",
                $"StudyInstanceUID={Study}", .. form == "--json" ? [form] : Array.Empty<string>(),
            ],
            s_wait);

        Assert.True(exitCode == 0, output);
        var counts = form == "--json"
            ? DicomJsonReader.ReadAll(Encoding.UTF8.GetBytes(output)).Select(
                d => d.GetString(DicomTag.NumberOfSeriesRelatedInstances)!)
            : output.Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => l.Split('\t')[^1]);
        Assert.Equal(["3", "5"], counts.Order());
    }

    [Fact]
    public async Task FindVerb_UnknownPeerOrKey_SaysWhatToWrite()
    {
        var (code, output) = await PeerProcess.RunAsync(
            "dotnet", ["exec", NodeProcess.ProgramPath, "find", "NOWHERE", "--config", _folder["none.json"]], s_wait);
        Assert.Equal(2, code);
        Assert.Contains("no AET@host:port", output, StringComparison.Ordinal);

        (code, output) = await PeerProcess.RunAsync(
            "dotnet", ["exec", NodeProcess.ProgramPath, "find", "A@127.0.0.1:1", "Colour=blue"], s_wait);
        Assert.Equal(2, code);
        Assert.Contains("'Colour' is no key", output, StringComparison.Ordinal);

        (code, _) = await PeerProcess.RunAsync(
            "dotnet", ["exec", NodeProcess.ProgramPath, "find", "A@127.0.0.1:many"], s_wait);
        Assert.Equal(2, code);
    }

    [Fact]
    public async Task Get_Study_ArrivesOnTheSameAssociation()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var association = await ConnectAsync(
            o => o with
            {
                Roles = [new RoleSelection(DicomUID.CTImageStorage.UID, IsUser: false, IsProvider: true)],
                Services = [new StoreProvider(receiver, new StorageRules())],
            },
            Context(s_get),
            Context(DicomUID.CTImageStorage.UID));

        var response = await association.GetAsync(s_get, Keys("STUDY"), null, Token);
        await association.ReleaseAsync(Token);

        Assert.Equal((DicomStatus.Success, 8, 0), (response.Status, response.Completed, response.Failed));
        Assert.Equal(8, receiver.Stored.Count);
    }

    [Fact]
    public async Task Move_Study_ArrivesAtTheDestination()
    {
        await using var association = await ConnectAsync(Context(s_move));
        var progress = 0;

        var response = await association.MoveAsync(s_move, Keys("STUDY"), "DEFACER", _ => progress++, Token);
        await association.ReleaseAsync(Token);

        Assert.Equal((DicomStatus.Success, 8, 0), (response.Status, response.Completed, response.Failed));
        Assert.Equal(8, _reports!.Stored);
        Assert.True(progress > 0, "no progress was told");
    }

    [Fact]
    public async Task Move_UnknownDestination_FailsWithTheStatusOfThePeer()
    {
        await using var association = await ConnectAsync(Context(s_move));

        var response = await association.MoveAsync(s_move, Keys("STUDY"), "NOBODY", null, Token);
        await association.ReleaseAsync(Token);

        Assert.Equal(DicomState.Failure, response.Status.State);
    }

    [Fact]
    public async Task RequestCommitment_StoredAndUnknownInstance_AreReportedOnAReverseAssociation()
    {
        await using var association = await ConnectAsync(Context(s_commitment));
        var stored = new SopReference(DicomUID.CTImageStorage.UID, $"{Study}.1.1");
        var unknown = new SopReference(DicomUID.CTImageStorage.UID, $"{Study}.9.9");

        var status = await association.RequestCommitmentAsync(
            new CommitmentRequest("1.2.826.0.1.3680043.9.10.77", [stored, unknown]), Token);
        await association.ReleaseAsync(Token);
        var report = await _reports!.Report.WaitAsync(s_wait, Token);

        Assert.Equal(DicomStatus.Success, status);
        Assert.Equal("1.2.826.0.1.3680043.9.10.77", report.TransactionUID);
        Assert.Equal([stored], report.Committed);
        Assert.Equal([new CommitmentFailure(unknown, 0x0112)], report.Failed);
    }

    private Task<ClientAssociation> ConnectAsync(params ProposedContext[] contexts) => ConnectAsync(o => o, contexts);

    private Task<ClientAssociation> ConnectAsync(
        Func<ClientOptions, ClientOptions> change, params ProposedContext[] contexts) => DicomClient.ConnectAsync(
        change(new ClientOptions
        {
            Host = "127.0.0.1",
            Port = _orthanc!.DicomPort,
            CalledAeTitle = OrthancPeer.AeTitle,
            CallingAeTitle = "DEFACER",
        }),
        contexts,
        Token);

    private async Task SendAsync(int count, string series)
    {
        var kind = new ObjectKind(DicomUID.CTImageStorage.UID, DicomTransferSyntax.ExplicitVRLittleEndian.UID);
        await using var association = await ConnectAsync([.. ContextPlanner.Plan([kind])[0].Contexts]);
        for (var i = 1; i <= count; i++)
        {
            var file = EmptyCt.Slice(Study, series, i);
            Assert.Equal(DicomStatus.Success, (await association.StoreAsync(file, Token)).Status);
        }

        await association.ReleaseAsync(Token);
    }

    private static ProposedContext Context(string sopClass) => new(
        sopClass, DicomTransferSyntax.ExplicitVRLittleEndian.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID);

    private static DicomDataset Keys(string level, bool counted = false)
    {
        var keys = new DicomDataset();
        keys.AddOrUpdate(DicomTag.QueryRetrieveLevel, level);
        keys.AddOrUpdate(DicomTag.StudyInstanceUID, Study);
        if (level == "SERIES")
        {
            keys.AddOrUpdate(DicomTag.SeriesInstanceUID, DicomVR.UI);
        }

        if (counted)
        {
            keys.AddOrUpdate(DicomTag.NumberOfSeriesRelatedInstances, DicomVR.IS);
        }

        return keys;
    }

    /// <summary>A node of ours that stores, and hears reports in the reverse role.</summary>
    private sealed class CommitmentReceiver : ICommitmentReports, IStoreProvider, IAsyncDisposable
    {
        private readonly TaskCompletionSource<CommitmentReport> _report = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        private DicomServer? _server;
        private int _stored;

        internal int Port => _server!.LocalEndPoint.Port;

        internal int Stored => _stored;

        internal Task<CommitmentReport> Report => _report.Task;

        internal static async Task<CommitmentReceiver> StartAsync()
        {
            var receiver = new CommitmentReceiver();
            receiver._server = new DicomServer(
                new DicomServerOptions { Address = IPAddress.Loopback, Port = 0 },
                new OpenAssociationPolicy(),
                [
                    new EchoProvider(), new StorageCommitmentService(null, receiver),
                    new StoreProvider(receiver, new StorageRules()),
                ],
                null,
                null);
            await receiver._server.StartAsync(Token);
            return receiver;
        }

        public ValueTask<DicomStatus> TakeReportAsync(
            AssociationInfo association, CommitmentReport report, CancellationToken cancellationToken)
        {
            _report.TrySetResult(report);
            return ValueTask.FromResult(DicomStatus.Success);
        }

        public ValueTask<IStoreSink> OpenAsync(StoreRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IStoreSink>(new Sink(this));

        public ValueTask DisposeAsync() => _server!.DisposeAsync();

        private sealed class Sink(CommitmentReceiver receiver) : IStoreSink
        {
            public ValueTask WriteAsync(ReadOnlyMemory<byte> dataSetBytes, CancellationToken cancellationToken) =>
                ValueTask.CompletedTask;

            public ValueTask<DicomStatus> CompleteAsync(CancellationToken cancellationToken)
            {
                Interlocked.Increment(ref receiver._stored);
                return ValueTask.FromResult(DicomStatus.Success);
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
