using System.Globalization;
using System.Text;
using System.Text.Json;
using Defacer.Dicom.Data;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>Retain Safe Private: every row of PS3.15 Table E.3.10-1, in a block that the sender chose.</summary>
public sealed class SafePrivateTests
{
    private static readonly Deidentifier s_engine = new(
        Setup.ParseProfile("""{ "options": [ "retain-safe-private" ] }"""), Setup.Key);

    [Fact]
    public void Apply_EveryRow_StaysWithItsCreatorAndNothingElseOfTheBlock()
    {
        using var table = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(SharedData.RepositoryRoot, "config", "standard", "safe_private.json")));
        var problems = new List<string>();
        var (kept, rows) = (0, 0);
        foreach (var row in table.RootElement.GetProperty("rows").EnumerateArray())
        {
            rows++;
            var creator = row[0].GetString()!;
            var group = ushort.Parse(row[1].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var element = byte.Parse(row[2].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var (vr, risk) = (row[3].GetString()!, row[4].GetString()!);
            var tag = new DicomTag(group, (ushort)(0x4200 | element));
            var output = Apply(new DicomElement(tag.CreatorTag, DicomVR.LO, Bytes(creator + " ")), Value(tag, vr),
                new DicomElement(new DicomTag(0x0009, 0x0042), DicomVR.LO, Bytes(creator)),
                new DicomElement(new DicomTag(0x0009, 0x42FE), DicomVR.LO, "SECRET"u8.ToArray()));
            var goes = risk == "bulk" || vr.Length == 0;
            kept += goes ? 0 : 1;
            var right = output.Contains(tag) == !goes && output.Contains(tag.CreatorTag) == !goes
                && output.Count(i => i.Tag.IsPrivate) == (goes ? 0 : 2)
                && (vr != "UI" || output.GetString(tag) == Setup.Key.MapUid("1.2.3.999"))
                && (vr != "SQ" || (output.GetItems(tag) is [var item] && item.GetString(DicomTag.Manufacturer) == "ACME"
                    && !item.Contains(DicomTag.PatientComments)));
            if (!right)
            {
                problems.Add($"{creator} {tag} {vr} {risk}");
            }
        }

        Assert.Equal(479, rows);
        Assert.True(kept > 440, $"{kept}");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Theory]
    [InlineData("SIEMENS MR HEADER", 0x0C, "IS", "1000", true)]
    // Another creator, no creator, and letters where numbers belong.
    [InlineData("SIEMENS MR HEADER 2", 0x0C, "IS", "1000", false)]
    [InlineData(null, 0x0C, "IS", "1000", false)]
    [InlineData("SIEMENS MR HEADER", 0x0C, "IS", "Erika", false)]
    [InlineData("SIEMENS MR HEADER", 0x0C, "LO", "1000", false)]
    [InlineData("siemens mr header", 0x0C, "IS", "1000", false)]
    public void Apply_SiemensBValue_StaysOnlyAsTheTableHasIt(string? creator, int element, string vr, string value,
        bool stays)
    {
        var tag = new DicomTag(0x0019, (ushort)(0x1000 | element));
        var items = new List<DicomItem> { new DicomElement(tag, DicomVR.Find(vr)!, Bytes(value)) };
        if (creator is not null)
        {
            items.Add(new DicomElement(tag.CreatorTag, DicomVR.LO, Bytes(creator)));
        }

        Assert.Equal(stays, Apply([.. items]).Contains(tag));
    }

    [Fact]
    public void Apply_WithoutTheOption_AllPrivateElementsGo()
    {
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(
            new DicomElement(new DicomTag(0x0019, 0x0010), DicomVR.LO, "SIEMENS MR HEADER "u8.ToArray()));
        file.Dataset.AddOrUpdate(new DicomElement(new DicomTag(0x0019, 0x100C), DicomVR.IS, "1000"u8.ToArray()));

        Assert.DoesNotContain(Setup.Apply(file).Output!.Dataset, i => i.Tag.IsPrivate);
    }

    private static DicomDataset Apply(params DicomItem[] items)
    {
        var file = Setup.Image();
        foreach (var item in items)
        {
            file.Dataset.AddOrUpdate(item);
        }

        return s_engine.Apply(file, false, TestContext.Current.CancellationToken).Output!.Dataset;
    }

    private static DicomItem Value(DicomTag tag, string vr) => vr switch
    {
        "SQ" => new DicomSequence(tag, new DicomDataset(
            new DicomElement(DicomTag.Manufacturer, DicomVR.LO, "ACME"u8.ToArray()),
            new DicomElement(DicomTag.PatientComments, DicomVR.LT, "SECRETTEXT"u8.ToArray()))),
        "UI" => new DicomElement(tag, DicomVR.UI, "1.2.3.999\0"u8.ToArray()),
        "DS" or "IS" => new DicomElement(tag, DicomVR.Find(vr)!, "20"u8.ToArray()),
        "CS" or "LO" or "SH" or "ST" or "LT" => new DicomElement(tag, DicomVR.Find(vr)!, "T1"u8.ToArray()),
        "" => new DicomElement(tag, DicomVR.OB, new byte[4]),
        "OW/OB" => new DicomElement(tag, DicomVR.OW, new byte[4]),
        _ => new DicomElement(tag, DicomVR.Find(vr)!, new byte[8]),
    };

    private static byte[] Bytes(string text) =>
        Encoding.ASCII.GetBytes(text.Length % 2 == 0 ? text : text + " ");
}
