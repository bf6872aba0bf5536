using System.Diagnostics;
using System.Globalization;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Xunit;

namespace Defacer.Dicom.Tests.Files;

public sealed class HostileFilesTests
{
    // What reading one hostile file may allocate: the worst holds a million items.
    private const long MaxAllocatedBytes = 400L << 20;
    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    [Fact]
    public void Open_HostileFile_GivesAResultOrAFormatExceptionInTime()
    {
        var files = Fixtures.In("hostile");
        var faults = new List<string>();
        foreach (var path in files)
        {
            var outcome = Exercise(() => DicomFile.Open(path));
            var (time, allocated) = Measure(path);
            if (outcome is not null || time > s_limit || allocated > MaxAllocatedBytes)
            {
                faults.Add($"{Path.GetFileName(path)}: {outcome} {time.TotalMilliseconds} ms, {allocated >> 20} MiB");
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

        Assert.Throws<DicomFormatException>(() =>
            DicomFile.Open(stream, new DicomReadOptions { MaxMemoryBytes = 64 << 20 }));
    }

    [Fact]
    public void Open_DeflateBombBeyondTheLimit_IsRefused()
    {
        var path = Fixtures.In("hostile").Single(p => p.EndsWith("deflate_bomb_256MB.dcm", StringComparison.Ordinal));

        Assert.Throws<DicomFormatException>(() =>
            DicomFile.Open(path, new DicomReadOptions { MaxInflatedBytes = 200 << 20 }));
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

    private static (TimeSpan Time, long Allocated) Measure(string path)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var begin = ThreadTime();
        try
        {
            DicomFile.Open(path);
        }
        catch (DicomFormatException)
        {
            // A refusal must be as cheap as a result.
        }

        return (ThreadTime() - begin, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Processor time of this thread where the system tells it, so that a busy machine fails no file; else the clock.
    private static TimeSpan ThreadTime()
    {
        const string Stat = "/proc/thread-self/stat";
        if (!File.Exists(Stat))
        {
            return Stopwatch.GetElapsedTime(0);
        }

        // After the name in brackets come state and 10 numbers, then user and system time in hundredths of a second.
        var fields = File.ReadAllText(Stat).Split(") ")[^1].Split(' ');
        var (user, system) = (double.Parse(fields[11], s_invariant), double.Parse(fields[12], s_invariant));
        return TimeSpan.FromMilliseconds(10 * (user + system));
    }

    // Reads, looks at every value, copies, measures, writes. The exception's name and place when it is any but the one
    // meant.
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
