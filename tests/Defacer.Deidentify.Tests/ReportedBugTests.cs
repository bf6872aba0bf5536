using System.Text;
using System.Text.Json;
using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>Faults that users of other programs reported in public, as inputs: each must give what its expect.json
/// says.</summary>
public sealed class ReportedBugTests
{
    [Theory]
    [InlineData("01-nested-three-deep", "in.dcm")]
    [InlineData("03-file-meta-uid", "in.dcm")]
    [InlineData("04-deid-marks", "in.dcm")]
    [InlineData("05-multivalue-and-odd-dates", "in.dcm")]
    [InlineData("08-private-block-relocated", "in.dcm")]
    [InlineData("24-charset-after-replacement", "in.dcm")]
    [InlineData("24-charset-after-replacement", "jis.dcm")]
    public void Apply_ReportedInput_HoldsNothingOfThePerson(string folder, string name)
    {
        var input = DicomFile.Open(SharedData.Require("bugs", folder, name));
        using var target = new TemporaryFolder();
        foreach (var profile in new[] { Setup.Plain, Setup.Research })
        {
            Check(input, profile, folder, target["out.dcm"]);
        }
    }

    private static void Check(DicomFile input, Profile profile, string folder, string path)
    {
        var bytes = Written(input, profile, path);
        using var expected = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("bugs", folder, "expect.json")));
        if (expected.RootElement.TryGetProperty("must_not_contain", out var list))
        {
            foreach (var text in list.EnumerateArray())
            {
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text.GetString()!)) < 0, $"{text} survived");
            }
        }

        foreach (
            var text in new[] { "TEST^ONE", "REF^TWO", "Invented", "HOSPITAL1", "YAMADA", "\u001B$B;3ED", "19700102",
            "20240315" })
        {
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Latin1.GetBytes(text)) < 0, $"{text} survived");
        }

        var verified = Setup.Verify(path, input, new Deidentifier(profile, Setup.Key));
        Assert.Empty(verified.Hits);
        Assert.Empty(verified.Problems);
    }

    [Fact]
    public void Apply_FileMetaOfTheSource_IsRebuilt()
    {
        var input = DicomFile.Open(SharedData.Require("bugs", "03-file-meta-uid", "in.dcm"));
        var output = Setup.Apply(input).Output!;

        Assert.Equal(output.Dataset.GetString(DicomTag.SOPInstanceUID),
            output.FileMetaInfo.GetString(DicomTag.MediaStorageSOPInstanceUID));
        Assert.NotEqual("2.25.8801", output.FileMetaInfo.GetString(DicomTag.ImplementationClassUID));
        Assert.All(output.FileMetaInfo, i => Assert.True(i.Tag.Element <= 0x13));
        Assert.True(output.Preamble.Span.IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void Apply_Image_IsMarked()
    {
        var input = DicomFile.Open(SharedData.Require("bugs", "04-deid-marks", "in.dcm"));
        var output = Setup.Apply(input).Output!.Dataset;

        Assert.Equal("YES", output.GetString(DicomTag.PatientIdentityRemoved));
        Assert.Equal("113100",
            Assert.Single(output.GetItems(DicomTag.DeidentificationMethodCodeSequence)).GetString(DicomTag.CodeValue));
        Assert.Equal("REMOVED", output.GetString(DicomTag.LongitudinalTemporalInformationModified));
    }

    [Fact]
    public void Apply_ReferencesOfAStudy_StayConsistentOrAreParked()
    {
        var image = DicomFile.Open(SharedData.Require("bugs", "02-references-stay-consistent", "image.dcm"));
        var state = DicomFile.Open(SharedData.Require("bugs", "02-references-stay-consistent", "pr.dcm"));

        Assert.NotNull(Setup.Apply(image).Output);
        // A presentation state is not let out yet; its references must lead to the image all the same.
        Assert.NotNull(Setup.Apply(state).Parked);
        Assert.Equal(
            Setup.Apply(image).Output!.Dataset.GetString(DicomTag.SOPInstanceUID),
            Setup.Key.MapUid(state.Dataset.GetItems(DicomTag.ReferencedSeriesSequence)[0]
                .GetItems(DicomTag.ReferencedImageSequence)[0].GetString(DicomTag.ReferencedSOPInstanceUID)!));
    }

    [Fact]
    public void Apply_PrivateBlocks_GoWithTheirCreators()
    {
        var input = DicomFile.Open(SharedData.Require("bugs", "08-private-block-relocated", "in.dcm"));

        Assert.DoesNotContain(Setup.Apply(input).Output!.Dataset, i => i.Tag.IsPrivate);
    }

    [Fact]
    public void Apply_DatesOfEveryForm_MoveByTheSameDays()
    {
        var input = DicomFile.Open(SharedData.Require("bugs", "05-multivalue-and-odd-dates", "in.dcm")).Dataset;
        var output = Setup.Apply(DicomFile.Open(
            SharedData.Require("bugs", "05-multivalue-and-odd-dates", "in.dcm")), Setup.Research).Output!.Dataset;
        var days = new HashSet<int>();
        foreach (var element in input.OfType<DicomElement>().Where(e => e.VR == DicomVR.DA))
        {
            var (before, after) = (input.GetStrings(element.Tag), output.GetStrings(element.Tag));
            for (var i = 0; i < Math.Min(before.Count, after.Count); i++)
            {
                if (Text.TemporalText.ParseDate(before[i]) is { } old
                    && Text.TemporalText.ParseDate(after[i]) is { } moved)
                {
                    days.Add(moved.DayNumber - old.DayNumber);
                }
            }
        }

        Assert.True(Assert.Single(days) < 0);
    }

    [Fact]
    public void Apply_PresentationStateThatIsLetOut_LeadsToTheNewImage()
    {
        var profile = Setup.ParseProfile(
            """{ "options": [ "clean-graphics" ], "objects": { "presentationStates": "clean" } }""");
        var image = Setup.Apply(DicomFile.Open(
            SharedData.Require("bugs", "02-references-stay-consistent", "image.dcm")), profile).Output!.Dataset;
        var series = Setup.Apply(DicomFile.Open(
            SharedData.Require("bugs", "02-references-stay-consistent", "pr.dcm")), profile).Output!.Dataset
            .GetItems(DicomTag.ReferencedSeriesSequence)[0];

        Assert.Equal(image.GetString(DicomTag.SeriesInstanceUID), series.GetString(DicomTag.SeriesInstanceUID));
        Assert.Equal(image.GetString(DicomTag.SOPInstanceUID),
            series.GetItems(DicomTag.ReferencedImageSequence)[0].GetString(DicomTag.ReferencedSOPInstanceUID));
    }

    private static byte[] Written(DicomFile input, Profile profile, string path)
    {
        var result = Setup.Apply(input, profile);
        Assert.Null(result.Parked);
        result.Output!.Save(path);
        return File.ReadAllBytes(path);
    }
}
