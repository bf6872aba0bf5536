using System.Collections.Concurrent;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Tests.Network;

/// <summary>Keeps received data sets in memory; can be told to refuse, to fail, or to wait.</summary>
internal sealed class MemoryStore : IStoreProvider
{
    internal ConcurrentQueue<(StoreRequest Request, byte[] DataSet)> Stored { get; } = new();

    internal int Dropped;

    /// <summary>Called when a data set is announced; may throw.</summary>
    internal Action<StoreRequest> OnOpen { get; init; } = _ => { };

    /// <summary>Called with the bytes that have arrived before each write; may throw.</summary>
    internal Action<long> OnWrite { get; init; } = _ => { };

    /// <summary>What the end of a data set waits for, and the status it gives.</summary>
    internal Func<CancellationToken, Task<DicomStatus>> OnComplete { get; init; } = _ =>
        Task.FromResult(DicomStatus.Success);

    public ValueTask<IStoreSink> OpenAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        OnOpen(request);
        return ValueTask.FromResult<IStoreSink>(new Sink(this, request));
    }

    private sealed class Sink(MemoryStore store, StoreRequest request) : IStoreSink
    {
        private readonly MemoryStream _bytes = new();
        private bool _isComplete;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> dataSetBytes, CancellationToken cancellationToken)
        {
            store.OnWrite(_bytes.Length);
            _bytes.Write(dataSetBytes.Span);
            return ValueTask.CompletedTask;
        }

        public async ValueTask<DicomStatus> CompleteAsync(CancellationToken cancellationToken)
        {
            var status = await store.OnComplete(cancellationToken);
            _isComplete = true;
            if (status.IsSuccessOrWarning)
            {
                store.Stored.Enqueue((request, _bytes.ToArray()));
            }

            return status;
        }

        public ValueTask DisposeAsync()
        {
            if (!_isComplete)
            {
                Interlocked.Increment(ref store.Dropped);
            }

            return ValueTask.CompletedTask;
        }
    }
}
