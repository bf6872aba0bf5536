using System.Diagnostics;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Xunit;

namespace Defacer.Dicom.Tests.Files;

public sealed class HostileFilesTests
{
    // What reading one hostile file may allocate: the worst holds a million items.
    private const long MaxAllocatedBytes = 400L << 20;

    [Fact]
    public void Open_HostileFile_GivesAResultOrAFormatExceptionInTime()
    {
        var files = Fixtures.In("hostile");
        var faults = new List<string>();
        foreach (var path in files)
        {
            long allocated = 0;
            var watch = new Stopwatch();
            var outcome = Exercise(() => Measured(path, watch, ref allocated));
            if (outcome is not null || watch.Elapsed > TimeSpan.FromSeconds(2) || allocated > MaxAllocatedBytes)
            {
                faults.Add($"{Path.GetFileName(path)}: {outcome}, {watch.ElapsedMilliseconds} ms, {allocated >> 20} MiB");
            }
        }

        Assert.Empty(faults);
        Assert.True(files.Count > 200);
    }

    [Fact]
    public void Open_HostileStream_GivesAResultOrAFormatException()
    {
        // Nothing can stay on disk here: the bombs must hit a limit.
        var options = new DicomReadOptions { MaxMemoryBytes = 64 << 20 };
        Assert.All(Fixtures.In("hostile"), path =>
            Assert.Null(Exercise(() => DicomFile.Open(new MemoryStream(File.ReadAllBytes(path)), options))));
    }

    [Fact]
    public void Open_DeflateBombInAStream_IsRefused()
    {
        var path = Fixtures.In("hostile").Single(p => p.EndsWith("deflate_bomb_256MB.dcm", StringComparison.Ordinal));
        using var stream = File.OpenRead(path);

        Assert.Throws<DicomFormatException>(() => DicomFile.Open(stream, new DicomReadOptions { MaxMemoryBytes = 64 << 20 }));
    }

    [Fact]
    public void Open_DeflateBombBeyondTheLimit_IsRefused()
    {
        var path = Fixtures.In("hostile").Single(p => p.EndsWith("deflate_bomb_256MB.dcm", StringComparison.Ordinal));

        Assert.Throws<DicomFormatException>(() => DicomFile.Open(path, new DicomReadOptions { MaxInflatedBytes = 200 << 20 }));
    }

    [Theory]
    [InlineData("nest_100000_closed_deflated.dcm")]
    [InlineData("nest_100000_open_deflated.dcm")]
    [InlineData("nest_10000_open.dcm")]
    [InlineData("nest_un_implicit_5000.dcm")]
    public void Open_DeepNest_IsRefused(string name)
    {
        var path = Fixtures.In("hostile").Single(p => Path.GetFileName(p) == name);

        var error = Assert.Throws<DicomFormatException>(() => DicomFile.Open(path));

        Assert.Contains("deeper than 64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RandomByteFlips_GivesAResultOrAFormatException()
    {
        var random = new Random(20240117);
        foreach (var path in Fixtures.AllSamples())
        {
            var original = File.ReadAllBytes(path);
            for (var round = 0; round < 150; round++)
            {
                var bytes = (byte[])original.Clone();
                for (var flips = random.Next(1, 6); flips > 0; flips--)
                {
                    bytes[random.Next(bytes.Length)] = round % 2 == 0 ? (byte)random.Next(256) : (byte)0xFF;
                }

                Array.Resize(ref bytes, round % 5 == 0 ? random.Next(bytes.Length) : bytes.Length);
                var fault = Exercise(() => DicomFile.Open(new MemoryStream(bytes)));

                Assert.True(fault is null, $"{Path.GetFileName(path)}, round {round}: {fault}");
            }
        }
    }

    private static DicomFile Measured(string path, Stopwatch watch, ref long allocated)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        watch.Start();
        try
        {
            return DicomFile.Open(path);
        }
        finally
        {
            watch.Stop();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    // Reads, looks at every value, copies, measures, writes. The exception's name and place when it is any but the one meant.
    private static string? Exercise(Func<DicomFile> open)
    {
        try
        {
            var file = open();
            Look(file.Dataset);
            Look(file.FileMetaInfo);
            var length = DicomWriter.MeasureLength(file.Dataset.Clone(), DicomTransferSyntax.ExplicitVRLittleEndian);
            if (length < 64 << 20)
            {
                DicomWriter.Write(new MemoryStream(), file.Dataset, DicomTransferSyntax.ExplicitVRLittleEndian);
            }

            return null;
        }
        catch (DicomFormatException)
        {
            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name} {e.StackTrace}";
        }
    }

    private static void Look(DicomDataset dataset)
    {
        foreach (var item in dataset)
        {
            if (item is DicomElement { Bulk: null })
            {
                dataset.GetStrings(item.Tag);
                dataset.GetInt(item.Tag);
                dataset.GetDate(item.Tag);
                dataset.GetTags(item.Tag);
            }
            else if (item is DicomSequence sequence)
            {
                foreach (var child in sequence.Items)
                {
                    Look(child);
                }
            }
        }
    }
}
