using System.Collections.Concurrent;
using System.Net;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Tests.Forward;

/// <summary>A storage SCP on loopback that answers as told and remembers what it kept.</summary>
internal sealed class ScriptedScp : IStoreProvider, IAssociationPolicy, IAssociationObserver, IAsyncDisposable
{
    private DicomServer? _server;

    /// <summary>Every instance kept, with the times it came.</summary>
    public ConcurrentDictionary<string, int> Kept { get; } = new();

    public int Associations;

    public int Attempts;

    /// <summary>What to answer to the n-th instance offered, from 1.</summary>
    public Func<int, string, DicomStatus> Answer { get; set; } = (_, _) => DicomStatus.Success;

    /// <summary>Whether the n-th instance makes the connection break.</summary>
    public Func<int, bool> Breaks { get; set; } = _ => false;

    public AssociationRejection? Rejection { get; set; }

    public int Port { get; private set; }

    public async Task<ScriptedScp> StartAsync(int port = 0)
    {
        _server = new DicomServer(
            new DicomServerOptions { Address = IPAddress.Loopback, Port = port }, this, this, this);
        await _server.StartAsync(CancellationToken.None);
        Port = _server.LocalEndPoint.Port;
        return this;
    }

    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
            _server = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    public AssociationDecision Decide(AssociationRequest request, IPEndPoint peer) =>
        Rejection is { } rejection ? AssociationDecision.Reject(rejection) : AssociationDecision.Accept;

    public void Accepted(AssociationInfo association) => Interlocked.Increment(ref Associations);

    public ValueTask<IStoreSink> OpenAsync(StoreRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IStoreSink>(new Sink(this, request.SOPInstanceUID));

    private sealed class Sink(ScriptedScp scp, string uid) : IStoreSink
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> dataSetBytes, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;

        public ValueTask<DicomStatus> CompleteAsync(CancellationToken cancellationToken)
        {
            var n = Interlocked.Increment(ref scp.Attempts);
            if (scp.Breaks(n))
            {
                throw new AssociationException(AbortSource.ServiceUser, AbortReason.NotSpecified, "scripted");
            }

            var status = scp.Answer(n, uid);
            if (status.IsSuccessOrWarning)
            {
                scp.Kept.AddOrUpdate(uid, 1, (_, times) => times + 1);
            }

            return ValueTask.FromResult(status);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
