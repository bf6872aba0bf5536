using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Data;
using Defacer.Imaging;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class TrialTests
{
    private const string Profile = """
        {
          "trial": { "sponsor": "ACME", "protocolId": "P-1", "protocolName": "Heads", "mapping": "map.csv" },
          "overrides": { "PatientID": "pseudonym", "PatientName": "pseudonym" }
        }
        """;

    [Fact]
    public void Apply_KnownPatient_BecomesTheSubject()
    {
        using var folder = new TemporaryFolder();
        var output = Apply(folder, """
            patient_id,issuer,accession,subject_id,site_id,site_name,time_point
            PID-47110815,,ACC4711,S-001,SITE-7,Site seven,MONTH 6
            PID-47110815,,,S-001,SITE-7,Site seven,BASELINE
            """).Output!.Dataset;

        Assert.Equal("S-001", output.GetString(DicomTag.PatientID));
        Assert.Equal("S-001", output.GetString(DicomTag.PatientName));
        Assert.Equal("S-001", output.GetString(DicomTag.ClinicalTrialSubjectID));
        Assert.Equal("MONTH 6", output.GetString(DicomTag.ClinicalTrialTimePointID));
        Assert.Equal("ACME", output.GetString(DicomTag.ClinicalTrialSponsorName));
        Assert.Equal("P-1", output.GetString(DicomTag.ClinicalTrialProtocolID));
        Assert.Equal("SITE-7", output.GetString(DicomTag.ClinicalTrialSiteID));
    }

    [Fact]
    public void Apply_UnknownPatient_IsParkedUntilTheMappingNamesHim()
    {
        using var folder = new TemporaryFolder();
        var engine = Engine(folder, "patient_id,subject_id\nother,S-002\n");
        var parked = engine.Apply(Setup.Image(), false, TestContext.Current.CancellationToken).Parked;

        Assert.Equal(ParkCause.Deidentification, parked!.Cause);
        Assert.DoesNotContain("47110815", parked.Detail, StringComparison.Ordinal);
        File.WriteAllText(folder["map.csv"], "patient_id;subject_id\nother;S-002\nPID-47110815;S-003\n");
        File.SetLastWriteTimeUtc(folder["map.csv"], new DateTime(2031, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal("S-003", engine.Apply(Setup.Image(), false, TestContext.Current.CancellationToken).Output!.Dataset
            .GetString(DicomTag.PatientID));
    }

    [Theory]
    [InlineData("patient_id,subject_id\nA,S-1\nB,S-1\n", "two persons would become one")]
    [InlineData("patient_id,subject_id\nA,S-1\nA,S-2\n", "on an earlier line too")]
    [InlineData("patient_id,subject_id\nA,\n", "empty")]
    [InlineData("patient_id,subject\nA,S-1\n", "no column")]
    [InlineData("patient_id,subject_id\nA,S^1\n", "characters that an id cannot")]
    public void Load_WrongMapping_SaysWhy(string mapping, string expected)
    {
        using var folder = new TemporaryFolder();

        Assert.Contains(expected, Assert.Throws<ProfileException>(() => Engine(folder, mapping)).Message,
            StringComparison.Ordinal);
    }

    private static DeidentifyResult Apply(TemporaryFolder folder, string mapping) =>
        Engine(folder, mapping).Apply(Setup.Image(), false, TestContext.Current.CancellationToken);

    private static Deidentifier Engine(TemporaryFolder folder, string mapping)
    {
        File.WriteAllText(folder["map.csv"], mapping);
        File.WriteAllText(folder["trial.json"], Profile);
        return new Deidentifier(Profiles.Profile.Load(folder["trial.json"], Setup.Tables), Setup.Key);
    }
}
