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
            Assert.Throws<ProfileException>(() => Setup.ParseProfile("""{ "options": [ "clean-structured-content" ] }"""));

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
}
