using Defacer.Configuration;
using Defacer.Dicom.Network;
using Defacer.Peers;
using Defacer.Receive;
using Defacer.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace Defacer.Benchmarks;

/// <summary>
/// Our receiver and spool on a disk that never flushes: what the promise costs is the difference. No product setting
/// does this.
/// </summary>
internal static class UnflushedReceiver
{
    internal const string Word = "receive-unflushed";

    internal static async Task<int> RunAsync(int port, string folder)
    {
        var options = new DefacerOptions
        {
            Node = new NodeOptions { AeTitle = "DEFACER", Port = port },
            Spool = new SpoolOptions { MinFreeSpace = new ByteSize(100_000_000) },
        };
        await using var spool = SpoolStore.Open(
            folder, options.Spool, new UnflushedDisk(), TimeProvider.System, NullLogger<SpoolStore>.Instance);
        await using var server = DicomListener.Create(
            options.Node, new AcceptAll(), new SpoolStoreProvider(spool, TimeProvider.System), null,
            SilentAssociationObserver.Instance, new PeerSecurity(folder, TimeProvider.System), TimeProvider.System);
        await server.StartAsync(CancellationToken.None);
        await foreach (var _ in spool.Arrivals.ReadAllAsync())
        {
            // Nothing is done with them: storescp does no more.
        }

        return 0;
    }

    private sealed class AcceptAll : IAssociationPolicy
    {
        public AssociationDecision Decide(AssociationRequest request, System.Net.IPEndPoint peer) => AssociationDecision.Accept;
    }

    private sealed class UnflushedDisk : IDisk
    {
        private readonly SystemDisk _disk = new();

        public IDiskFile Create(string path, long room) => new UnflushedFile(_disk.Create(path, room));

        public void Move(string from, string to) => _disk.Move(from, to);

        public void Link(string from, string to) => _disk.Link(from, to);

        public void FlushFolder(string path)
        {
        }

        public void FlushFile(string path)
        {
        }

        public void Delete(string path) => _disk.Delete(path);

        public long FreeBytes(string path) => _disk.FreeBytes(path);
    }

    private sealed class UnflushedFile(IDiskFile file) : IDiskFile
    {
        public void Write(long position, ReadOnlySpan<byte> bytes) => file.Write(position, bytes);

        public void StartWriteBack(long position, long length)
        {
        }

        public void Flush(long length)
        {
        }

        public Stream OpenRead() => file.OpenRead();

        public void Dispose() => file.Dispose();
    }
}
