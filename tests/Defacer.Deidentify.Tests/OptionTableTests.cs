using System.Globalization;
using System.Text;
using System.Text.Json;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>
/// Every row of PS3.15 Table E.1-1 under every option column, read from the table's own JSON, at the top of an object
/// and in an item: what must come out is worked out here from the cell, not by the engine's code.
/// </summary>
public sealed class OptionTableTests
{
    private const string Secret = "SECRETVALUE";
    private static readonly DicomTag s_sequence = DicomTag.Parse("ScheduledSpecimenSequence");
    private static readonly JsonElement s_table = JsonDocument.Parse(File.ReadAllBytes(
        Path.Combine(SharedData.RepositoryRoot, "config", "standard", "confidentiality.json"))).RootElement;

    public static TheoryData<string> Columns { get; } =
        [.. s_table.GetProperty("columns").EnumerateArray().Skip(3).Select(c => c.GetString()!)];

    [Theory]
    [MemberData(nameof(Columns))]
    public void Apply_EveryRowUnderTheOption_GivesWhatItsCellSays(string column)
    {
        var index = s_table.GetProperty("columns").EnumerateArray().ToList().FindIndex(c => c.GetString() == column);
        var isOffered = column != "clean_structured_content";
        var profile = Setup.ParseProfile(isOffered
            ? $$"""{ "options": [ "{{column.Replace('_', '-')}}" ], "unverifiedPixelText": "pass" }"""
            : """{ "unverifiedPixelText": "pass" }""");
        var engine = new Deidentifier(profile, Setup.Key);
        var problems = new List<string>();
        var (rows, cells) = (0, 0);
        foreach (var row in s_table.GetProperty("rows").EnumerateArray())
        {
            // Private elements have a table of their own (SafePrivateTests).
            if (row[0].GetString() == "private")
            {
                continue;
            }

            var cell = isOffered ? row[index].GetString()! : string.Empty;
            rows++;
            cells += cell.Length > 0 ? 1 : 0;
            foreach (var nested in new[] { false, true })
            {
                var name = $"{row[1]} ({row[2]}, {column} '{cell}'){(nested ? " in an item" : string.Empty)}";
                Try(engine, TagOf(row), column, cell, row[2].GetString()!, nested, name, problems);
            }
        }

        Assert.Equal(656, rows);
        Assert.True(cells > 0 || column is "clean_structured_content" or "retain_safe_private", column);
        Assert.True(problems.Count == 0, $"{problems.Count}:\n{string.Join('\n', problems.Take(40))}");
    }

    [Fact]
    public void Load_StructuredContent_IsRefusedWithASentence()
    {
        var error = Assert.Throws<Profiles.ProfileException>(() =>
            Setup.ParseProfile("""{ "options": [ "clean-structured-content" ] }"""));

        Assert.Contains("Table E.3.4-1", error.Message, StringComparison.Ordinal);
    }

    private static void Try(Deidentifier engine, DicomTag tag, string column, string cell, string basic, bool nested,
        string name, List<string> problems)
    {
        var file = Setup.Image("1.2.840.10008.5.1.4.1.1.2");
        var source = Value(tag);
        if (nested)
        {
            file.Dataset.AddOrUpdate(new DicomSequence(s_sequence, new DicomDataset(source)));
        }
        else
        {
            file.Dataset.AddOrUpdate(source);
        }

        var result = engine.Apply(file, false, TestContext.Current.CancellationToken);
        if (result.Output is null)
        {
            problems.Add($"{name}: refused, {result.Parked}");
            return;
        }

        var output = nested ? result.Output.Dataset.GetItems(s_sequence)[0] : result.Output.Dataset;
        output.TryGet(tag, out var item);
        if (Fault(tag, source, item, column, cell, basic, nested) is { } fault)
        {
            problems.Add($"{name}: {fault}");
        }
    }

