using System.Text;
using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>
/// Identity where nobody expects it, with a name so short that no search of large values may count it: under every
/// profile it is gone from the bytes of the output, or nothing is written.
/// </summary>
public sealed class HiddenIdentityTests
{
    // Nothing but the name and the number: words that are in no description, code or UID by chance.
    private const string Family = "Zwq";
    private const string Given = "Xyvko";
    private const string Id = "Q7Z4W9";

    private static readonly Dictionary<string, Action<DicomDataset>> s_places = new(StringComparer.Ordinal)
    {
        ["private sequence in UN"] = d =>
        {
            Add(d, 0x0009, 0x0010, "LO", "ACME PRIVATE");
            d.AddOrUpdate(new DicomElement(new DicomTag(0x0009, 0x1001), DicomVR.UN, Item(0x0010, 0x0010, Family + "^" + Given)));
        },
        ["standard sequence in UN"] = d => d.AddOrUpdate(new DicomElement(DicomTag.RequestAttributesSequence, DicomVR.UN,
            Item(0x0040, 0x0007, "for " + Family))),
        ["command group"] = d => Add(d, 0x0000, 0x1000, "UI", Family),
        ["directory group"] = d => Add(d, 0x0004, 0x1500, "CS", Family.ToUpperInvariant()),
        ["curve"] = d => Add(d, 0x5000, 0x2500, "LO", Family),
        ["overlay comments"] = d => Add(d, 0x6000, 0x4000, "LT", Family),
        ["overlay label"] = d => Add(d, 0x6002, 0x1500, "LO", Family),
        ["beyond the overlay groups"] = d => Add(d, 0x6020, 0x1500, "LO", Family),
        ["odd group of an overlay"] = d => Add(d, 0x6001, 0x1001, "LO", Family),
        ["explanation of a window"] = d => Add(d, 0x0028, 0x1055, "LO", "BRAIN\\" + Family),
        ["explanation of a lookup table"] = d => d.AddOrUpdate(new DicomSequence(DicomTag.ModalityLUTSequence,
            new DicomDataset(DicomElement.FromText(DicomTag.LUTExplanation, DicomVR.LO, Family)))),
        ["UTF-16 in text"] = d => d.AddOrUpdate(new DicomElement(DicomTag.SeriesDescription, DicomVR.LO,
            Encoding.Unicode.GetBytes("T2 " + Family))),
        ["UTF-16 in private bytes"] = d =>
        {
            Add(d, 0x0029, 0x0010, "LO", "SIEMENS CSA HEADER");
            d.AddOrUpdate(new DicomElement(new DicomTag(0x0029, 0x1020), DicomVR.OB, Encoding.BigEndianUnicode.GetBytes(Family + " " + Given)));
        },
        ["an object in private bytes"] = d =>
        {
            Add(d, 0x0029, 0x0010, "LO", "SIEMENS CSA HEADER");
            d.AddOrUpdate(new DicomElement(new DicomTag(0x0029, 0x1010), DicomVR.OB, WholeFile()));
        },
        ["behind a zero byte"] = d => d.AddOrUpdate(new DicomElement(DicomTag.BodyPartExamined, DicomVR.CS,
            Encoding.ASCII.GetBytes("HEAD\0" + Family.ToUpperInvariant()))),
        ["a code"] = d => Add(d, 0x0018, 0x0015, "CS", Family.ToUpperInvariant()),
        ["the number as a code"] = d => Add(d, 0x0018, 0x0015, "CS", Id),
        ["a second class UID"] = d => Add(d, 0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.4\\" + Family),
        ["a UID of the standard with letters"] = d => d.AddOrUpdate(new DicomSequence(DicomTag.ReferencedImageSequence,
            new DicomDataset(DicomElement.FromText(DicomTag.ReferencedSOPClassUID, DicomVR.UI, "1.2.840.10008." + Family)))),
        ["an instance UID"] = d => Add(d, 0x0020, 0x0052, "UI", "1.2." + Family),
        ["a number"] = d => Add(d, 0x0018, 0x0050, "DS", "1.5 " + Family),
        ["a time"] = d => Add(d, 0x0008, 0x0031, "TM", "101112 " + Family),
        ["a date"] = d => Add(d, 0x0008, 0x0021, "DA", "20240315" + Family),
        ["an age"] = d => Add(d, 0x0010, 0x1010, "AS", Family),
        ["a URL"] = d => Add(d, 0x0008, 0x1190, "UR", "http://pacs.example/" + Family),
        ["the character set"] = d => Add(d, 0x0008, 0x0005, "CS", "ISO_IR 100\\" + Family.ToUpperInvariant()),
        ["a name in another VR"] = d => d.AddOrUpdate(new DicomElement(DicomTag.SeriesDescription, DicomVR.OB,
            Encoding.ASCII.GetBytes("T2 " + Family))),
        ["trailing padding"] = d => d.AddOrUpdate(new DicomElement(new DicomTag(0xFFFC, 0xFFFC), DicomVR.OB,
            Encoding.ASCII.GetBytes(Family + Given))),
        ["icon"] = d => d.AddOrUpdate(new DicomSequence(DicomTag.IconImageSequence,
            new DicomDataset(new DicomElement(DicomTag.PixelData, DicomVR.OB, Encoding.ASCII.GetBytes(Family + " "))))),
        ["behind the pixels"] = d => d.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW,
            (byte[])[.. d.GetElement(DicomTag.PixelData)!.Value.Span, .. Encoding.ASCII.GetBytes(Family + " " + Id)])),
        ["colour profile"] = d => d.AddOrUpdate(new DicomElement(DicomTag.ICCProfile, DicomVR.OB,
            Encoding.BigEndianUnicode.GetBytes("desc " + Family + " "))),
        ["units of a value map"] = d => d.AddOrUpdate(new DicomSequence(DicomTag.RealWorldValueMappingSequence,
            new DicomDataset(DicomElement.FromText(DicomTag.LUTLabel, DicomVR.SH, Family)))),
        ["pieces of a name"] = d => Add(d, 0x0008, 0x103E, "LO", "T2 Z.w.q Xyv-ko"),
        ["a container"] = d => d.AddOrUpdate(new DicomSequence(new DicomTag(0x0400, 0x0561), new DicomDataset(new DicomSequence(
            new DicomTag(0x0400, 0x0550), new DicomDataset(DicomElement.FromText(DicomTag.PatientName, DicomVR.PN, Family)))))),
    };

    public static TheoryData<string> Places => [.. s_places.Keys];

    [Theory]
    [MemberData(nameof(Places))]
    public void Apply_IdentityInAnOddPlace_IsGoneOrNothingIsWritten(string place) =>
        AssertGone(place, DicomTransferSyntax.ExplicitVRLittleEndian);

    [Theory]
    [MemberData(nameof(Places))]
    public void Apply_IdentityInAnOddPlaceOfADeflatedFile_IsGoneOrNothingIsWritten(string place) =>
        AssertGone(place, DicomTransferSyntax.DeflatedExplicitVRLittleEndian);

    [Fact]
    public void Apply_IdentityAroundTheDataSet_IsGone()
    {
        using var folder = new TemporaryFolder();
        var file = Image(DicomTransferSyntax.ExplicitVRLittleEndian);
        file.FileMetaInfo.AddOrUpdate(DicomElement.FromText(DicomTag.SourceApplicationEntityTitle, DicomVR.AE, Family));
        file.FileMetaInfo.AddOrUpdate(DicomElement.FromText(DicomTag.PrivateInformationCreatorUID, DicomVR.UI, "1.2"));
        file.FileMetaInfo.AddOrUpdate(new DicomElement(DicomTag.PrivateInformation, DicomVR.OB, Encoding.ASCII.GetBytes(Family + " ")));
        file.Save(folder["in.dcm"]);
        var bytes = File.ReadAllBytes(folder["in.dcm"]);
        Encoding.ASCII.GetBytes(Family).CopyTo(bytes, 40);
        File.WriteAllBytes(folder["in.dcm"], [.. bytes, .. Encoding.ASCII.GetBytes(Family + Given)]);

        foreach (var profile in Profiles())
        {
            Check(DicomFile.Open(folder["in.dcm"]), profile, folder["out.dcm"], "around the data set");
        }
    }

    [Theory]
    [InlineData("1.2.840.10008.1.2.4.70", false)]
    [InlineData("1.2.840.10008.1.2.4.70", true)]
    [InlineData("1.2.840.10008.1.2.4.90", false)]
    [InlineData("1.2.840.10008.1.2.4.90", true)]
    public void Apply_NameInACommentOfCompressedPixels_IsBlankedInItsPlace(string syntax, bool isLarge)
    {
        using var folder = new TemporaryFolder();
        var file = Image(DicomTransferSyntax.FromUid(syntax));
        var coded = Coded(syntax, "for " + Family, isLarge ? 100_000 : 100);
        file.Dataset.AddOrUpdate(new DicomFragmentSequence(DicomTag.PixelData, DicomVR.OB, null,
            [new DicomElement(DicomTag.Item, DicomVR.OB, coded)]));
        file.Save(folder["in.dcm"]);
        Setup.Apply(DicomFile.Open(folder["in.dcm"])).Output!.Save(folder["out.dcm"]);
        var output = (DicomFragmentSequence)DicomFile.Open(folder["out.dcm"]).Dataset.Single(i => i.Tag == DicomTag.PixelData);

        Assert.Equal(Coded(syntax, new string(' ', 4 + Family.Length), coded.Length - Coded(syntax, "for " + Family, 0).Length),
            Assert.Single(output.Fragments).Value.ToArray());
    }

    [Fact]
    public void Apply_CommentThatNamesNobody_Stays()
    {
        var file = Image(DicomTransferSyntax.FromUid("1.2.840.10008.1.2.4.70"));
        var coded = Coded("1.2.840.10008.1.2.4.70", "Some Library 1.0", 10);
        file.Dataset.AddOrUpdate(new DicomFragmentSequence(DicomTag.PixelData, DicomVR.OB, null,
            [new DicomElement(DicomTag.Item, DicomVR.OB, coded)]));
        var output = (DicomFragmentSequence)Setup.Apply(file).Output!.Dataset.Single(i => i.Tag == DicomTag.PixelData);

        Assert.Equal(coded, Assert.Single(output.Fragments).Value.ToArray());
    }

    // The markers of a codestream with a comment, and bytes as the coded data.
    private static byte[] Coded(string syntax, string comment, int length)
    {
        var text = Encoding.ASCII.GetBytes(comment);
        var data = Enumerable.Range(0, length + (comment.Length % 2)).Select(i => (byte)(i % 251)).ToArray();
        return syntax.EndsWith(".90", StringComparison.Ordinal)
            ? [0xFF, 0x4F, 0xFF, 0x51, 0, 4, 1, 2, 0xFF, 0x64, 0, (byte)(text.Length + 4), 0, 1, .. text, 0xFF, 0x90, 0, 10, .. data]
            : [0xFF, 0xD8, 0xFF, 0xFE, 0, (byte)(text.Length + 2), .. text, 0xFF, 0xDA, 0, 8, .. data];
    }

    [Theory]
    [InlineData("ISO 2022 IR 87", "Zwq^Xyvko=\u5C71\u7530^\u592A\u90CE", "T2 \u5C71\u7530")]
    [InlineData("ISO_IR 144", "\u0416\u0443\u043A^\u041E\u043B\u044F", "T2 \u0416\u0443\u043A")]
    [InlineData("GB18030", "Zwq^X=\u738B^\u5C0F\u4E1C", "T2 \u5C0F\u4E1C")]
    public void Apply_NameInAnotherCharacterSet_IsGone(string set, string name, string description)
    {
        using var folder = new TemporaryFolder();
        var file = Image(DicomTransferSyntax.ExplicitVRLittleEndian);
        file.Dataset.AddOrUpdate(DicomElement.FromText(DicomTag.SpecificCharacterSet, DicomVR.CS,
            set.StartsWith("ISO 2022", StringComparison.Ordinal) ? "\\" + set : set));
        file.Dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, name);
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, description);
        var secret = file.Dataset.CharacterSet.Encode(description[3..], DicomVR.LO);

        foreach (var profile in Profiles())
        {
            if (Setup.Apply(file, profile).Output is not { } output)
            {
                continue;
            }

            output.Save(folder["out.dcm"]);
            Assert.True(File.ReadAllBytes(folder["out.dcm"]).AsSpan().IndexOf(secret) < 0, profile.Name);
            Assert.True(Setup.Verify(folder["out.dcm"], file, new Deidentifier(profile, Setup.Key)).Passed, profile.Name);
        }
    }

    private static IEnumerable<Profile> Profiles() => [.. Setup.Shipped.Where(p => p != "clinical-trial").Select(Setup.LoadProfile), Setup.PlainAnyPixels];

    private static void AssertGone(string place, DicomTransferSyntax syntax)
    {
        using var folder = new TemporaryFolder();
        var file = Image(syntax);
        s_places[place](file.Dataset);
        file.Save(folder["in.dcm"]);
        foreach (var profile in Profiles())
        {
            Check(DicomFile.Open(folder["in.dcm"]), profile, folder["out.dcm"], place);
        }
    }

    private static void Check(DicomFile input, Profile profile, string target, string place)
    {
        var engine = new Deidentifier(profile, Setup.Key);
        if (engine.Apply(input, false, TestContext.Current.CancellationToken).Output is not { } output)
        {
            return;
        }

        output.Save(target);
        if (!Setup.Verify(target, input, engine).Passed)
        {
            // Parked: nothing leaves.
            return;
        }

        // As a reader sees it, whatever the syntax packs away.
        var read = DicomFile.Open(target);
        new DicomFile(DicomFileMeta.Create(read.Dataset, DicomTransferSyntax.ExplicitVRLittleEndian), read.Dataset).Save(target + ".plain");
        var text = Encoding.Latin1.GetString([.. File.ReadAllBytes(target)[..200], .. File.ReadAllBytes(target + ".plain")]).ToUpperInvariant();
        foreach (var word in new[] { Family, Given, Id })
        {
            foreach (var encoding in new[] { Encoding.ASCII, Encoding.Unicode, Encoding.BigEndianUnicode })
            {
                var form = Encoding.Latin1.GetString(encoding.GetBytes(word.ToUpperInvariant()));
                Assert.False(text.Contains(form, StringComparison.Ordinal), $"{place}, {profile.Name}");
            }
        }
    }

    private static DicomFile Image(DicomTransferSyntax syntax)
    {
        var dataset = Setup.Image().Dataset;
        dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, Family + "^" + Given);
        dataset.AddOrUpdate(DicomTag.PatientID, DicomVR.LO, Id);
        dataset.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        dataset.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        dataset.AddOrUpdateUS(DicomTag.Rows, 4);
        dataset.AddOrUpdateUS(DicomTag.Columns, 4);
        dataset.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        dataset.AddOrUpdateUS(DicomTag.BitsStored, 12);
        dataset.AddOrUpdateUS(DicomTag.HighBit, 11);
        dataset.AddOrUpdateUS(DicomTag.PixelRepresentation, 0);
        dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, new byte[32]));
        return new DicomFile(DicomFileMeta.Create(dataset, syntax), dataset);
    }

    private static void Add(DicomDataset dataset, ushort group, ushort element, string vr, string value) =>
        dataset.AddOrUpdate(DicomElement.FromText(new DicomTag(group, element), DicomVR.Find(vr)!, value));

    // A sequence with one element as implicit little endian, undefined length of neither.
    private static byte[] Item(ushort group, ushort element, string text)
    {
        text += text.Length % 2 == 1 ? " " : string.Empty;
        byte[] value = [.. BitConverter.GetBytes(group), .. BitConverter.GetBytes(element), .. BitConverter.GetBytes(text.Length),
            .. Encoding.ASCII.GetBytes(text)];
        return [0xFE, 0xFF, 0x00, 0xE0, .. BitConverter.GetBytes(value.Length), .. value];
    }

    private static byte[] WholeFile()
    {
        using var stream = new MemoryStream();
        Image(DicomTransferSyntax.ExplicitVRLittleEndian).Save(stream);
        return stream.ToArray();
    }
}
