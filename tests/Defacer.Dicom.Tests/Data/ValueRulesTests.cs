using Defacer.Dicom.Data;
using Xunit;

namespace Defacer.Dicom.Tests.Data;

public sealed class ValueRulesTests
{
    [Theory]
    [InlineData("AE", "STORE-SCP_1")]
    [InlineData("AS", "045Y")]
    [InlineData("CS", "MONOCHROME2")]
    [InlineData("DA", "20240229")]
    [InlineData("DS", "-1.5E-10")]
    [InlineData("DT", "2024")]
    [InlineData("DT", "20240102030405.123456+0100")]
    [InlineData("IS", "-2147483648")]
    [InlineData("LO", "Größe")]
    [InlineData("PN", "A^B^C^D^E=F=G")]
    [InlineData("TM", "2359")]
    [InlineData("TM", "235960.5")]
    [InlineData("UI", "1.2.840.0")]
    [InlineData("UT", "line\r\nline")]
    public void AddOrUpdate_ValueThatTheVRAllows_IsTaken(string vr, string value)
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, "ISO_IR 192");

        dataset.AddOrUpdate(s_private, DicomVR.Find(vr)!, value);

        Assert.Equal(value, dataset.GetString(s_private));
    }

    [Theory]
    [InlineData("AE", "SEVENTEEN_LETTERS")]
    [InlineData("AE", "   ")]
    [InlineData("AS", "45Y")]
    [InlineData("CS", "lower")]
    [InlineData("CS", "SEVENTEEN_LETTERS")]
    [InlineData("DA", "20240230")]
    [InlineData("DA", "2024-01-01")]
    [InlineData("DS", "12345678901234567")]
    [InlineData("DS", "NaN")]
    [InlineData("DT", "202413")]
    [InlineData("IS", "2147483648")]
    [InlineData("IS", "1.5")]
    [InlineData("LO", "a\\b")]
    [InlineData("LO", "a\nb")]
    [InlineData("PN", "A=B=C=D")]
    [InlineData("PN", "A^B^C^D^E^F")]
    [InlineData("SH", "seventeen letters")]
    [InlineData("TM", "2460")]
    [InlineData("TM", "23:59")]
    [InlineData("UI", "1.02")]
    [InlineData("UI", "1..2")]
    [InlineData("UR", "http://a b")]
    [InlineData("US", "1")]
    public void AddOrUpdate_ValueThatTheVRForbids_IsRefusedWithoutTheValue(string vr, string value)
    {
        var error = Assert.Throws<ArgumentException>(() =>
            new DicomDataset().AddOrUpdate(s_private, DicomVR.Find(vr)!, value));

        Assert.Contains("(0009,1001)", error.Message, StringComparison.Ordinal);
        Assert.True(value.Length < 4 || !error.Message.Contains(value, StringComparison.Ordinal));
    }

    [Fact]
    public void AddOrUpdate_WrongMultiplicity_IsRefused()
    {
        var dataset = new DicomDataset();

        Assert.Throws<ArgumentException>(() => dataset.AddOrUpdate(DicomTag.PatientID, "1", "2"));
        Assert.Throws<ArgumentException>(() => dataset.AddOrUpdateDS(DicomTag.ImagePositionPatient, 1, 2));
        Assert.Throws<ArgumentException>(() => dataset.AddOrUpdateUS(DicomTag.Rows, 1, 2));
        dataset.AddOrUpdate(DicomTag.ImageType, "DERIVED", "SECONDARY", "OTHER");
        dataset.AddOrUpdateDS(DicomTag.ImagePositionPatient, 1, 2, 3);
        Assert.Equal(2, dataset.Count);
    }

    [Fact]
    public void AddOrUpdate_NoValue_IsEmpty()
    {
        var dataset = new DicomDataset();

        dataset.AddOrUpdate(DicomTag.PatientID);

        Assert.Equal(0, dataset.GetElement(DicomTag.PatientID)!.Length);
    }

    [Fact]
    public void AddOrUpdate_LengthInCharactersNotBytes_IsWhatCounts()
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, "ISO_IR 192");

        dataset.AddOrUpdate(DicomTag.StudyID, new string('山', 16));

        Assert.Equal(48, dataset.GetElement(DicomTag.StudyID)!.Length);
    }

    private static readonly DicomTag s_private = new(0x0009, 0x1001);
}
