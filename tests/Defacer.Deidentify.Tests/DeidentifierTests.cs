using System.Text;
using Defacer.Deidentify.Actions;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class DeidentifierTests
{
    [Fact]
    public void Apply_SameInputAndKey_GivesTheSameBytes()
    {
        Assert.Equal(Bytes(Setup.Apply(Rich()).Output!), Bytes(Setup.Apply(Rich()).Output!));
    }

    [Fact]
    public void Apply_AnotherKey_GivesOtherUidsAndPseudonyms()
    {
        var other = SiteKey.FromBytes(Encoding.ASCII.GetBytes("another key for tests, 32 bytes."));
        var one = Setup.Apply(Rich()).Output!.Dataset;
        var two =
            new Deidentifier(Setup.Plain, other).Apply(Rich(), false,
            TestContext.Current.CancellationToken).Output!.Dataset;

        foreach (
            var tag in new[] { DicomTag.SOPInstanceUID, DicomTag.StudyInstanceUID, DicomTag.SeriesInstanceUID,
            DicomTag.PatientID, DicomTag.PatientName, DicomTag.AccessionNumber })
        {
            Assert.NotNull(one.GetString(tag));
            Assert.NotEqual(one.GetString(tag), two.GetString(tag));
        }
    }

    [Fact]
    public void Apply_SecondRun_ChangesNothingButKeyedValues()
    {
        var once = Setup.Apply(Rich()).Output!;
        var twice = Setup.Apply(once).Output!;

        Assert.Equal(once.Dataset.Select(i => i.Tag), twice.Dataset.Select(i => i.Tag));
        Assert.Equal(once.Dataset.GetStrings(DicomTag.DeidentificationMethod),
            twice.Dataset.GetStrings(DicomTag.DeidentificationMethod));
        Assert.Single(twice.Dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence));
    }

    [Fact]
    public void Apply_Input_IsNotChanged()
    {
        var file = Rich();
        var before = Bytes(file);
        Setup.Apply(file, faceRemoved: true);

        Assert.Equal(before, Bytes(file));
    }

    [Fact]
    public void Apply_FaceRemoved_IsClaimedOnlyThen()
    {
        var with = Setup.Apply(Rich(), faceRemoved: true).Output!.Dataset;
        var without = Setup.Apply(Rich()).Output!.Dataset;

        Assert.Equal("NO", with.GetString(DicomTag.RecognizableVisualFeatures));
        Assert.Equal(["113100", "113102"],
            with.GetItems(DicomTag.DeidentificationMethodCodeSequence).Select(i => i.GetString(DicomTag.CodeValue)!));
        Assert.False(without.Contains(DicomTag.RecognizableVisualFeatures));
        Assert.Equal(["113100"],
            without.GetItems(DicomTag.DeidentificationMethodCodeSequence).Select(i =>
            i.GetString(DicomTag.CodeValue)!));
    }

    [Fact]
    public void Apply_MarksOfAnEarlierPass_StayWhereTheyAreStillTrue()
    {
        var file = Rich();
        file.Dataset.AddOrUpdate(DicomTag.DeidentificationMethod, DicomVR.LO, "Elsewhere 1.0");
        file.Dataset.AddOrUpdate(
            new DicomSequence(DicomTag.DeidentificationMethodCodeSequence, Code("113105"), Code("113107"),
            Code("113102")));
        var output = Setup.Apply(file).Output!.Dataset;

        Assert.Equal("Elsewhere 1.0", output.GetStrings(DicomTag.DeidentificationMethod)[0]);
        Assert.Equal(2, output.GetStrings(DicomTag.DeidentificationMethod).Count);
        Assert.Equal(["113105", "113100"],
            output.GetItems(DicomTag.DeidentificationMethodCodeSequence).Select(i => i.GetString(DicomTag.CodeValue)!));
    }

    [Fact]
    public void Apply_SequenceInUnknownVR_IsLookedInto()
    {
        var file = Rich();
        var inner = new DicomDataset();
        inner.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, "Mustermann^Erika");
        inner.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, "1.2.3.4.5.6.7.1");
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, new DicomDataset(new DicomSequence(DicomTag.Parse("RelatedSeriesSequence"), inner)),
            DicomTransferSyntax.ImplicitVRLittleEndian);
        file.Dataset.AddOrUpdate(
            new DicomElement(DicomTag.Parse("RelatedSeriesSequence"), DicomVR.UN, stream.ToArray().AsMemory(8)));

        var output = Setup.Apply(file).Output!.Dataset;
        var item = Assert.Single(output.GetItems(DicomTag.Parse("RelatedSeriesSequence")));

        Assert.Equal(output.GetString(DicomTag.StudyInstanceUID), item.GetString(DicomTag.StudyInstanceUID));
        Assert.DoesNotContain("Mustermann", Encoding.Latin1.GetString(Bytes(Setup.Apply(file).Output!)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_WhatTheTableDoesNotName_IsKeptOnlyWhereItsKindIsSafe()
    {
        var file = Rich();
        var d = file.Dataset;
        d.AddOrUpdate(DicomTag.Parse("SequenceName"), DicomVR.SH, "*tfl3d1_16ns");
        d.AddOrUpdate(DicomTag.Parse("ConvolutionKernel"), DicomVR.SH, "for Erika");
        d.AddOrUpdate(DicomTag.Parse("RepetitionTime"), DicomVR.DS, "2300");
        d.AddOrUpdate(new DicomElement(DicomTag.Parse("EchoTime"), DicomVR.DS, "call 12345"u8.ToArray()));
        d.AddOrUpdate(DicomTag.Parse("BodyPartExamined"), DicomVR.CS, "BRAIN");
        d.AddOrUpdate(new DicomElement(DicomTag.Parse("Laterality"), DicomVR.CS, "left, see note"u8.ToArray()));
        d.AddOrUpdate(DicomTag.Parse("GridID"), DicomVR.LO, "somewhere");
        d.AddOrUpdate(new DicomElement(new DicomTag(0x0018, 0x0012), DicomVR.LO, "20240315"u8.ToArray()));
        d.AddOrUpdate(new DicomElement(new DicomTag(0x0018, 0xFF02), DicomVR.LO, "unknown!"u8.ToArray()));
        var output = Setup.Apply(file).Output!.Dataset;

        Assert.Equal("*tfl3d1_16ns", output.GetString(DicomTag.Parse("SequenceName")));
        Assert.Equal("2300", output.GetString(DicomTag.Parse("RepetitionTime")));
        Assert.Equal("BRAIN", output.GetString(DicomTag.Parse("BodyPartExamined")));
        Assert.Null(output.GetString(DicomTag.Parse("ConvolutionKernel")));
        Assert.NotEqual("call 12345", output.GetString(DicomTag.Parse("EchoTime")));
        Assert.DoesNotContain("note", output.GetString(DicomTag.Parse("Laterality")) ?? string.Empty,
            StringComparison.Ordinal);
        Assert.False(output.Contains(DicomTag.Parse("GridID")));
        Assert.False(output.Contains(new DicomTag(0x0018, 0xFF02)));
        Assert.Equal(0, output.GetElement(new DicomTag(0x0018, 0x0012))?.Length ?? 0);
    }

    [Fact]
    public void Apply_OddValue_IsPadded()
    {
        var file = Rich();
        file.Dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OB, new byte[] { 1, 2, 3 }));

        Assert.Equal(new byte[] { 1, 2, 3, 0 },
            Setup.Apply(file).Output!.Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray());
    }

    [Theory]
    [InlineData(0, 0x0ABC)]
    [InlineData(1, 0xFABC)]
    public void Apply_OverlayInUnusedBits_IsTakenOutOfThePixels(ushort signed, int expected)
    {
        var file = Rich();
        var d = file.Dataset;
        d.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        d.AddOrUpdateUS(DicomTag.BitsStored, 12);
        d.AddOrUpdateUS(DicomTag.HighBit, 11);
        d.AddOrUpdateUS(DicomTag.PixelRepresentation, signed);
        d.AddOrUpdateUS(new DicomTag(0x6000, 0x0100), 16);
        d.AddOrUpdateUS(new DicomTag(0x6000, 0x0102), 12);
        d.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, new byte[] { 0xBC, 0x5A }));
        var output = Setup.Apply(file).Output!.Dataset;

        Assert.Equal(expected,
            output.GetElement(DicomTag.PixelData)!.Value.Span[0] | (
            output.GetElement(DicomTag.PixelData)!.Value.Span[1] << 8));
        Assert.DoesNotContain(output, i => i.Tag.Group == 0x6000);
    }

    [Theory]
    [InlineData("1.2.840.10008.1.3.10", ParkCause.UnsupportedObject)]
    [InlineData("1.2.840.10008.5.1.4.1.1.88.11", ParkCause.UnsupportedObject)]
    [InlineData("1.2.840.10008.5.1.4.1.1.104.1", ParkCause.UnsupportedObject)]
    [InlineData("1.2.840.10008.5.1.4.1.1.66", ParkCause.UnsupportedObject)]
    [InlineData("1.2.840.10008.5.1.4.1.1.66.4", ParkCause.UnsupportedObject)]
    [InlineData("1.2.840.10008.5.1.4.1.1.481.3", ParkCause.UnsupportedObject)]
    [InlineData("1.2.840.10008.5.1.4.1.1.11.1", ParkCause.UnsupportedObject)]
    [InlineData("1.3.12.2.1107.5.9.1", ParkCause.UnsupportedObject)]
    [InlineData("1.2.840.10008.5.1.4.1.1.7", ParkCause.Deidentification)]
    [InlineData("1.2.840.10008.5.1.4.1.1.6.1", ParkCause.Deidentification)]
    public void Apply_ObjectThatTheBasicProfileDoesNotMakeSafe_IsParked(string sopClass, ParkCause cause)
    {
        var result = Setup.Apply(Setup.Image(sopClass));

        Assert.Null(result.Output);
        Assert.Equal(cause, result.Parked!.Cause);
        Assert.NotEmpty(result.Parked.Remedy);
    }

    [Fact]
    public void Apply_ScreenSaveUnderAnImageClass_IsParked()
    {
        var file = Rich();
        file.Dataset.AddOrUpdate(DicomTag.ImageType, DicomVR.CS, "DERIVED", "SECONDARY", "SCREEN SAVE");

        Assert.Equal(ParkCause.Deidentification, Setup.Apply(file).Parked!.Cause);
    }

    [Fact]
    public void Apply_PatientsWithoutNumber_StayApart()
    {
        DicomFile Nameless(string study)
        {
            var file = Setup.Image();
            file.Dataset.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, "");
            file.Dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, "");
            file.Dataset.AddOrUpdate(DicomTag.StudyInstanceUID, DicomVR.UI, study);
            return file;
        }

        Assert.NotEqual(
            Setup.Apply(Nameless("1.2.3")).Output!.Dataset.GetString(DicomTag.PatientID),
            Setup.Apply(Nameless("1.2.4")).Output!.Dataset.GetString(DicomTag.PatientID));
    }

    [Fact]
    public void Explain_Image_NamesActionAndSourceOfEveryAttribute()
    {
        var file = Rich();
        var traces = new Deidentifier(Setup.Plain, Setup.Key).Explain(file, TestContext.Current.CancellationToken);

        Assert.Equal(file.Dataset.Count, traces.Count);
        Assert.Contains(traces, t =>
            t is { Keyword: "PatientName", Action: ActionCode.Pseudonym, Source: RuleSource.Profile });
        Assert.Contains(traces, t =>
            t is { Keyword: "PatientBirthDate", Action: ActionCode.Zero, Source: RuleSource.Table, Code: "Z" });
        Assert.Contains(traces, t =>
            t is { Keyword: "Manufacturer", Action: ActionCode.Keep, Source: RuleSource.Unlisted });
    }

    private static DicomDataset Code(string value)
    {
        var item = new DicomDataset();
        item.AddOrUpdate(DicomTag.CodeValue, DicomVR.SH, value);
        item.AddOrUpdate(DicomTag.CodingSchemeDesignator, DicomVR.SH, "DCM");
        item.AddOrUpdate(DicomTag.CodeMeaning, DicomVR.LO, "meaning");
        return item;
    }

    private static DicomFile Rich() => Setup.Image();

    private static byte[] Bytes(DicomFile file)
    {
        using var stream = new MemoryStream();
        file.Save(stream);
        return stream.ToArray();
    }
}
