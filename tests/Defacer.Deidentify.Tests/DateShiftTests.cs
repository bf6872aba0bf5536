using System.Globalization;
using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using FsCheck.Xunit;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class DateShiftTests
{
    private static readonly Profile s_days = Setup.ParseProfile(
        """{ "options": [ "retain-longitudinal-modified-dates" ] }""");

    private static readonly Profile s_times = Setup.ParseProfile(
        """{ "options": [ "retain-longitudinal-modified-dates" ], "dateShift": { "times": "shift" } }""");

    [Fact]
    public void Apply_TwoStudiesOfAPatient_KeepTheirInterval()
    {
        var one = Apply(s_days, Study("4711", "20240315", "235000"));
        var two = Apply(s_days, Study("4711", "20240401", "235000"));
        var other = Apply(s_days, Study("4712", "20240315", "235000"));

        Assert.Equal(one.GetDate(DicomTag.StudyDate)!.Value.AddDays(17), two.GetDate(DicomTag.StudyDate));
        Assert.True(one.GetDate(DicomTag.StudyDate) < new DateOnly(2024, 3, 15));
        Assert.NotEqual(other.GetString(DicomTag.StudyDate), one.GetString(DicomTag.StudyDate));
        Assert.Equal("235000", one.GetString(DicomTag.StudyTime));
        Assert.Equal("MODIFIED", one.GetString(DicomTag.LongitudinalTemporalInformationModified));
        Assert.Contains("113107", Codes(one));
    }

    [Property]
    public bool Date_AndTimeTogether_KeepIntervalsOverMidnight(ushort a, uint b, ushort c)
    {
        var shift = new DateShift(-(1 + (a % 3650)), -(1 + (int)(b % 86_399)));
        var first = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMinutes(c);
        var second = first.AddSeconds(b % 400_000);
        return Moved(shift, second) - Moved(shift, first) == second - first;
    }

    [Fact]
    public void Apply_TimesShifted_MovesDateTimeAndTheirPartsAlike()
    {
        var file = Study("4711", "20240315", "000100.25");
        file.Dataset.AddOrUpdate(DicomTag.Parse("AcquisitionDateTime"), DicomVR.DT, "20240315000100.25+0100");
        file.Dataset.AddOrUpdate(DicomTag.AcquisitionDate, DicomVR.DA, "20240315");
        var output = Apply(s_times, file);
        var whole = output.GetString(DicomTag.Parse("AcquisitionDateTime"))!;

        Assert.Equal(output.GetString(DicomTag.StudyDate) + output.GetString(DicomTag.StudyTime) + "+0100", whole);
        Assert.EndsWith(".25+0100", whole, StringComparison.Ordinal);
        Assert.NotEqual("000100.25", output.GetString(DicomTag.StudyTime));
    }

    [Theory]
    [InlineData("DT", "2024", "2024")]
    [InlineData("DT", "202403", "202403")]
    [InlineData("DT", "20240315101112.123456-0500", "20240305101112.123456-0500")]
    [InlineData("DA", "2024.03.15", "20240305")]
    [InlineData("DA", "20240315\\***\\20240316", "20240305\\\\20240306")]
    [InlineData("DA", "***", null)]
    [InlineData("DT", "next week", null)]
    [InlineData("DA", "00010101", null)]
    public void Date_AsWritten_MovesOrGoes(string vr, string value, string? expected)
    {
        var shift = new DateShift(-10, 0);
        var moved = value.Split('\\').Select(v => (vr == "DA" ? shift.Date(v, null) : shift.DateTime(v)) ?? "");

        Assert.Equal(expected ?? "", string.Join('\\', moved));
    }

    [Fact]
    public void ShiftOf_AnyPatient_IsAtLeastADayAndSpread()
    {
        var shifts = Enumerable.Range(0, 2000)
            .Select(i => Setup.Key.ShiftOf("", $"P{i}", new DateShiftSettings(3650)).Days).ToList();
        var weeks = Setup.Key.ShiftOf("", "4711", new DateShiftSettings(3650, WholeWeeks: true)).Days;

        Assert.All(shifts, s => Assert.InRange(s, -3650, -1));
        Assert.InRange(shifts.Average(), -2000, -1650);
        Assert.Equal(0, weeks % 7);
        // Pinned: a change of the derivation would tear patients' studies apart.
        Assert.Equal(-1441, SiteKey.FromBytes(new byte[32]).ShiftOf("", "4711", new DateShiftSettings()).Days);
    }

    [Fact]
    public void Apply_DeviceDateUnderBothOptions_MovesAndIsNotClaimedAsRetained()
    {
        var both = Setup.ParseProfile("""
            { "options": [ "retain-longitudinal-modified-dates", "retain-device-identity" ] }
            """);
        var with = Study("4711", "20240315", "101112");
        with.Dataset.AddOrUpdate(DicomTag.DateOfLastCalibration, DicomVR.DA, "20240101");
        var moved = Apply(both, with);

        Assert.NotEqual("20240101", moved.GetString(DicomTag.DateOfLastCalibration));
        Assert.DoesNotContain("113109", Codes(moved));
        Assert.Contains("113109", Codes(Apply(both, Study("4711", "20240315", "101112"))));
    }

    [Fact]
    public void Apply_RetainedDatesAndAges_StayOnlyWhenTheyAreSuch()
    {
        var keeps = Setup.ParseProfile("""
            { "options": [ "retain-longitudinal-full-dates", "retain-patient-characteristics" ] }
            """);
        var file = Study("4711", "20240315", "101112");
        file.Dataset.AddOrUpdate(new DicomElement(DicomTag.SeriesDate, DicomVR.DA, "Erika M."u8.ToArray()));
        file.Dataset.AddOrUpdate(DicomTag.PatientAge, DicomVR.AS, "093Y");
        file.Dataset.AddOrUpdate(new DicomElement(DicomTag.PatientSize, DicomVR.DS, "call 123"u8.ToArray()));
        var output = Apply(keeps, file);

        Assert.Equal("20240315", output.GetString(DicomTag.StudyDate));
        Assert.Equal("UNMODIFIED", output.GetString(DicomTag.LongitudinalTemporalInformationModified));
        Assert.Null(output.GetString(DicomTag.SeriesDate));
        Assert.Equal("090Y", output.GetString(DicomTag.PatientAge));
        Assert.Null(output.GetString(DicomTag.PatientSize));
    }

    private static DateTime Moved(DateShift shift, DateTime when)
    {
        var time = when.ToString("HHmmss", CultureInfo.InvariantCulture);
        var date = shift.Date(when.ToString("yyyyMMdd", CultureInfo.InvariantCulture), time)!;
        var both = shift.DateTime(when.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture));
        Assert.Equal(date + shift.Time(time), both);
        return DateTime.ParseExact(both!, "yyyyMMddHHmmss", CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Codes(DicomDataset dataset) =>
        dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence).Select(i => i.GetString(DicomTag.CodeValue)!);

    private static DicomDataset Apply(Profile profile, DicomFile file) => Setup.Apply(file, profile).Output!.Dataset;

    private static DicomFile Study(string patient, string date, string time)
    {
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, patient);
        file.Dataset.AddOrUpdate(DicomTag.StudyDate, DicomVR.DA, date);
        file.Dataset.AddOrUpdate(DicomTag.StudyTime, DicomVR.TM, time);
        return file;
    }
}