    private static string? Fault(DicomTag tag, DicomItem source, DicomItem? item, string column, string cell,
        string basic, bool nested)
    {
        // Marks say what was done; groups below 0008 and overlays have no place.
        if (tag is { Group: 0x0012, Element: 0x0062 or 0x0063 or 0x0064 })
        {
            return null;
        }

        if (tag.Group < 8 || tag.Group is 0x6002 or 0x5002)
        {
            return item is null ? null : "is still there";
        }

        if (cell == "K" || (cell == "C" && (source.VR == DicomVR.SQ || source.VR == DicomVR.TM)))
        {
            return item is null ? "was removed"
                : item is DicomSequence s ? s.Items is [{ Count: 0 }] ? null : "its items were not judged"
                : Text(item) == Text(source) ? null : $"became '{Text(item)}'";
        }

        if (cell == "C")
        {
            switch (column)
            {
                case "retain_longitudinal_modified_dates" when source.VR.Code is "DA" or "DT":
                    return item is not null && Text(item).Length == Text(source).Length && Text(item) != Text(source)
                        && Text(item)[8..] == Text(source)[8..] && string.CompareOrdinal(Text(item), "2014") > 0
                        ? null : $"the date became '{Text(item)}'";
                case "retain_longitudinal_modified_dates" when source.VR == DicomVR.SH:
                    return item is not null && Text(item) == Text(source) ? null : "the zone is gone";
                case "clean_descriptors" when tag == DicomTag.RequestingService:
                    // It is itself one of the places that no text may name.
                    return Text(item).Length == 0 ? null : "a place survived";
                case "clean_descriptors" or "retain_patient_characteristics" when source.VR.UsesCharacterSet:
                    return item is not null && Text(item) == "T1" ? null : $"the text became '{Text(item)}'";
                case "retain_device_identity":
                    return Text(item).Length > 0 && Text(item) != Text(source) ? null : "no AE title";
                default:
                    break;
            }
        }

        // A type that is not known here is not wrong either way: ConfidentialityTableTests does the Types.
        var text = Text(item);
        return text.Contains("SECRET", StringComparison.Ordinal) || text.Contains("T1 ", StringComparison.Ordinal)
            || text.StartsWith("2024", StringComparison.Ordinal) || text.Contains("1.2.3.999", StringComparison.Ordinal)
            ? $"the value survived as '{text}'"
            : nested && basic is "X" && item is not null && Text(item).Length > 0 && item is DicomElement
                ? "X left a value in an item" : null;
    }

    private static string Text(DicomItem? item) => item is DicomElement element
        ? Encoding.Latin1.GetString(element.Value.Span).Trim(' ', '\0') : string.Empty;

    private static DicomItem Value(DicomTag tag)
    {
        var vr = DicomDictionary.Find(tag)?.VRs is [var first, ..] ? first : DicomVR.LO;
        if (vr == DicomVR.SQ)
        {
            return new DicomSequence(tag,
                new DicomDataset(new DicomElement(DicomTag.PatientComments, DicomVR.LT, "SECRETTEXT"u8.ToArray())));
        }

        var text = vr.Code switch
        {
            "DA" => "20240315",
            "DT" => "20240315101112",
            "TM" => "101112",
            "AS" => "045Y",
            "DS" => "20.24",
            "IS" => "2024",
            "UI" => "1.2.3.999",
            "CS" or "AE" => Secret,
            "PN" => "SECRET^VALUE",
            "UR" => "http://SECRET.org",
            "SH" when tag == DicomTag.TimezoneOffsetFromUTC => "+0100",
            _ when vr.UsesCharacterSet => "T1 " + Secret,
            _ => Secret + Secret,
        };
        var bytes = Encoding.ASCII.GetBytes(text);
        return new DicomElement(tag, vr, bytes.Length % 2 == 0 ? bytes : [.. bytes, vr.Padding]);
    }

    private static DicomTag TagOf(JsonElement row)
    {
        var digits = row[0].GetString()! switch
        {
            "50xxxxxx" => "50023000",
            var t => t.Replace("xx", "02", StringComparison.Ordinal),
        };
        return DicomTag.FromValue(uint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
