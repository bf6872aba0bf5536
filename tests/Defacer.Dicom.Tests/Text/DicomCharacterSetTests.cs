using System.Globalization;
using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Tests.Files;
using Defacer.Dicom.Text;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Text;

public sealed class DicomCharacterSetTests
{
    [Fact]
    public void GetStrings_CharsetFixtures_GiveTheExpectedText()
    {
        var lines = File.ReadAllLines(SharedData.Require("fixtures", "charset", "EXPECTED-TEXT.csv")).Skip(1).ToList();
        var faults = new List<string>();
        foreach (var field in lines.Select(Csv))
        {
            var file = DicomFile.Open(SharedData.Require("fixtures", field[0]));
            var text = Text(file.Dataset, field[1]);
            // The expectation has no empty component group at the end of a name (PS3.5 §6.2.1.1 lets it be left out).
            if (text.TrimEnd('=') != field[3])
            {
                faults.Add($"{field[0]} {field[1]}: {field[3]} expected, {text} found");
            }
        }

        Assert.Empty(faults);
        Assert.True(lines.Count > 70);
    }

    [Theory]
    [InlineData("chrH31.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう")]
    [InlineData("chrI2.dcm", "Hong^Gildong=洪^吉洞=홍^길동")]
    [InlineData("chrX2.dcm", "Wang^XiaoDong=王^小东=")]
    public void GetString_Sample_GivesItsName(string name, string expected) =>
        Assert.Equal(expected, DicomFile.Open(Fixtures.Sample(name)).Dataset.GetString(DicomTag.PatientName));

    [Fact]
    public void GetString_InItem_InheritsTheSetOfWhatHoldsIt()
    {
        var dataset = DicomFile.Open(Fixtures.Sample("chrSQEncoding1.dcm")).Dataset;
        var item = dataset.GetItems(new DicomTag(0x0032, 0x1064))[0];

        Assert.False(item.Contains(DicomTag.SpecificCharacterSet));
        Assert.Equal("ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", item.GetString(DicomTag.PatientName));
    }

    [Theory]
    [InlineData("ISO_IR 100", "Müller^Jörg ß")]
    [InlineData("ISO_IR 101", "Wałęsa^Łukasz")]
    [InlineData("ISO_IR 109", "Ĉapelo^Ĝoĵo")]
    [InlineData("ISO_IR 110", "Āboliņš^Ģirts")]
    [InlineData("ISO_IR 126", "Διονυσιος^Άννα")]
    [InlineData("ISO_IR 127", "قباني^لنزار")]
    [InlineData("ISO_IR 138", "שרון^דבורה")]
    [InlineData("ISO_IR 144", "Люкceмбypг")]
    [InlineData("ISO_IR 148", "Şahin^Çiğdem")]
    [InlineData("ISO_IR 166", "สมชาย")]
    [InlineData("ISO_IR 203", "Œuvre^Ÿ€")]
    [InlineData("ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ")]
    [InlineData("ISO_IR 192", "王^小東=𠀀")]
    [InlineData("GB18030", "王^小东=㐀𠀀^é")]
    [InlineData("GBK", "王^小东")]
    [InlineData("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう")]
    [InlineData("\\ISO 2022 IR 87", "山〜川‖−¢£¬")]
    [InlineData("ISO 2022 IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう")]
    [InlineData("\\ISO 2022 IR 87\\ISO 2022 IR 159", "Aida^A=丂丄^仡山")]
    [InlineData("\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동")]
    [InlineData("\\ISO 2022 IR 58", "Zhang^XiaoDong=张^小东")]
    [InlineData("ISO 2022 IR 100\\ISO 2022 IR 126\\ISO 2022 IR 144", "Müller^A=Διον^Β=Иван^Г")]
    public void Decode_OfEncode_IsIdentity(string terms, string text)
    {
        var set = DicomCharacterSet.FromValue(Encoding.ASCII.GetBytes(terms));

        Assert.Equal(text, set.Decode(set.Encode(text, DicomVR.PN), DicomVR.PN));
        Assert.Equal([text, text], set.DecodeValues(set.Encode(text + "\\" + text, DicomVR.PN), DicomVR.PN));
        Assert.Equal(text + "\r\n" + text, set.Decode(set.Encode(text + "\r\n" + text, DicomVR.LT), DicomVR.LT));
        Assert.False(set.HasUnknownTerms);
    }

