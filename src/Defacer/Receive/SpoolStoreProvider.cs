using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Spool;

namespace Defacer.Receive;

/// <summary>
/// Stores what arrives into the spool (PS3.4 B.2.3); success is answered only for what is on stable storage.
/// </summary>
public sealed class SpoolStoreProvider(SpoolStore spool, TimeProvider time) : IStoreProvider
{
    private static readonly DicomStatus s_noRoom = DicomStatus.OutOfResources.WithComment(
        "The spool has no room; send again later");

    private static readonly DicomStatus s_congested = DicomStatus.OutOfResources.WithComment(
        "What came before is not filed yet; send again later");

    /// <inheritdoc/>
    public ValueTask<IStoreSink> OpenAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        var file = spool.TryCreate(new Arrival
        {
            Id = spool.NewArrivalId(),
            At = time.GetUtcNow(),
            CalledAeTitle = request.Association.CalledAeTitle,
            CallingAeTitle = request.Association.CallingAeTitle,
            TransferSyntaxUID = request.TransferSyntaxUID,
            SOPClassUID = request.SOPClassUID,
            SOPInstanceUID = request.SOPInstanceUID,
            Routing = RoutingAttributes.None,
            ContentHash = string.Empty,
            Bytes = 0,
            Association = request.Association.Id,
        });
        return file is null
            ? throw new DimseException(spool.IsCongested ? s_congested : s_noRoom)
            : ValueTask.FromResult<IStoreSink>(new Sink(file));
    }

    private sealed class Sink(IncomingFile file) : IStoreSink
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> dataSetBytes, CancellationToken cancellationToken)
        {
            file.Write(dataSetBytes.Span);
            return ValueTask.CompletedTask;
        }

        // Waits for the disk on this thread: handing over and back costs more than the wait. The pool has a thread for
        // each association (ThreadPoolMinThreads).
        public ValueTask<DicomStatus> CompleteAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult(file.Commit() switch
            {
                StoreOutcome.Stored => DicomStatus.Success,
                StoreOutcome.UidMismatch =>
                    DicomStatus.DataSetDoesNotMatchSOPClass.WithComment("(0008,0018) is not the command's (0000,1000)"),
                _ => s_noRoom,
            });

        public ValueTask DisposeAsync()
        {
            file.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
