using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Json;
using Xunit;

namespace Defacer.Dicom.Tests.Json;

public class DicomJsonTests
{
    private static readonly DicomJsonOptions s_whole = new() { MaxInlineBytes = long.MaxValue };

    // The forms of PS3.18 F.2: empty, null between values, names, tags, numbers as they stand, base64, nesting.
    private const string Sample = """
        {"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00080020":{"vr":"DA"},
        "00080061":{"vr":"CS","Value":["CT",null,"PT"]},
        "00081140":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2.3"]}},{}]},
        "00100010":{"vr":"PN","Value":[{"Alphabetic":"Yamada^Tarou","Ideographic":"山田^太郎","Phonetic":"やまだ^たろう"}]},
        "00101030":{"vr":"DS","Value":[72.50]},"00181310":{"vr":"US","Value":[0,256,256,0]},
        "00209165":{"vr":"AT","Value":["00200032"]},"00280009":{"vr":"AT","Value":["00181063"]},
        "00189073":{"vr":"FD","Value":[1.5E-7]},"7FE00010":{"vr":"OW","InlineBinary":"AAECAw=="}}
        """;

    [Fact]
    public void Read_FormsOfTheAnnex_GiveTheirValues()
    {
        var dataset = DicomJsonReader.Read(Encoding.UTF8.GetBytes(Sample));

        Assert.Equal(["CT", "", "PT"], dataset.GetStrings(DicomTag.ModalitiesInStudy));
        Assert.Equal("Yamada^Tarou=山田^太郎=やまだ^たろう", dataset.GetString(DicomTag.PatientName));
        Assert.Equal("72.50", dataset.GetString(DicomTag.PatientWeight));
        Assert.Equal([0, 256, 256, 0], dataset.GetDoubles(DicomTag.AcquisitionMatrix));
        Assert.Equal(new DicomTag(0x0020, 0x0032), dataset.GetTags(DicomTag.DimensionIndexPointer)[0]);
        Assert.Equal(1.5e-7, dataset.GetDouble(DicomTag.AcquisitionDuration));
        Assert.Equal([0, 1, 2, 3], dataset.GetElement(DicomTag.PixelData)!.Value.ToArray());
        Assert.Equal(2, dataset.GetItems(DicomTag.ReferencedImageSequence).Count);
        Assert.Equal(0, dataset.GetElement(DicomTag.StudyDate)!.Length);
    }

    [Fact]
    public void Write_WhatWasRead_IsTheSameText()
    {
        var dataset = DicomJsonReader.Read(Encoding.UTF8.GetBytes(Sample));
        var again = DicomJsonReader.Read(DicomJsonWriter.ToUtf8(dataset, s_whole));

        Assert.Equal(Bytes(dataset), Bytes(again));
    }

    [Theory]
    [InlineData("1.0", "1.0")]
    [InlineData("-0.25e+3", "-0.25e+3")]
    [InlineData("+1", "\"+1\"")]
    [InlineData(".5", "\".5\"")]
    [InlineData("007", "\"007\"")]
    [InlineData("1e400", "\"1e400\"")]
    [InlineData("rubbish", "\"rubbish\"")]
    public void Write_DecimalString_KeepsEveryCharacter(string value, string expected)
    {
        var dataset = new DicomDataset(DicomElement.FromText(DicomTag.PatientWeight, DicomVR.DS, value));

        var text = Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(dataset, s_whole)).Replace("\\u002B", "+");

