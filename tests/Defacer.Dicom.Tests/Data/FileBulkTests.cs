using Defacer.Dicom.Data;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Data;

/// <summary>A part of a file arrives whole wherever it is copied to, by the system or by hand.</summary>
public sealed class FileBulkTests
{
    private const int SourceBytes = 700_001;

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 262_144)]
    [InlineData(4097, 600_000)]
    [InlineData(100_001, 600_000)]
    public void CopyTo_FileBetweenOtherBytes_IsTheSameAsToMemory(int position, int length)
    {
        using var folder = new TemporaryFolder();
        var bulk = new FileBulk(Source(folder), position, length);
        using var memory = new MemoryStream();
        bulk.CopyTo(memory);
        using (var file = new FileStream(folder["out"], FileMode.Create, FileAccess.Write))
        {
            file.Write("before"u8);
            bulk.CopyTo(file);
            Assert.Equal(6 + length, file.Position);
            file.Write("after"u8);
        }

        Assert.Equal([.. "before"u8, .. memory.ToArray(), .. "after"u8], File.ReadAllBytes(folder["out"]));
        Assert.Equal(length, memory.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void CopyTo_SourceThatEndsEarly_IsAnError(int swapUnit)
    {
        using var folder = new TemporaryFolder();
        var bulk = new FileBulk(Source(folder), SourceBytes - 1001, 2000, swapUnit);
        using var file = new FileStream(folder["out"], FileMode.Create, FileAccess.Write);

        Assert.Throws<EndOfStreamException>(() => bulk.CopyTo(file));
    }

    [Fact]
    public void CopyTo_FileOpenedForAppending_IsAppended()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["out"], "before");
        using (var file = new FileStream(folder["out"], FileMode.Append, FileAccess.Write))
        {
            new FileBulk(Source(folder), 3, 5000).CopyTo(file);
        }

        Assert.Equal([.. "before"u8, .. File.ReadAllBytes(folder["in"]).AsSpan(3, 5000)], File.ReadAllBytes(folder["out"]));
    }

    private static string Source(TemporaryFolder folder)
    {
        var bytes = new byte[SourceBytes];
        new Random(11).NextBytes(bytes);
        File.WriteAllBytes(folder["in"], bytes);
        return folder["in"];
    }
}