    [Fact]
    public void Encode_Kanji_SwitchesBackBeforeDelimiters()
    {
        var set = DicomCharacterSet.FromValue("\\ISO 2022 IR 87"u8);

        // ESC $ B, 山, ESC ( B, ^, ESC $ B, 太, ESC ( B.
        byte[] expected =
        [
            0x1B, 0x24, 0x42, 0x3B, 0x33, 0x1B, 0x28, 0x42, 0x5E,
            0x1B, 0x24, 0x42, 0x42, 0x40, 0x1B, 0x28, 0x42,
        ];
        Assert.Equal(expected, set.Encode("山^太", DicomVR.PN));
    }

    [Theory]
    [InlineData("GB18030", new byte[] { 0x81, 0x5C, 0x5C, 0x41 }, "乗", "A")] // 815C is one character, then a separator
    [InlineData("\\ISO 2022 IR 87", new byte[] { 0x1B, 0x24, 0x42, 0x24, 0x5C, 0x1B, 0x28, 0x42, 0x5C, 0x41 },
        "ぼ", "A")]
    public void DecodeValues_BackslashInsideACharacter_IsNoSeparator(
        string terms, byte[] bytes, string first, string second)
    {
        var values = DicomCharacterSet.FromValue(Encoding.ASCII.GetBytes(terms)).DecodeValues(bytes, DicomVR.LO);

        Assert.Equal(2, values.Count);
        Assert.Equal(second, values[1]);
        Assert.True(terms == "GB18030" ? values[0].Length == 1 : values[0] == first);
    }

    [Fact]
    public void Decode_GreekByEscape_EndsAtTheDelimiter()
    {
        var set = DicomCharacterSet.FromValue("ISO 2022 IR 100\\ISO 2022 IR 126"u8);

        // ESC - F, alpha, ^, then E1 is Latin-1 again.
        Assert.Equal("α^á", set.Decode([0x1B, 0x2D, 0x46, 0xE1, 0x5E, 0xE1], DicomVR.PN));
    }

    [Fact]
    public void Decode_UnknownEscapeAndBadBytes_GivesReplacementsAndGoesOn()
    {
        var set = DicomCharacterSet.FromValue("\\ISO 2022 IR 87"u8);

        Assert.Equal("\u001B?A", set.Decode([0x1B, 0x3F, 0x41], DicomVR.LO));
        Assert.Equal("\uFFFD", set.Decode([0x1B, 0x24, 0x42, 0x3B], DicomVR.LO));
    }

    [Fact]
    public void Decode_InvalidUtf8_GivesReplacements() =>
        Assert.Contains('\uFFFD', DicomCharacterSet.Utf8.Decode([0x41, 0xC0, 0xAF, 0x42], DicomVR.LO));

    [Theory]
    [InlineData("", "é")]
    [InlineData("ISO_IR 100", "山")]
    [InlineData("GBK", "𠀀")]
    [InlineData("\\ISO 2022 IR 87", "한")]
    public void Encode_CharacterThatTheSetLacks_IsRefusedWithoutTheText(string terms, string text)
    {
        var error = Assert.Throws<ArgumentException>(() =>
            DicomCharacterSet.FromValue(Encoding.ASCII.GetBytes(terms)).Encode(text, DicomVR.LO));

        Assert.DoesNotContain(text, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ISO-IR 100")]
    [InlineData("ISO IR 100")]
    [InlineData("ISO_IR_100")]
    [InlineData("iso_ir 100 ")]
    public void FromValue_MisspeltTerm_IsUnderstood(string term) =>
        Assert.Equal("é", DicomCharacterSet.FromValue(Encoding.ASCII.GetBytes(term)).Decode([0xE9], DicomVR.LO));

    [Fact]
    public void FromValue_UnknownTerm_SaysSoAndReadsLatin1()
    {
        var set = DicomCharacterSet.FromValue("ISO_IR 999"u8);

        Assert.True(set.HasUnknownTerms);
        Assert.Equal("é", set.Decode([0xE9], DicomVR.LO));
    }

    private static string Text(DicomDataset dataset, string path)
    {
        var steps = path.Split('.');
        foreach (var step in steps[..^1])
        {
            var index = int.Parse(step[9..^1], CultureInfo.InvariantCulture);
            dataset = dataset.GetItems(DicomTag.Parse(step[..8]))[index];
        }

        return string.Join('\\', dataset.GetStrings(DicomTag.Parse(steps[^1])));
    }

    private static string[] Csv(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        return [.. fields];
    }
}
