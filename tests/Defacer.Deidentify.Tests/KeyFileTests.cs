using Defacer.Deidentify.Keys;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class KeyFileTests
{
    [Fact]
    public void Rotate_File_PutsANewKeyInForceAndKeepsTheOthers()
    {
        using var folder = new TemporaryFolder();
        var first = SiteKey.LoadOrCreate(folder["site.key"]);
        var second = KeyFile.Rotate(folder["site.key"]);

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(second.Id, SiteKey.LoadOrCreate(folder["site.key"]).Id);
        Assert.Equal([second.Id, first.Id], KeyFile.Read(folder["site.key"]).Select(k => k.Id));
        Assert.Null(KeyFile.Exposure(folder["site.key"]));
        Assert.Single(Directory.EnumerateFiles(folder.Path));

        KeyFile.Activate(folder["site.key"], first.Id);
        Assert.Equal(first.MapUid("1.2.3"), SiteKey.LoadOrCreate(folder["site.key"]).MapUid("1.2.3"));
        Assert.Contains(second.Id, Assert.Throws<InvalidDataException>(() =>
            KeyFile.Activate(folder["site.key"], "00000000")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OneDamagedLine_RefusesTheFile()
    {
        using var folder = new TemporaryFolder();
        SiteKey.LoadOrCreate(folder["site.key"]);
        File.AppendAllText(folder["site.key"], "defacer-site-key-1:c2hvcnQ=\n");

        Assert.Throws<InvalidDataException>(() => KeyFile.Read(folder["site.key"]));
    }

    [Fact]
    public void Exposure_FileThatOthersRead_IsSaid()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix permissions.");
        using var folder = new TemporaryFolder();
        SiteKey.LoadOrCreate(folder["site.key"]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder["site.key"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        }

        Assert.Contains("chmod 600", KeyFile.Exposure(folder["site.key"]), StringComparison.Ordinal);
    }
}
