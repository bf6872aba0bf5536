using Defacer.Configuration;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Spool;
using Defacer.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Defacer.Tests.Spool;

public sealed class SpoolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FaultyDisk _disk = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Commit_Instance_IsFlushedThenNamedThenFolderFlushed()
    {
        await using var spool = Open();
        _disk.Steps.Clear();

        var outcome = await ReceiveAsync(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");

        Assert.Equal(StoreOutcome.Stored, outcome);
        Assert.Equal(["flush file", "move .part>.dcm", "flush folder"], _disk.Steps);
    }

    [Fact]
    public async Task Commit_Instance_KeepsTheBytesAndTellsRouting()
    {
        await using var spool = Open();
        var bytes = TestInstances.Encode("1.2.3", "1.2", "1.2.9");

        await ReceiveAsync(spool, bytes, "1.2.3");

        Assert.True(spool.Arrivals.TryRead(out var arrival));
        Assert.Equal(new RoutingAttributes("1.2.3", "1.2", "1.2.9"), arrival.Routing);
        var path = spool.Folders.Arrival(arrival.Id);
        Assert.Equal(bytes, File.ReadAllBytes(path)[^bytes.Length..]);
        var file = DicomFile.Open(path);
        Assert.Equal("1.2.840.10008.1.2.1", file.TransferSyntax.UID);
        Assert.Equal("CT1", file.FileMetaInfo.GetString(DicomTag.SourceApplicationEntityTitle));
        Assert.Equal("1.2.3", file.FileMetaInfo.GetString(DicomTag.MediaStorageSOPInstanceUID));
    }

    [Fact]
    public async Task Rescan_AfterRestart_FindsWhatWasAcknowledgedUnchangedAndOnce()
    {
        Arrival? before;
        await using (var spool = Open())
        {
            await ReceiveAsync(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
            Assert.True(spool.Arrivals.TryRead(out before));
        }

        await using var again = Open();

        Assert.Equal(1, again.Rescan());
        Assert.True(again.Arrivals.TryRead(out var after));
        Assert.Equal(before.ContentHash, after.ContentHash);
        Assert.Equal((before.Id, before.Routing, before.Bytes, before.CalledAeTitle, before.CallingAeTitle,
            before.SOPClassUID, before.SOPInstanceUID),
            (after.Id, after.Routing, after.Bytes, after.CalledAeTitle, after.CallingAeTitle, after.SOPClassUID,
                after.SOPInstanceUID));
        Assert.False(again.Arrivals.TryRead(out _));
    }

    [Fact]
    public async Task Commit_UnreadableDataSet_IsStoredAllTheSame()
    {
        await using var spool = Open();

        var outcome = await ReceiveAsync(spool, [1, 2, 3, 4, 5, 6, 7, 8, 9], "1.2.3");

        Assert.Equal(StoreOutcome.Stored, outcome);
        Assert.True(spool.Arrivals.TryRead(out var arrival));
        Assert.Equal(RoutingAttributes.None, arrival.Routing);
    }

    [Fact]
    public async Task Commit_DataSetWithOtherUid_IsRefusedAndNothingStays()
    {
        await using var spool = Open();

        var outcome = await ReceiveAsync(spool, TestInstances.Encode("1.2.4", "1.2", "1.2.9"), "1.2.3");

        Assert.Equal(StoreOutcome.UidMismatch, outcome);
        AssertNothingKept(spool);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(450)]
    [InlineData(2000)]
    public async Task Commit_DiskFullOnTheWay_IsOutOfResourcesAndNothingStays(long bytesUntilFull)
    {
        await using var spool = Open();
        _disk.BytesUntilFull = bytesUntilFull;

        var outcome = await ReceiveAsync(
            spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9", pixelBytes: 4000), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        AssertNothingKept(spool);
    }

    [Fact]
    public async Task Commit_FlushFails_IsOutOfResourcesWithoutASecondFlush()
    {
        await using var spool = Open();
        _disk.FailFileFlush = true;

        var outcome = await ReceiveAsync(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        Assert.Equal(1, _disk.FileFlushes);
        AssertNothingKept(spool);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Commit_NamingFails_IsOutOfResourcesAndNothingStays(bool failMove, bool failFolderFlush)
    {
        await using var spool = Open();
        (_disk.FailMove, _disk.FailFolderFlush) = (failMove, failFolderFlush);

        var outcome = await ReceiveAsync(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        AssertNothingKept(spool);
    }

    [Fact]
    public async Task Commit_AfterAFault_TheNextInstanceIsStored()
    {
        await using var spool = Open();
        _disk.FailFolderFlush = true;
        await ReceiveAsync(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
        _disk.FailFolderFlush = false;

        Assert.Equal(
            StoreOutcome.Stored, await ReceiveAsync(spool, TestInstances.Encode("1.2.4", "1.2", "1.2.9"), "1.2.4"));
    }

    [Fact]
    public async Task Commit_ManyWaitTogether_ShareOneFolderFlush()
    {
        await using var spool = Open();
        using var firstIsFlushing = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        _disk.OnFolderFlush = () =>
        {
            firstIsFlushing.Set();
            goOn.Wait(TimeSpan.FromSeconds(20));
        };
        _disk.FolderFlushes = 0;
        var first = Task.Run(() => ReceiveAsync(spool, TestInstances.Encode("1.2.1", "1.2", "1.2.9"), "1.2.1"));
        Assert.True(firstIsFlushing.Wait(TimeSpan.FromSeconds(20)));

        var rest = Enumerable.Range(2, 8).Select(
            i => ReceiveAsync(spool, TestInstances.Encode($"1.2.{i}", "1.2", "1.2.9"), $"1.2.{i}")).ToList();
        goOn.Set();
        await Task.WhenAll(rest.Prepend(first));

        Assert.Equal(2, _disk.FolderFlushes);
    }

    [Fact]
    public async Task Dispose_WithoutCommit_DropsTheFile()
    {
        await using var spool = Open();
        var file = spool.TryCreate(TestInstances.Describe(spool, "1.2.3"))!;
        file.Write([1, 2, 3]);

        file.Dispose();

        AssertNothingKept(spool);
    }

    [Fact]
    public async Task TryCreate_BelowTheMark_IsRefused()
    {
        await using var spool = Open(minFree: 1000);
        _disk.Free = 999;
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(spool.TryCreate(TestInstances.Describe(spool, "1.2.3")));
        Assert.False(spool.Space.IsAboveMark);
    }

    [Fact]
    public async Task Open_LeftoversOfACrash_AreRemovedAndAcknowledgedFilesKept()
    {
        await using (var spool = Open())
        {
            await ReceiveAsync(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
            File.WriteAllText(Path.Combine(spool.Folders.Incoming, "torn.part"), "half");
            Directory.CreateDirectory(Path.Combine(spool.Folders.Jobs, "j", "work"));
        }

        await using var again = Open();

        Assert.Single(Directory.GetFiles(again.Folders.Incoming));
        Assert.False(Directory.Exists(Path.Combine(again.Folders.Jobs, "j", "work")));
    }

    [Fact]
    public async Task Rescan_ForeignFile_IsLeftAlone()
    {
        await using var spool = Open();
        var path = Path.Combine(spool.Folders.Incoming, "foreign.dcm");
        File.WriteAllText(path, "no DICOM");

        Assert.Equal(0, spool.Rescan());
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Open_SecondTime_RefusesWithASentence()
    {
        await using var spool = Open();

        var error = Assert.Throws<SpoolInUseException>(() => Open());

        Assert.Contains("in use by another running node", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OtherLayout_Refuses()
    {
        await using (Open())
        {
        }

        File.WriteAllText(_folder["VERSION"], "99\n");

        Assert.Contains("99", Assert.Throws<InvalidDataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_SameSpool_GivesTheSameIdsAndAnotherSpoolOthers()
    {
        string first;
        await using (var spool = Open())
        {
            first = spool.Key.Id("study", "r", "1.2.3");
        }

        await using var again = Open();
        using var elsewhere = new TemporaryFolder();
        await using var other = SpoolStore.Open(
            elsewhere.Path, new SpoolOptions(), _disk, _time, NullLogger<SpoolStore>.Instance);

        Assert.Equal(first, again.Key.Id("study", "r", "1.2.3"));
        Assert.NotEqual(first, other.Key.Id("study", "r", "1.2.3"));
        Assert.NotEqual(again.Key.Id("ab", "c"), again.Key.Id("a", "bc"));
    }

    private SpoolStore Open(long minFree = 0) => SpoolStore.Open(
        _folder.Path, new SpoolOptions { MinFreeSpace = new ByteSize(minFree) }, _disk, _time,
            NullLogger<SpoolStore>.Instance);

    private static Task<StoreOutcome> ReceiveAsync(SpoolStore spool, byte[] dataSet, string sopInstanceUid) =>
        TestInstances.ReceiveAsync(spool, dataSet, sopInstanceUid);

    private static void AssertNothingKept(SpoolStore spool)
    {
        Assert.Empty(Directory.GetFiles(spool.Folders.Incoming));
        Assert.False(spool.Arrivals.TryRead(out _));
    }
}
