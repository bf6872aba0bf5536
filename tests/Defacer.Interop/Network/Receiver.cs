using System.Collections.Concurrent;
using System.Net;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Xunit;

namespace Defacer.Interop.Network;

/// <summary>A server of ours on a free loopback port that keeps data sets in memory, by instance UID.</summary>
internal sealed class Receiver : IAssociationPolicy, IStoreProvider, IAssociationObserver, IAsyncDisposable
{
    private readonly TaskCompletionSource<AssociationEnd> _firstEnd = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AssociationRejection? _rejection;
    private DicomServer? _server;

    private Receiver(AssociationRejection? rejection) => _rejection = rejection;

    internal int Port => _server!.LocalEndPoint.Port;

    internal ConcurrentDictionary<string, byte[]> Stored { get; } = new(StringComparer.Ordinal);

    internal Task<AssociationEnd> FirstEnd => _firstEnd.Task;

    internal static async Task<Receiver> StartAsync(AssociationRejection? rejection = null)
    {
        var receiver = new Receiver(rejection);
        receiver._server = new DicomServer(
            new DicomServerOptions { Address = IPAddress.Loopback, Port = 0 }, receiver, receiver, receiver);
        await receiver._server.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public AssociationDecision Decide(AssociationRequest request, IPEndPoint peer) =>
        _rejection is { } rejection ? AssociationDecision.Reject(rejection) : AssociationDecision.Accept;

    public ValueTask<IStoreSink> OpenAsync(StoreRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IStoreSink>(new Sink(this, request.SOPInstanceUID));

    public void Ended(AssociationInfo association, AssociationSummary summary) => _firstEnd.TrySetResult(summary.End);

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private sealed class Sink(Receiver receiver, string instance) : IStoreSink
    {
        private readonly MemoryStream _bytes = new();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> dataSetBytes, CancellationToken cancellationToken)
        {
            _bytes.Write(dataSetBytes.Span);
            return ValueTask.CompletedTask;
        }

        public ValueTask<DicomStatus> CompleteAsync(CancellationToken cancellationToken)
        {
            receiver.Stored[instance] = _bytes.ToArray();
            return ValueTask.FromResult(DicomStatus.Success);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
