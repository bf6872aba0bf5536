using System.Security.Cryptography;
using Defacer.Deidentify.Keys;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class ReidentificationLogTests
{
    [Fact]
    public void Append_Studies_AreReadWithThePrivateKeyAlone()
    {
        using var folder = new TemporaryFolder();
        using var owner = RSA.Create(3072);
        using var other = RSA.Create(3072);
        var log = new ReidentificationLog(folder["who.log"], owner.ExportSubjectPublicKeyInfoPem());
        var file = Setup.Image();
        var output = Setup.Apply(file).Output!;
        var entry = ReidentificationLog.EntryOf(file.Dataset, output.Dataset, Setup.Key.Id, DateTimeOffset.UnixEpoch);
        log.Append(entry);
        log.Append(entry);
        var read = ReidentificationLog.Read(folder["who.log"], owner.ExportPkcs8PrivateKeyPem()).ToList();

        Assert.Equal([entry, entry], read);
        Assert.Equal("PID-47110815", read[0].PatientId);
        Assert.Equal(Setup.Key.Pseudonym("", "PID-47110815"), read[0].Pseudonym);
        Assert.DoesNotContain("4711", File.ReadAllText(folder["who.log"]), StringComparison.Ordinal);
        Assert.Equal(2, File.ReadLines(folder["who.log"]).Distinct().Count());
        Assert.Throws<InvalidDataException>(() =>
            ReidentificationLog.Read(folder["who.log"], other.ExportPkcs8PrivateKeyPem()).ToList());
    }

    [Fact]
    public void Log_KeyThatCannotBeUsed_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var small = RSA.Create(2048);

        Assert.Contains("3072", Assert.Throws<InvalidDataException>(() =>
            new ReidentificationLog(folder["x"], small.ExportSubjectPublicKeyInfoPem())).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new ReidentificationLog(folder["x"], "no key"));
        Assert.False(File.Exists(folder["x"]));
    }
}
