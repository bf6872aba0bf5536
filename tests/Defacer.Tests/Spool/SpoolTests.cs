using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Spool;
using Xunit;

namespace Defacer.Tests.Spool;

/// <summary>What an instance costs, keeps and leaves until it is acknowledged or refused.</summary>
public sealed class SpoolTests : SpoolOnFaultyDisk
{
    [Fact]
    public async Task Commit_FirstInstance_IsFlushedAndThenItsSlotsName()
    {
        await using var spool = Open();
        using var file = spool.TryCreate(TestInstances.Describe(spool, "1.2.3"))!;
        file.Write(TestInstances.Encode("1.2.3", "1.2", "1.2.9"));
        Disk.ClearSteps();

        Assert.Equal(StoreOutcome.Stored, file.Commit());

        // Slots made behind our back may have flushed the folder before too.
        Assert.Contains("flush slots", Disk.CopySteps().SkipWhile(s => s != "flush file"));
    }

    [Fact]
    public async Task Commit_SlotMadeAhead_IsFlushedOnceAndNothingElse()
    {
        await using var spool = Open();

        var steps = Enumerable.Range(0, 200).Select(i =>
        {
            Disk.ClearSteps();
            Receive(spool, TestInstances.Encode($"1.2.{i}", "1.2", "1.2.9"), $"1.2.{i}");
            return Disk.CopySteps();
        });

        Assert.Contains(steps, s => s is ["flush file"]);
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
        Disk.BytesUntilFull = bytesUntilFull;

        var outcome = Receive(
            spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9", pixelBytes: 4000), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        AssertNothingKept(spool);
    }

    [Fact]
    public async Task Commit_FlushFails_IsOutOfResourcesWithoutASecondFlush()
    {
        await using var spool = Open();
        Disk.FailFileFlush = true;

        var outcome = Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        Assert.Equal(1, Disk.FileFlushes);
        AssertNothingKept(spool);
    }

    [Fact]
    public async Task Commit_NameCannotBeFlushed_IsOutOfResourcesAndNothingStays()
    {
        await using var spool = Open();
        Disk.FailFolderFlush = true;

        var outcome = Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");

        Assert.Equal(StoreOutcome.OutOfResources, outcome);
        AssertNothingKept(spool);
    }

    [Fact]
    public async Task Commit_AfterAFault_TheNextInstanceIsStored()
    {
        await using var spool = Open();
        Disk.FailFolderFlush = true;
        Receive(spool, TestInstances.Encode("1.2.3", "1.2", "1.2.9"), "1.2.3");
        Disk.FailFolderFlush = false;

        Assert.Equal(
            StoreOutcome.Stored, Receive(spool, TestInstances.Encode("1.2.4", "1.2", "1.2.9"), "1.2.4"));
    }

    [Fact]
    public async Task TryCreate_NoFileCanBeMade_IsRefused()
    {
        await using var spool = Open();
        Disk.FailCreate = true;

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
        Disk.Free = 999;
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(spool.TryCreate(TestInstances.Describe(spool, "1.2.3")));
        Assert.False(spool.Space.IsAboveMark);
    }

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
