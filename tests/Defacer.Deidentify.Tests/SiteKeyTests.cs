using System.Text;
using Defacer.Dicom.Data;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class SiteKeyTests
{
    private static readonly SiteKey s_other =
        SiteKey.FromBytes(Encoding.ASCII.GetBytes("another key for tests, 32 bytes."));

    [Fact]
    public void MapUid_SameUid_GivesAValidUidThatIsTheSameEveryTime()
    {
        var mapped = Setup.Key.MapUid("1.2.3.4");

        Assert.StartsWith("2.25.", mapped, StringComparison.Ordinal);
        Assert.True(DicomUID.IsValid(mapped) && mapped.Length <= 44);
        Assert.Equal(mapped, Setup.Key.MapUid("1.2.3.4\0"));
        // Pinned: a change of the derivation would break every site's consistency.
        Assert.Equal("2.25.110417723704627253710186030844779808642", SiteKey.FromBytes(new byte[32]).MapUid("1.2.3.4"));
    }

    [Fact]
    public void Derivations_OtherKey_GiveOtherResults()
    {
        Assert.NotEqual(s_other.MapUid("1.2.3.4"), Setup.Key.MapUid("1.2.3.4"));
        Assert.NotEqual(s_other.Pseudonym("", "4711"), Setup.Key.Pseudonym("", "4711"));
        Assert.NotEqual(s_other.Id, Setup.Key.Id);
    }

    [Fact]
    public void Pseudonym_SameNumberOfTwoIssuers_Differs()
    {
        Assert.NotEqual(Setup.Key.Pseudonym("A", "4711"), Setup.Key.Pseudonym("B", "4711"));
        Assert.Equal(16, Setup.Key.Pseudonym("A", "4711").Length);
    }

    [Fact]
    public void LoadOrCreate_NoFile_CreatesOneForTheOwnerOnlyAndReadsItAgain()
    {
        using var folder = new TemporaryFolder();
        var created = SiteKey.LoadOrCreate(folder["keys/site.key"]);
        var loaded = SiteKey.LoadOrCreate(folder["keys/site.key"]);

        Assert.True(created.IsNew);
        Assert.False(loaded.IsNew);
        Assert.Equal(created.Id, loaded.Id);
        Assert.Equal(created.MapUid("1.2.3"), loaded.MapUid("1.2.3"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["keys/site.key"]));
        }
    }

    [Fact]
    public void LoadOrCreate_DamagedFile_IsAnErrorAndNeverANewKey()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["site.key"], "defacer-site-key-1:c2hvcnQ=");

        var error = Assert.Throws<InvalidDataException>(() => SiteKey.LoadOrCreate(folder["site.key"]));

        Assert.Contains("backup", error.Message, StringComparison.Ordinal);
        Assert.Equal("defacer-site-key-1:c2hvcnQ=", File.ReadAllText(folder["site.key"]));
    }
}
