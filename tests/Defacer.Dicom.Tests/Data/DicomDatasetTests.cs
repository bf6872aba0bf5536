using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Xunit;

namespace Defacer.Dicom.Tests.Data;

public sealed class DicomDatasetTests
{
    [Fact]
    public void AddOrUpdate_KeepsTheOrderOfTags()
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.PatientID, "1");
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, "2.25.1");
        dataset.AddOrUpdate(DicomTag.PatientName, "A^B");
        dataset.AddOrUpdate(DicomTag.PatientID, "2");

        Assert.Equal([DicomTag.SOPInstanceUID, DicomTag.PatientName, DicomTag.PatientID], dataset.Select(i => i.Tag));
        Assert.Equal("2", dataset.GetString(DicomTag.PatientID));
    }

    [Fact]
    public void AddOrUpdate_WhereTheTagStandsTwice_LeavesNoOldValue()
    {
        var dataset = WithDuplicates();

        dataset.AddOrUpdate(DicomTag.PatientName, "NEW");

        Assert.Single(dataset, i => i.Tag == DicomTag.PatientName);
        Assert.Equal("NEW", dataset.GetString(DicomTag.PatientName));
    }

    [Fact]
    public void Remove_WhereTheTagStandsTwice_RemovesBoth()
    {
        var dataset = WithDuplicates();

        Assert.True(dataset.Remove(DicomTag.PatientName));

        Assert.False(dataset.Contains(DicomTag.PatientName));
        Assert.Single(dataset);
    }

    [Fact]
    public void Clone_Changed_LeavesTheOriginal()
    {
        var item = new DicomDataset(new DicomElement(DicomTag.PatientName, DicomVR.PN, "A^B "u8.ToArray()));
        var original = new DicomDataset(new DicomSequence(DicomTag.ReferencedImageSequence, item));

        var clone = original.Clone();
        clone.GetItems(DicomTag.ReferencedImageSequence)[0].AddOrUpdate(DicomTag.PatientName, "X");
        clone.AddOrUpdate(DicomTag.PatientID, "1");

        Assert.Equal("A^B", item.GetString(DicomTag.PatientName));
        Assert.False(original.Contains(DicomTag.PatientID));
        Assert.Same(clone, clone.GetItems(DicomTag.ReferencedImageSequence)[0].Parent);
        Assert.Same(original, item.Parent);
    }

    [Fact]
    public void Clone_SharesTheValues()
    {
        var element = new DicomElement(DicomTag.PatientName, DicomVR.PN, "A^B "u8.ToArray());

        Assert.Same(element, new DicomDataset(element).Clone().GetElement(DicomTag.PatientName));
    }

    [Fact]
    public void Items_AddedLater_KnowWhatHoldsThem()
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, "ISO_IR 192");
        var sequence = new DicomSequence(DicomTag.ReferencedImageSequence);
        dataset.AddOrUpdate(sequence);
        var item = new DicomDataset();
        sequence.Items.Add(item);

        item.AddOrUpdate(DicomTag.PatientName, "山田");

        Assert.Equal(6, item.GetElement(DicomTag.PatientName)!.Length);
        Assert.Equal("山田", item.GetString(DicomTag.PatientName));
    }

    [Fact]
    public void AddOrUpdate_OddText_IsPaddedByItsVR()
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.SOPInstanceUID, "1.2");
        dataset.AddOrUpdate(DicomTag.PatientID, "123");

        Assert.Equal("1.2\0"u8.ToArray(), dataset.GetElement(DicomTag.SOPInstanceUID)!.Value.ToArray());
        Assert.Equal("123 "u8.ToArray(), dataset.GetElement(DicomTag.PatientID)!.Value.ToArray());
    }

    [Fact]
    public void AddValue_AfterOnesThatViolateTheVR_KeepsTheirBytes()
    {
        var tooLong = new string('x', 99);
        var dataset = new DicomDataset(DicomElement.FromText(DicomTag.DeidentificationMethod, DicomVR.LO, tooLong));

        dataset.AddValue(DicomTag.DeidentificationMethod, DicomVR.LO, "ours");

        Assert.Equal([tooLong, "ours"], dataset.GetStrings(DicomTag.DeidentificationMethod));
        Assert.Equal(104, dataset.GetElement(DicomTag.DeidentificationMethod)!.Length);
        Assert.Throws<ArgumentException>(() => dataset.AddValue(DicomTag.DeidentificationMethod, DicomVR.LO, tooLong));
    }

    [Fact]
    public void TypedValues_ReadBackAsWritten()
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdateDS(DicomTag.PixelSpacing, 0.48828125, -1.0 / 3);
        dataset.AddOrUpdateIS(DicomTag.InstanceNumber, int.MinValue);
        dataset.AddOrUpdateUS(DicomTag.Rows, 65535);
        dataset.AddOrUpdateSS(DicomTag.TagAngleSecondAxis, -2);
        dataset.AddOrUpdateFD(DicomTag.DiffusionGradientOrientation, 0.1, 0.2, 0.3);
        dataset.AddOrUpdateAT(DicomTag.FrameIncrementPointer, DicomTag.FrameTime);
        dataset.AddOrUpdateDA(DicomTag.StudyDate, new DateOnly(2024, 2, 29));
        dataset.AddOrUpdateTM(DicomTag.StudyTime, new TimeOnly(23, 59, 58, 123));
        dataset.AddOrUpdateDT(DicomTag.AcquisitionDateTime,
            new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.FromHours(-5)));
        dataset.AddOrUpdateUI(DicomTag.SOPClassUID, DicomUID.CTImageStorage);

        Assert.Equal(0.48828125, dataset.GetDoubles(DicomTag.PixelSpacing)[0]);
        Assert.Equal(-1.0 / 3, dataset.GetDoubles(DicomTag.PixelSpacing)[1], 1e-12);
        Assert.All(dataset.GetStrings(DicomTag.PixelSpacing), s => Assert.InRange(s.Length, 1, 16));
        Assert.Equal(int.MinValue, dataset.GetInt(DicomTag.InstanceNumber));
        Assert.Equal(65535, dataset.GetInt(DicomTag.Rows));
        Assert.Equal(-2, dataset.GetInt(DicomTag.TagAngleSecondAxis));
        Assert.Equal([0.1, 0.2, 0.3], dataset.GetDoubles(DicomTag.DiffusionGradientOrientation));
        Assert.Equal([DicomTag.FrameTime], dataset.GetTags(DicomTag.FrameIncrementPointer));
        Assert.Equal(new DateOnly(2024, 2, 29), dataset.GetDate(DicomTag.StudyDate));
        Assert.Equal("235958.123000", dataset.GetString(DicomTag.StudyTime));
        Assert.Equal("20240102030405.000000-0500", dataset.GetString(DicomTag.AcquisitionDateTime));
        Assert.Equal(DicomUID.CTImageStorage.UID, dataset.GetString(DicomTag.SOPClassUID));
    }

    [Theory]
    [InlineData(double.MaxValue)]
    [InlineData(-1.2345678901234567e-300)]
    [InlineData(-123456789.12345678)]
    [InlineData(0.1 + 0.2)]
    public void AddOrUpdateDS_AnyNumber_FitsSixteenCharacters(double value)
    {
        var dataset = new DicomDataset();

        dataset.AddOrUpdateDS(DicomTag.SliceThickness, value);

        Assert.InRange(dataset.GetString(DicomTag.SliceThickness)!.Length, 1, 16);
        Assert.Equal(1, dataset.GetDouble(DicomTag.SliceThickness)!.Value / value, 1e-8);
    }

    [Fact]
    public void GetInt_OfKnownElementWrittenAsUN_ReadsItByTheDictionary()
    {
        var dataset = new DicomDataset(
            new DicomElement(DicomTag.Rows, DicomVR.UN, new byte[] { 2, 1 }),
            new DicomElement(DicomTag.PatientName, DicomVR.UN, "A^B "u8.ToArray()));

        Assert.Equal(258, dataset.GetInt(DicomTag.Rows));
        Assert.Equal("A^B", dataset.GetString(DicomTag.PatientName));
    }

    [Theory]
    [InlineData("1e5", 1e5)]
    [InlineData(" -3.5 ", -3.5)]
    [InlineData("abc", null)]
    [InlineData("", null)]
    public void GetDouble_AnyText_NeverThrows(string text, double? expected)
    {
        var dataset = new DicomDataset(DicomElement.FromText(DicomTag.SliceThickness, DicomVR.DS, text));

        Assert.Equal(expected, dataset.GetDouble(DicomTag.SliceThickness));
    }

    // (0010,0020), then (0010,0010) twice.
    private static DicomDataset WithDuplicates() => DicomReader.Read(
        new MemoryStream(
        [
            0x10, 0, 0x20, 0, 2, 0, 0, 0, (byte)'1', (byte)' ',
            0x10, 0, 0x10, 0, 2, 0, 0, 0, (byte)'A', (byte)' ',
            0x10, 0, 0x10, 0, 2, 0, 0, 0, (byte)'B', (byte)' ',
        ]),
        DicomTransferSyntax.ImplicitVRLittleEndian);
}
