using System.Collections.Concurrent;
using System.Net;
using Defacer.Dicom.Data;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Network.Services;
using Xunit;

namespace Defacer.Dicom.Tests.Network.Services;

public sealed class StorageCommitmentTests : IAsyncDisposable
{
    private static readonly string s_class = DicomUID.StorageCommitmentPushModel.UID;
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(60);
    private static readonly SopReference s_reference = new(DicomUID.CTImageStorage.UID, "1.2.3");
    private readonly Desk _desk = new();
    private DicomServer? _server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Request_ReportAtOnce_ComesOnTheSameAssociationAndIsAnswered()
    {
        _desk.AnswersAtOnce = true;
        await using var association = await ConnectAsync(
            new StorageCommitmentService(_desk, null), new StorageCommitmentService(null, _desk));

        var status = await association.RequestCommitmentAsync(new CommitmentRequest("2.25.1", [s_reference]), Token);
        var isServed = await association.ServeAsync(s_wait, Token);
        await association.ReleaseAsync(Token);

        Assert.Equal((DicomStatus.Success, true), (status, isServed));
        Assert.Equal([s_reference], Assert.Single(_desk.Reports).Committed);
        Assert.Equal(("2.25.1", DicomStatus.Success), await _desk.Answered.WaitAsync(s_wait, Token));
    }

    [Fact]
    public async Task Request_ReportLater_LeavesTheAssociationUsable()
    {
        await using var association = await ConnectAsync(
            new StorageCommitmentService(_desk, null), new StorageCommitmentService(null, _desk));

        await association.RequestCommitmentAsync(new CommitmentRequest("2.25.1", [s_reference]), Token);
        var isServed = await association.ServeAsync(TimeSpan.FromMilliseconds(1), Token);
        var again = await association.RequestCommitmentAsync(new CommitmentRequest("2.25.2", [s_reference]), Token);
        await association.ReleaseAsync(Token);

        Assert.False(isServed);
        Assert.Equal(DicomStatus.Success, again);
        Assert.Equal(["2.25.1", "2.25.2"], _desk.Requests.Select(r => r.TransactionUID));
    }

    [Fact]
    public async Task Request_WithoutReferences_IsAnsweredWithAFailure()
    {
        await using var association = await ConnectAsync(new StorageCommitmentService(_desk, null), null);

        var status = await association.RequestCommitmentAsync(new CommitmentRequest("2.25.1", []), Token);
        await association.ReleaseAsync(Token);

        Assert.Equal(0x0115, status.Code);
        Assert.Empty(_desk.Requests);
    }

    [Theory]
    [InlineData(true, true, null, true)]
    [InlineData(true, true, "user", true)]
    [InlineData(true, true, "provider", true)]
    [InlineData(true, false, null, true)]
    [InlineData(true, false, "provider", false)]
    [InlineData(false, true, null, false)]
    [InlineData(false, true, "user", false)]
    [InlineData(false, true, "provider", true)]
    public async Task Negotiate_Roles_AreThoseThatWeTake(bool provides, bool uses, string? proposed, bool isAccepted)
    {
        RoleSelection[] roles = proposed is null ? [] :
            [new RoleSelection(s_class, IsUser: proposed == "user", IsProvider: proposed == "provider")];
        await using var association = await ConnectAsync(
            new StorageCommitmentService(provides ? _desk : null, uses ? _desk : null), null, roles);

        Assert.Equal(isAccepted, association.Accepted.Any(c => c.AbstractSyntax == s_class));
        Assert.All(association.Roles, r => Assert.Equal(
            (isAccepted && proposed == "user", isAccepted && proposed == "provider"), (r.IsUser, r.IsProvider)));
        await association.ReleaseAsync(Token);
    }

    [Fact]
    public async Task Negotiate_CallerIsNotAllowed_RefusesTheContext()
    {
        _desk.IsOpen = false;
        await using var association = await ConnectAsync(new StorageCommitmentService(_desk, null), null);

        Assert.Equal(s_class, Assert.Single(association.Refused).AbstractSyntax);
        await association.ReleaseAsync(Token);
    }

    [Fact]
    public void Report_WrittenAndRead_IsTheSame()
    {
        var report = new CommitmentReport(
            "2.25.9", [s_reference], [new CommitmentFailure(s_reference with { SOPInstanceUID = "1.2.4" }, 0x0213)]);

        var read = CommitmentReport.Read(report.ToDataset());

        Assert.Equal(2, read.EventTypeID);
        Assert.Equal(report.Committed, read.Committed);
        Assert.Equal(report.Failed, read.Failed);
        Assert.Equal(1, (report with { Failed = [] }).EventTypeID);
    }

    private async Task<ClientAssociation> ConnectAsync(
        StorageCommitmentService server, StorageCommitmentService? client, params RoleSelection[] roles)
    {
        _server = new DicomServer(
            new DicomServerOptions { Address = IPAddress.Loopback, Port = 0 }, new OpenAssociationPolicy(),
            [new EchoProvider(), server], null, null);
        await _server.StartAsync(Token);
        return await DicomClient.ConnectAsync(
            new ClientOptions
            {
                Host = "127.0.0.1",
                Port = _server.LocalEndPoint.Port,
                CalledAeTitle = "SERVER",
                CallingAeTitle = "CLIENT",
                Roles = roles,
                Services = client is null ? [] : [client],
            },
            [
                new ProposedContext(s_class, DicomTransferSyntax.ImplicitVRLittleEndian.UID),
                new ProposedContext(DicomUID.Verification.UID, DicomTransferSyntax.ImplicitVRLittleEndian.UID),
            ],
            Token);
    }

    /// <summary>Both sides' desk: takes requests and reports, and remembers them.</summary>
    private sealed class Desk : ICommitmentRequests, ICommitmentReports
    {
        private readonly TaskCompletionSource<(string, DicomStatus)> _answered = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        internal bool IsOpen { get; set; } = true;

        internal bool AnswersAtOnce { get; set; }

        internal ConcurrentQueue<CommitmentRequest> Requests { get; } = [];

        internal ConcurrentQueue<CommitmentReport> Reports { get; } = [];

        internal Task<(string Transaction, DicomStatus Status)> Answered => _answered.Task;

        public bool Allows(string callingAeTitle) => IsOpen;

        public ValueTask<CommitmentReport?> TakeRequestAsync(
            AssociationInfo association, CommitmentRequest request, CancellationToken cancellationToken)
        {
            Requests.Enqueue(request);
            return ValueTask.FromResult(
                AnswersAtOnce ? new CommitmentReport(request.TransactionUID, request.References, []) : null);
        }

        public ValueTask ReportAnsweredAsync(
            AssociationInfo association, string transactionUID, DicomStatus status, CancellationToken cancellationToken)
        {
            _answered.TrySetResult((transactionUID, status));
            return default;
        }

        public ValueTask<DicomStatus> TakeReportAsync(
            AssociationInfo association, CommitmentReport report, CancellationToken cancellationToken)
        {
            Reports.Enqueue(report);
            return ValueTask.FromResult(DicomStatus.Success);
        }
    }
}