        Assert.Contains($"\"Value\":[{expected}]", text, StringComparison.Ordinal);
        Assert.Equal(value, DicomJsonReader.Read(Encoding.UTF8.GetBytes(text)).GetString(DicomTag.PatientWeight));
    }

    [Fact]
    public void Write_NothingButPadding_IsAnEmptyValue()
    {
        var dataset = new DicomDataset(DicomElement.FromText(DicomTag.ReferringPhysicianName, DicomVR.PN, "  "));

        Assert.Equal(
            """{"00080090":{"vr":"PN"}}""", Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(dataset, s_whole)));
    }

    [Fact]
    public void Write_NumbersAtTheirEdges_ComeBack()
    {
        var dataset = new DicomDataset();
        dataset.AddOrUpdateUV(new DicomTag(0x0008, 0x040C), ulong.MaxValue);
        dataset.AddOrUpdateFD(DicomTag.AcquisitionDuration, double.NaN);
        dataset.AddOrUpdateFL(new DicomTag(0x0018, 0x9310), float.NegativeInfinity);
        dataset.AddOrUpdateSL(DicomTag.DisplayedAreaTopLeftHandCorner, int.MinValue, int.MaxValue);

        Assert.Equal(Bytes(dataset), Bytes(DicomJsonReader.Read(DicomJsonWriter.ToUtf8(dataset, s_whole))));
    }

    [Fact]
    public void Write_OtherCharacterSet_BecomesUtf8()
    {
        var dataset = new DicomDataset(DicomElement.FromText(DicomTag.SpecificCharacterSet, DicomVR.CS, "ISO_IR 100"));
        dataset.AddOrUpdate(
            new DicomElement(DicomTag.PatientName, DicomVR.PN, Encoding.Latin1.GetBytes("J\u00E9r\u00F4me!")));

        var read = DicomJsonReader.Read(DicomJsonWriter.ToUtf8(dataset, s_whole));

        Assert.Equal("J\u00E9r\u00F4me!", read.GetString(DicomTag.PatientName));
        Assert.Equal("ISO_IR 192", read.GetString(DicomTag.SpecificCharacterSet));
    }

    [Fact]
    public void Write_LargeValue_IsReferredToOrLeftOut()
    {
        var dataset = new DicomDataset(new DicomElement(DicomTag.PixelData, DicomVR.OW, new byte[100]));
        var options = new DicomJsonOptions { MaxInlineBytes = 99, BulkDataUri = _ => "file:pixels" };

        var text = DicomJsonWriter.ToUtf8(dataset, options);

        Assert.Contains("\"BulkDataURI\":\"file:pixels\"", Encoding.UTF8.GetString(text), StringComparison.Ordinal);
        Assert.Throws<DicomFormatException>(() => DicomJsonReader.Read(text));
        Assert.Equal(100, DicomJsonReader.Read(text, _ => new byte[100]).GetElement(DicomTag.PixelData)!.Length);
        Assert.Equal(
            """{"7FE00010":{"vr":"OW"}}""",
            Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(dataset, options with { BulkDataUri = null })));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"0010":{"vr":"PN"}}""")]
    [InlineData("""{"00100010":{"vr":"ZZ"}}""")]
    [InlineData("""{"00100010":{}}""")]
    [InlineData("""{"00280010":{"vr":"US","Value":[70000]}}""")]
    [InlineData("""{"00280010":{"vr":"US","Value":["many"]}}""")]
    [InlineData("""{"00100010":{"vr":"PN","Value":[[]]}}""")]
    [InlineData("""{"7FE00010":{"vr":"OW","InlineBinary":"%"}}""")]
    [InlineData("""{"7FE00010":{"vr":"OW","Value":[1]}}""")]
    [InlineData("""{"00081140":{"vr":"SQ","Value":[5]}}""")]
    public void Read_NotOfTheModel_IsRefusedWithoutTheValue(string text)
    {
        var error = Assert.Throws<DicomFormatException>(() => DicomJsonReader.Read(Encoding.UTF8.GetBytes(text)));

        Assert.DoesNotContain("70000", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("many", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NestedTooDeep_IsRefused()
    {
        var text = string.Concat(Enumerable.Repeat("""{"00081140":{"vr":"SQ","Value":[""", 500))
            + string.Concat(Enumerable.Repeat("]}}", 500));

        Assert.Throws<DicomFormatException>(() => DicomJsonReader.Read(Encoding.UTF8.GetBytes(text)));
    }

    private static byte[] Bytes(DicomDataset dataset)
    {
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, dataset, DicomTransferSyntax.ExplicitVRLittleEndian);
        return stream.ToArray();
    }
}
