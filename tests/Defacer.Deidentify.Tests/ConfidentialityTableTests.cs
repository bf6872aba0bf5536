using System.Globalization;
using System.Text;
using System.Text.Json;
using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>
/// Every row of PS3.15 Table E.1-1, Basic Profile, read from the table's own JSON: at the top of an object, in a
/// standard sequence and in a private one; and every row under an IOD for each Type that it has anywhere in PS3.3. What
/// must come out is worked out here, from the reading rules of PS3.15, not by the engine's code.
/// </summary>
public sealed class ConfidentialityTableTests
{
    // A CT image has a complete set of Types and holds none of the rows below these sequences.
    private const string CtImage = "1.2.840.10008.5.1.4.1.1.2";
    private static readonly DicomTag s_standardSequence = DicomTag.Parse("ScheduledSpecimenSequence");
    private static readonly JsonElement s_table = Json("confidentiality.json");

    private static readonly Lazy<(Dictionary<string, string> IodOfSop, Dictionary<string, Dictionary<string,
        string>> Types)> s_types = new(LoadTypes);

    [Fact]
    public void Apply_EveryRowInAStandardSequence_IsTakenAsType3()
    {
        var problems = new List<string>();
        foreach (var (tag, name, code) in Rows())
        {
            var file = Setup.Image(CtImage);
            var item = new DicomDataset(Value(tag, "SECRETVALUE"));
            file.Dataset.AddOrUpdate(new DicomSequence(s_standardSequence, item));
            var output = Setup.Apply(file, Profile.Basic(Setup.Tables)).Output!.Dataset;
            Check(output.GetItems(s_standardSequence)[0], tag, Expected(code, "3"), $"{name} in a sequence", problems);
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Apply_EveryRowInAPrivateSequence_GoesWithIt()
    {
        var problems = new List<string>();
        foreach (var (tag, name, _) in Rows())
        {
            var file = Setup.Image(CtImage);
            file.Dataset.AddOrUpdate(new DicomTag(0x0029, 0x0010), DicomVR.LO, "ACME");
            file.Dataset.AddOrUpdate(
                new DicomSequence(new DicomTag(0x0029, 0x1001), new DicomDataset(Value(tag, "SECRETVALUE"))));
            var output = Setup.Apply(file, Profile.Basic(Setup.Tables)).Output!.Dataset;
            if (output.Any(i => i.Tag.IsPrivate) || Bytes(output).AsSpan().IndexOf("SECRET"u8) >= 0)
            {
                problems.Add($"{name}: survived in a private sequence");
            }
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Apply_EveryRowAtTheTopOfEveryImageIod_FollowsItsType()
    {
        var problems = new List<string>();
        var covered = new HashSet<string>(StringComparer.Ordinal);
        var rows = Rows().ToArray();
        foreach (
            var sop in new[] { CtImage, "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128",
            "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.1.1", "1.2.840.10008.5.1.4.1.1.6.1",
            "1.2.840.10008.5.1.4.1.1.20", "1.2.840.10008.5.1.4.1.1.12.1" })
        {
            var types = s_types.Value.Types[s_types.Value.IodOfSop[sop]];
            foreach (var (tag, name, code) in rows)
            {
                var type = types.GetValueOrDefault($"{tag.Value:X8}", "3");
                covered.Add(type);
                var file = Setup.Image(sop);
                file.Dataset.AddOrUpdate(Value(tag, "SECRETVALUE"));
                var result = Setup.Apply(file, AnyPixels);
                Assert.True(result.Output is not null, $"{name}: {result.Parked}");
                Check(result.Output.Dataset, tag, Expected(code, type), $"{name} ({code}) as Type {type} in {sop}",
                    problems);
            }
        }

        Assert.Superset(new HashSet<string> { "1", "2", "3" }, covered);
        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(40)));
    }

    [Fact]
    public void Apply_EveryRowAtEveryPathOfTheIod_FollowsItsTypeThere()
    {
        var problems = new List<string>();
        var codes = Rows().ToDictionary(r => r.Tag, r => r.Code);
        var tried = 0;
        foreach (var sop in new[] { CtImage, "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128" })
        {
            foreach (var (path, type) in s_types.Value.Types[s_types.Value.IodOfSop[sop]])
            {
                var tags = path.Split('.').Select(p => DicomTag.Parse(p)).ToArray();
                // A sequence that has an action of its own takes its items with it.
                if (tags.Length < 2 || !codes.TryGetValue(tags[^1], out var code) || tags[..^1].Any(codes.ContainsKey))
                {
                    continue;
                }

                tried++;
                DicomItem item = Value(tags[^1], "SECRETVALUE");
                foreach (var sequence in tags[..^1].Reverse())
                {
                    item = new DicomSequence(sequence, new DicomDataset(item));
                }

                var file = Setup.Image(sop);
                file.Dataset.AddOrUpdate(item);
                var place = Setup.Apply(file, AnyPixels).Output!.Dataset;
                foreach (var sequence in tags[..^1])
                {
                    place = Assert.Single(place.GetItems(sequence));
                }

                Check(place, tags[^1], Expected(code, type), $"{path} ({code}) as Type {type} in {sop}", problems);
            }
        }

        Assert.True(tried > 50, $"only {tried} paths");
        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(40)));
    }

