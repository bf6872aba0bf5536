using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;

namespace Defacer.Cli;

/// <summary>A storage SCP that writes each instance into a folder: the research PACS of the demonstration.</summary>
internal sealed class FolderReceiver(string folder) : IStoreProvider
{
    private int _received;

    /// <summary>Instances stored so far.</summary>
    internal int Received => Volatile.Read(ref _received);

    public ValueTask<IStoreSink> OpenAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{request.SOPInstanceUID}.dcm");
        var stream = new FileStream(path + ".part", FileMode.Create, FileAccess.Write, FileShare.None);
        var meta = DicomFileMeta.Create(
            request.SOPClassUID, request.SOPInstanceUID, DicomTransferSyntax.FromUid(request.TransferSyntaxUID), request.Association.CallingAeTitle);
        new DicomFile(meta, []).Save(stream);
        return ValueTask.FromResult<IStoreSink>(new Sink(this, stream, path));
    }

    private sealed class Sink(FolderReceiver receiver, FileStream stream, string path) : IStoreSink
    {
        private bool _complete;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> dataSetBytes, CancellationToken cancellationToken) =>
            stream.WriteAsync(dataSetBytes, cancellationToken);

        public async ValueTask<DicomStatus> CompleteAsync(CancellationToken cancellationToken)
        {
            await stream.DisposeAsync();
            File.Move(path + ".part", path, overwrite: true);
            _complete = true;
            Interlocked.Increment(ref receiver._received);
            return DicomStatus.Success;
        }

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            if (!_complete)
            {
                File.Delete(path + ".part");
            }
        }
    }
}
