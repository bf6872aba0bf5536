using System.Text.Json;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class ProfileTests
{
    [Fact]
    public void Load_ShippedProfiles_AreValid()
    {
        foreach (
            var path in Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "config", "profiles"),
            "*.json"))
        {
            Assert.Equal(Path.GetFileNameWithoutExtension(path), Profile.Load(path, Setup.Tables).Name);
        }
    }

    [Fact]
    public void Load_ManyErrors_NamesThemAll()
    {
        var error = Assert.Throws<ProfileException>(() => Setup.ParseProfile("""
            {
              "optoins": [],
              "options": [ "retain-everything" ],
              "overrides": {
                "NoSuchKeyword": "remove", "PatientID": "hide", "Rows": "pseudonym", "(0029,1001)": "keep",
                "SOPClassUID": "remove",
                "StudyID": { "action": "set" }
              },
              "unverifiedPixelText": "maybe"
            }
            """));

        foreach (
            var word in new[] { "optoins", "retain-everything", "NoSuchKeyword", "hide", "Rows", "0029,1001",
            "SOPClassUID", "StudyID", "maybe" })
        {
            Assert.Contains(word, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_OptionThatIsNotCarriedOut_IsRefused()
    {
        var error =
            Assert.Throws<ProfileException>(
                () => Setup.ParseProfile("""{ "options": [ "clean-structured-content" ] }"""));

        Assert.Contains("not carried out", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_Overrides_ActAnywhereAndAtAPath()
    {
        var profile = Setup.ParseProfile("""
            {
              "overrides": {
                "StationName": { "action": "set", "value": "SCANNER-A" },
                "SeriesDescription": "keep",
                "ReferencedStudySequence.ReferencedSOPInstanceUID": "dummy",
                "ScheduledSpecimenSequence.Manufacturer": "remove"
              }
            }
            """);
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(DicomTag.StationName, DicomVR.SH, "MR47");
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, "T1 MPRAGE");
        var item = new DicomDataset();
        item.AddOrUpdate(DicomTag.Manufacturer, DicomVR.LO, "ACME");
        item.AddOrUpdate(DicomTag.StationName, DicomVR.SH, "MR47");
        var sequence = DicomTag.Parse("ScheduledSpecimenSequence");
        file.Dataset.AddOrUpdate(new DicomSequence(sequence, item));

        var output = Setup.Apply(file, profile).Output!.Dataset;

        Assert.Equal("SCANNER-A", output.GetString(DicomTag.StationName));
        Assert.Equal("T1 MPRAGE", output.GetString(DicomTag.SeriesDescription));
        Assert.Equal("ACME", output.GetString(DicomTag.Manufacturer));
        Assert.False(output.GetItems(sequence)[0].Contains(DicomTag.Manufacturer));
        Assert.Equal("SCANNER-A", output.GetItems(sequence)[0].GetString(DicomTag.StationName));
    }

    [Fact]
    public void Apply_OverrideThatKeepsWhatTheTableActsOn_DoesNotClaimTheBasicProfile()
    {
        var profile = Setup.ParseProfile("""{ "overrides": { "SeriesDescription": "keep" } }""");
        var output = Setup.Apply(Setup.Image(), profile).Output!.Dataset;

        Assert.False(profile.IsBasicComplete);
        Assert.Empty(output.GetItems(DicomTag.DeidentificationMethodCodeSequence));
        Assert.NotNull(output.GetString(DicomTag.DeidentificationMethod));
    }

    [Fact]
    public void Load_EditedTable_IsRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Setup.Tables.Folder))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        File.AppendAllText(folder["confidentiality.json"], " ");

        Assert.Contains("SHA-256", Assert.Throws<InvalidDataException>(() => StandardTables.Load(folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{ "options": [ "retain-longitudinal-full-dates", "retain-longitudinal-modified-dates" ] }""", "choose one")]
    [InlineData("""{ "options": [ "clean-pixel-data" ], "unverifiedPixelText": "pass" }""", "nobody checked")]
    [InlineData("""{ "options": [ "retain-uids" ], "overrides": { "SOPInstanceUID": "map-uid" } }""", "retain-uids")]
    [InlineData("""{ "objects": { "presentationStates": "clean" } }""", "clean-graphics")]
    [InlineData("""{ "options": [ "retain-uids", "retain-uids" ] }""", "twice")]
    [InlineData("""{ "options": [ "clean-recognizable-visual-features" ] }""", "checked")]
    [InlineData("""{ "overrides": { "StudyInstanceUID": "remove" } }""", "would become one")]
    [InlineData("""{ "overrides": { "StudyID": { "action": "keep", "when": "(" } } }""", "regular expression")]
    [InlineData("""{ "overrides": { "StudyID": { "action": "edit" } } }""", "pattern")]
    [InlineData("""{ "extends": "nobody" }""", "no profile 'nobody'")]
    [InlineData(
        """{ "trial": { "sponsor": "A", "protocolId": "B", "mapping": "x.csv" } }""", "PatientID and PatientName")]
    public void Load_Contradiction_IsRefusedWithASentence(string json, string expected)
    {
        Assert.Contains(expected, Assert.Throws<ProfileException>(() => Setup.ParseProfile(json)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_OverridesOnValues_HoldWhereTheyAreMet()
    {
        var profile = Setup.ParseProfile("""
            {
              "overrides": {
                "SeriesDescription": { "action": "keep", "when": "T[12] .*", "otherwise": "remove" },
                "BodyPartExamined": { "action": "keep", "values": [ "HEAD", "BRAIN" ], "otherwise": "empty" },
                "ProtocolName": { "action": "edit", "pattern": "[0-9]{5,}", "with": "#" },
                "StudyDescription": "clean"
              }
            }
            """);
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, "T1 axial");
        file.Dataset.AddOrUpdate(DicomTag.BodyPartExamined, DicomVR.CS, "FOOT");
        file.Dataset.AddOrUpdate(DicomTag.ProtocolName, DicomVR.LO, "Head 4711123 axial");
        file.Dataset.AddOrUpdate(DicomTag.StudyDescription, DicomVR.LO, "Head of Erika");
        var output = Setup.Apply(file, profile).Output!.Dataset;
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, "anything");

        Assert.Equal("T1 axial", output.GetString(DicomTag.SeriesDescription));
        Assert.Equal(0, output.GetElement(DicomTag.BodyPartExamined)!.Length);
        Assert.Equal("Head # axial", output.GetString(DicomTag.ProtocolName));
        Assert.Equal("Head of", output.GetString(DicomTag.StudyDescription));
        Assert.False(Setup.Apply(file, profile).Output!.Dataset.Contains(DicomTag.SeriesDescription));
    }

    [Fact]
    public void Load_Extension_BeginsWithTheOther()
    {
        var dates = Setup.LoadProfile("retain-dates");

        Assert.Contains("retain-longitudinal-full-dates", dates.Options);
        Assert.DoesNotContain("retain-longitudinal-modified-dates", dates.Options);
        Assert.Contains("clean-descriptors", dates.Options);
        Assert.True(dates.IsBasicComplete);
        Assert.All(Setup.Shipped, p => Assert.True(Setup.LoadProfile(p).IsBasicComplete, p));
    }

    [Fact]
    public void Schema_OptionsAndKindsAndSettings_AreThoseOfTheReader()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(SharedData.RepositoryRoot, "config", "schema", "profile.schema.json")));
        string[] Words(JsonElement list) =>
            [.. list.EnumerateArray().Select(w => w.GetString()!).Order(StringComparer.Ordinal)];
        var root = schema.RootElement;

        Assert.Equal(
            ProfileOption.All.Where(o => o.NotCarriedOut is null).Select(o => o.Name).Order(StringComparer.Ordinal),
            Words(root.GetProperty("$defs").GetProperty("options").GetProperty("items").GetProperty("enum")));
        Assert.Equal(Objects.ObjectKinds.Settable.Keys.Order(StringComparer.Ordinal),
            Words(root.GetProperty("properties").GetProperty("objects").GetProperty("propertyNames")
                .GetProperty("enum")));
        var unknown = Assert.Throws<ProfileException>(() => Setup.ParseProfile("""{ "nothing": 1 }""")).Message;
        Assert.All(root.GetProperty("properties").EnumerateObject(), p =>
            Assert.True(p.Name == "$schema" || unknown.Contains(p.Name, StringComparison.Ordinal), p.Name));
        var action = Assert.Throws<ProfileException>(
            () => Setup.ParseProfile("""{ "overrides": { "StudyID": "x" } }""")).Message;
        Assert.All(Words(root.GetProperty("$defs").GetProperty("action").GetProperty("enum")), a =>
            Assert.Contains(a, action, StringComparison.Ordinal));
    }
}