    [Theory]
    [InlineData("X", "D Z X")]
    [InlineData("Z", "D Z Z")]
    [InlineData("D", "D D D")]
    [InlineData("X/Z", "D Z X")]
    [InlineData("X/D", "D D X")]
    [InlineData("X/Z/D", "D Z X")]
    [InlineData("Z/D", "D Z Z")]
    [InlineData("X/Z/U*", "K Z X")]
    [InlineData("U", "U U U")]
    [InlineData("K", "K K K")]
    public void Resolve_Code_GivesTheActionForTypes1And2And3(string code, string expected)
    {
        var actual = new[] { Standard.AttributeType.Type1, Standard.AttributeType.Type2, Standard.AttributeType.Type3 }
            .Select(t => Actions.CompoundCode.Resolve(code, t) switch
            {
                Actions.ActionCode.Replace => "D",
                Actions.ActionCode.Zero => "Z",
                Actions.ActionCode.Remove => "X",
                Actions.ActionCode.MapUid => "U",
                Actions.ActionCode.Keep => "K",
                _ => "?",
            });

        Assert.Equal(expected, string.Join(' ', actual));
    }

    [Fact]
    public void Load_Table_HasTheRowsOfEdition2026d()
    {
        Assert.Equal("2026d", Setup.Tables.Edition);
        Assert.Equal(657, s_table.GetProperty("rows").GetArrayLength());
    }

    private static Profile AnyPixels { get; } = Setup.ParseProfile("""{ "unverifiedPixelText": "pass" }""");

    // The letter that PS3.15 E.3 and its compound codes ask for.
    private static char Expected(string code, string type) => code switch
    {
        "X" or "X/Z" or "X/Z/D" => type[0] switch { '1' => 'D', '2' => 'Z', _ => 'X' },
        "X/D" => type == "3" ? 'X' : 'D',
        "Z" or "Z/D" => type[0] == '1' ? 'D' : 'Z',
        "X/Z/U*" => type[0] switch { '1' => 'K', '2' => 'Z', _ => 'X' },
        _ => code[0],
    };

    private static void Check(DicomDataset output, DicomTag tag, char expected, string where, List<string> problems)
    {
        // Group 0002 and the others below 0008 have no place in a data set: whatever the row, they go.
        expected = tag.Group < 8 ? 'X' : expected;
        output.TryGet(tag, out var item);
        var length = item switch { null => -1, DicomElement e => e.Length, DicomSequence s => s.Items.Count, _ => 1 };
        var right = expected switch { 'X' => length < 0, 'Z' => length == 0, _ => length > 0 };
        // The marks say the truth whatever the source said.
        if (tag.Group == 0x0012 && tag.Element is 0x0062 or 0x0063 or 0x0064)
        {
            right = true;
        }

        if (!right)
        {
            problems.Add($"{where}: expected {expected}, length is {length}");
        }

        if (Bytes(output).AsSpan().IndexOf("SECRET"u8) >= 0 || Bytes(output).AsSpan().IndexOf("1.2.3.999"u8) >= 0)
        {
            problems.Add($"{where}: the value survived");
        }
    }

    private static DicomItem Value(DicomTag tag, string secret)
    {
        var vr = DicomDictionary.Find(tag)?.VRs is [var first, ..] ? first : DicomVR.LO;
        var text = vr.Code switch
        {
            "UI" => "1.2.3.999",
            "SQ" => null,
            "DA" => "SECRET01",
            "CS" or "SH" or "AE" => secret,
            _ => secret,
        };
        if (text is null)
        {
            return new DicomSequence(tag,
                new DicomDataset(new DicomElement(DicomTag.PatientComments, DicomVR.LT, "SECRETTEXT"u8.ToArray())));
        }

        var bytes = Encoding.ASCII.GetBytes(text + (text.Length % 2 == 1 ? " " : string.Empty));
        return new DicomElement(tag, vr, vr.IsText ? bytes : [.. bytes, .. new byte[4]]);
    }

    private static byte[] Bytes(DicomDataset dataset)
    {
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, dataset, DicomTransferSyntax.ExplicitVRLittleEndian);
        return stream.ToArray();
    }

    // Patterns stand for one of their tags.
    private static IEnumerable<(DicomTag Tag, string Name, string Code)> Rows()
    {
        foreach (var row in s_table.GetProperty("rows").EnumerateArray())
        {
            var tag =
                row[0].GetString()! switch
                {
                    "private" => "00291001",
                    "50xxxxxx" => "50023000",
                    var t =>
                t.Replace("xx", "02", StringComparison.Ordinal)
                };
            yield return (DicomTag.FromValue(uint.Parse(tag, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
                row[1].GetString()!, row[2].GetString()!);
        }
    }

    private static JsonElement Json(string name) =>
        JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(SharedData.RepositoryRoot, "config", "standard", name))).RootElement;

    private static (Dictionary<string, string>, Dictionary<string, Dictionary<string, string>>) LoadTypes()
    {
        using var stream = new System.IO.Compression.GZipStream(
            File.OpenRead(Path.Combine(SharedData.RepositoryRoot, "config", "standard", "iod_types.json.gz")),
                System.IO.Compression.CompressionMode.Decompress);
        var root = JsonDocument.Parse(stream).RootElement;
        string[] order = ["1", "1C", "2", "2C", "3"];
        var types = root.GetProperty("iods").EnumerateObject().ToDictionary(i => i.Name, i =>
        {
            var strictest = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var module in i.Value.EnumerateArray())
            {
                if (root.GetProperty("modules").TryGetProperty(module.GetString()!, out var paths))
                {
                    foreach (var path in paths.EnumerateObject())
                    {
                        var type = path.Value.GetString()!;
                        if (!strictest.TryGetValue(path.Name, out var known)
                            || Array.IndexOf(order, type) < Array.IndexOf(order, known))
                        {
                            strictest[path.Name] = type;
                        }
                    }
                }
            }

            return strictest;
        });
        var sops =
            Json("sop_classes.json").GetProperty("rows").EnumerateArray().ToDictionary(r => r[0].GetString()!, r =>
            r[2].GetString()!);
        return (sops, types);
    }
}
