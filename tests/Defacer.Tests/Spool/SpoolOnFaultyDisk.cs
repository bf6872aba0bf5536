using Defacer.Configuration;
using Defacer.Spool;
using Defacer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Defacer.Tests.Spool;

/// <summary>A spool in a folder of its own, on a disk with faults on order.</summary>
public abstract class SpoolOnFaultyDisk : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    private protected FaultyDisk Disk { get; } = new();

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected SpoolStore Open(long minFree = 0) => SpoolStore.Open(
        Folder.Path, new SpoolOptions { MinFreeSpace = new ByteSize(minFree) }, Disk, Time,
        NullLogger<SpoolStore>.Instance);

    private protected static StoreOutcome Receive(SpoolStore spool, byte[] dataSet, string sopInstanceUid) =>
        TestInstances.Receive(spool, dataSet, sopInstanceUid);
}
