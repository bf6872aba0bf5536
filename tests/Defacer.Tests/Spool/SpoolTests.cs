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
    public async Task Commit_FirstInstance_IsFlushedAndThenItsSlotsName()
    {
        await using var spool = Open();
        using var file = spool.TryCreate(TestInstances.Describe(spool, "1.2.3"))!;
        file.Write(TestInstances.Encode("1.2.3", "1.2", "1.2.9"));
        _disk.ClearSteps();

        Assert.Equal(StoreOutcome.Stored, file.Commit());

        // Slots made behind our back may have flushed the folder before too.
        Assert.Contains("flush slots", _disk.CopySteps().SkipWhile(s => s != "flush file"));
    }

    [Fact]
    public async Task Commit_SlotMadeAhead_IsFlushedOnceAndNothingElse()
    {
        await using var spool = Open();

        var steps = Enumerable.Range(0, 200).Select(i =>
        {
            _disk.ClearSteps();
            Receive(spool, TestInstances.Encode($"1.2.{i}", "1.2", "1.2.9"), $"1.2.{i}");
            return _disk.CopySteps();
        });

        Assert.Contains(steps, s => s is ["flush file"]);
    }

    [Fact]
    public async Task Open_AcknowledgedInstanceInItsSlot_IsFoundWholeAndOnce()
    {
        Arrival? before;
        await using (var spool = Open())
        {
            Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
            Assert.True(spool.Arrivals.TryRead(out before));

            // The space that was set aside is there again: more than a reader may look at.
            using var tail = new FileStream(before.Path, FileMode.Append);
            tail.Write(new byte[1000]);
        }

        await using var again = Open();

        Assert.Equal(1, again.Rescan());
        Assert.True(again.Arrivals.TryRead(out var after));
        Assert.Equal((before.Id, before.ContentHash, before.Bytes, before.Routing, before.At),
            (after.Id, after.ContentHash, after.Bytes, after.Routing, after.At));
        Assert.Empty(Directory.GetFiles(again.Folders.Slots));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(50)]
    [InlineData(85)]
    [InlineData(200)]
    [InlineData(-1)]
    [InlineData(-40)]
    public async Task Open_SlotWithOneBitChanged_IsDropped(int position)
    {
        await using (var spool = Open())
        {
            Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
            Assert.True(spool.Arrivals.TryRead(out var arrival));
            var bytes = File.ReadAllBytes(arrival.Path);
            bytes[position < 0 ? bytes.Length + position : position] ^= 4;
            File.WriteAllBytes(Path.Combine(spool.Folders.Slots, "x.slot"), bytes);
            File.Delete(arrival.Path);
        }

        await using var again = Open();

        Assert.Equal(0, again.Rescan());
        Assert.Empty(Directory.GetFiles(again.Folders.Slots));
    }

    [Fact]
    public async Task Open_SlotCutAtAnyLength_IsDropped()
    {
        byte[] whole;
        await using (var spool = Open())
        {
            Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
            Assert.True(spool.Arrivals.TryRead(out var arrival));
            whole = File.ReadAllBytes(arrival.Path);
            File.Delete(arrival.Path);
            for (var length = 0; length < whole.Length; length++)
            {
                File.WriteAllBytes(Path.Combine(spool.Folders.Slots, $"{length}.slot"), whole[..length]);
            }
        }

        await using var again = Open();

        Assert.Equal(0, again.Rescan());
        Assert.Empty(Directory.GetFiles(again.Folders.Slots));
    }

    [Fact]
    public async Task Rescan_WaitingFileChangedOnTheDisk_IsLeftAlone()
    {
        await using (var spool = Open())
        {
            Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
        }

        await using var again = Open();
        var path = Assert.Single(Directory.GetFiles(again.Folders.Incoming));
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.Equal(0, again.Rescan());
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Commit_RoutingBehindALongValue_IsReadBack()
    {
        await using var spool = Open();
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, "1.2.3");
        dataset.AddOrUpdate(DicomTag.ImageComments, DicomVR.LT, new string('x', 100));
        dataset.AddOrUpdate(new DicomElement(new DicomTag(0x0009, 0x1001), DicomVR.OB, new byte[100_000]));
        dataset.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, "1.2");
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, dataset, DicomTransferSyntax.ExplicitVRLittleEndian);

        Assert.Equal(StoreOutcome.Stored, Receive(spool, stream.ToArray(), "1.2.3"));

        Assert.True(spool.Arrivals.TryRead(out var arrival));
        Assert.Equal(new RoutingAttributes("1.2.3", "1.2", null), arrival.Routing);
        Assert.Equal(stream.ToArray(), File.ReadAllBytes(arrival.Path)[^(int)stream.Length..]);
    }

    [Fact]
    public async Task Commit_Instance_KeepsTheBytesAndTellsRouting()
    {
        await using var spool = Open();
        var bytes = TestInstances.Encode("1.2.3", "1.2", "1.2.9");

        Receive(spool, bytes, "1.2.3");

        Assert.True(spool.Arrivals.TryRead(out var arrival));
        Assert.Equal(new RoutingAttributes("1.2.3", "1.2", "1.2.9"), arrival.Routing);
        var path = arrival.Path;
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
            Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
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

        var outcome = Receive(spool, [1, 2, 3, 4, 5, 6, 7, 8, 9], "1.2.3");

        Assert.Equal(StoreOutcome.Stored, outcome);
        Assert.True(spool.Arrivals.TryRead(out var arrival));
        Assert.Equal(RoutingAttributes.None, arrival.Routing);
    }

    [Fact]
    public async Task Commit_DataSetWithOtherUid_IsRefusedAndNothingStays()
    {
        await using var spool = Open();

        var outcome = Receive(spool, TestInstances.Encode("1.2.4", "1.2", "1.2.9"), "1.2.3");

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

        var outcome = Receive(
            spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9", pixelBytes: 4000), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        AssertNothingKept(spool);
    }

    [Fact]
    public async Task Commit_FlushFails_IsOutOfResourcesWithoutASecondFlush()
    {
        await using var spool = Open();
        _disk.FailFileFlush = true;

        var outcome = Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        Assert.Equal(1, _disk.FileFlushes);
        AssertNothingKept(spool);
    }

    [Fact]
    public async Task Commit_NameCannotBeFlushed_IsOutOfResourcesAndNothingStays()
    {
        await using var spool = Open();
        _disk.FailFolderFlush = true;

        var outcome = Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        AssertNothingKept(spool);
    }

    [Fact]
    public async Task Commit_AfterAFault_TheNextInstanceIsStored()
    {
        await using var spool = Open();
        _disk.FailFolderFlush = true;
        Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
        _disk.FailFolderFlush = false;

        Assert.Equal(
            StoreOutcome.Stored, Receive(spool, TestInstances.Encode("1.2.4", "1.2", "1.2.9"), "1.2.4"));
    }

    [Fact]
    public async Task TryCreate_NoFileCanBeMade_IsRefused()
    {
        await using var spool = Open();
        _disk.FailCreate = true;

        Assert.Null(spool.TryCreate(TestInstances.Describe(spool, "1.2.3")));
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
            Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
            File.WriteAllText(Path.Combine(spool.Folders.Slots, "torn.slot"), "half");
            File.WriteAllText(Path.Combine(spool.Folders.Incoming, "torn.part"), "half");
            Directory.CreateDirectory(Path.Combine(spool.Folders.Jobs, "j", "work"));
        }

        await using var again = Open();

        Assert.Single(Directory.GetFiles(again.Folders.Incoming));
        Assert.Empty(Directory.GetFiles(again.Folders.Slots));
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

    private static StoreOutcome Receive(SpoolStore spool, byte[] dataSet, string sopInstanceUid) =>
        TestInstances.Receive(spool, dataSet, sopInstanceUid);

    private static bool IsWhole(string path)
    {
        try
        {
            return ReceivedFile.Recover(path) is not null;
        }
        catch (FileNotFoundException)
        {
            // Made behind our back, and removed because its name could not be flushed.
            return false;
        }
    }

    // Slots made ahead hold nothing.
    private static void AssertNothingKept(SpoolStore spool)
    {
        Assert.Empty(Directory.GetFiles(spool.Folders.Incoming));
        Assert.DoesNotContain(Directory.GetFiles(spool.Folders.Slots), IsWhole);
        Assert.False(spool.Arrivals.TryRead(out _));
    }
}
