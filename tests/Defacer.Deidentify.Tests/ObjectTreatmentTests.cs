using Defacer.Deidentify.Profiles;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>Objects beside images, under a profile that names their kinds.</summary>
public sealed class ObjectTreatmentTests
{
    private static readonly Profile s_all = Setup.ParseProfile("""
        {
          "options": [ "clean-graphics", "clean-descriptors" ],
          "objects": {
            "structuredReports": "clean", "keyObjects": "clean", "presentationStates": "clean",
            "registrations": "clean", "segmentations": "clean", "structureSets": "clean", "plans": "clean",
            "waveforms": "clean"
          },
          "unverifiedPixelText": "pass"
        }
        """);

    [Fact]
    public void Apply_Report_LosesItsWordsAndKeepsMeasurementsAndReferences()
    {
        var file = Setup.Image("1.2.840.10008.5.1.4.1.1.88.33");
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.ContentSequence,
            Item("TEXT", (DicomTag.TextValue, DicomVR.UT, "Seen by a neighbour")),
            Item("PNAME", (DicomTag.PersonName, DicomVR.PN, "Other^Person")),
            Item("DATE", (DicomTag.Date, DicomVR.DA, "20240314")),
            Container(Item("NUM"), Item("TEXT", (DicomTag.TextValue, DicomVR.UT, "nested words"))),
            Item("UIDREF", (DicomTag.UID, DicomVR.UI, "1.2.3.4.5.6.7.8"))));
        var output = Setup.Apply(file, s_all).Output!;
        var items = output.Dataset.GetItems(DicomTag.ContentSequence);

        Assert.Equal(["CONTAINER", "UIDREF"], items.Select(i => i.GetString(DicomTag.ValueType)!));
        Assert.Equal("NUM", Assert.Single(items[0].GetItems(DicomTag.ContentSequence)).GetString(DicomTag.ValueType));
        Assert.Equal(output.Dataset.GetString(DicomTag.SOPInstanceUID), items[1].GetString(DicomTag.UID));
        // More stays than D on the content allows, and no table says that it is clean.
        Assert.DoesNotContain(output.Dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence),
            i => i.GetString(DicomTag.CodeValue) is "113100" or "113104");
    }

    [Fact]
    public void Apply_StructureSet_LosesTheSkinEverywhere()
    {
        var file = Setup.Image("1.2.840.10008.5.1.4.1.1.481.3");
        file.Dataset.AddOrUpdate(new DicomSequence(
            DicomTag.StructureSetROISequence, Roi(1, "BrainStem"), Roi(2, "BODY"), Roi(3, "Target")));
        file.Dataset.AddOrUpdate(new DicomSequence(
            DicomTag.ROIContourSequence, Reference(1), Reference(2), Reference(3)));
        var external = Reference(3);
        external.AddOrUpdate(DicomTag.RTROIInterpretedType, DicomVR.CS, "EXTERNAL");
        file.Dataset.AddOrUpdate(new DicomSequence(
            DicomTag.RTROIObservationsSequence, Reference(1), Reference(2), external));
        var output = Setup.Apply(file, s_all).Output!.Dataset;

        Assert.Equal(1, Only(DicomTag.StructureSetROISequence).GetInt(DicomTag.ROINumber));
        Assert.Equal(1, Only(DicomTag.ROIContourSequence).GetInt(DicomTag.ReferencedROINumber));
        Assert.Equal(1, Only(DicomTag.RTROIObservationsSequence).GetInt(DicomTag.ReferencedROINumber));

        DicomDataset Only(DicomTag sequence) => Assert.Single(output.GetItems(sequence));
    }

    [Theory]
    [InlineData("1.2.840.10008.5.1.4.1.1.481.3")]
    [InlineData("1.2.840.10008.5.1.4.1.1.481.2")]
    public void Apply_OutlineUnderTheDefaultProfile_LeavesOnlyClippedAndThenWhole(string sopClass)
    {
        var file = Setup.Image(sopClass);
        file.Dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "RTSTRUCT");
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.StructureSetROISequence, Roi(1, "BODY"), Roi(2, "Target")));
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.ROIContourSequence, Reference(1), Reference(2)));

        Assert.Equal(ParkCause.UnsupportedObject, Setup.Apply(file, Setup.Research).Parked!.Cause);
        var output = Setup.Apply(file, Setup.Research, faceRemoved: true).Output!.Dataset;

        Assert.Equal(2, output.GetItems(DicomTag.ROIContourSequence).Count);
        Assert.Equal("NO", output.GetString(DicomTag.RecognizableVisualFeatures));
    }

    [Theory]
    [InlineData("doses", "clean")]
    [InlineData("registrations", "clip")]
    [InlineData("structureSets", "keep")]
    public void Load_TreatmentThatAKindDoesNotHave_IsAnError(string kind, string treatment)
    {
        var error = Assert.Throws<ProfileException>(() =>
            Setup.ParseProfile($$"""{ "objects": { "{{kind}}": "{{treatment}}" } }"""));

        Assert.Contains(kind, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hippocampus", "Hippocampus", true)]
    [InlineData("Skin", "Hippocampus", false)]
    [InlineData("Mass", "Facial structure", false)]
    public void Apply_Segmentation_GoesOutOnlyWithoutSurfaces(string label, string type, bool leaves)
    {
        var segment = new DicomDataset();
        segment.AddOrUpdate(DicomTag.SegmentLabel, DicomVR.LO, label);
        var code = new DicomDataset();
        code.AddOrUpdate(DicomTag.CodeMeaning, DicomVR.LO, type);
        segment.AddOrUpdate(new DicomSequence(DicomTag.SegmentedPropertyTypeCodeSequence, code));
        var file = Setup.Image("1.2.840.10008.5.1.4.1.1.66.4");
        file.Dataset.AddOrUpdate(new DicomSequence(DicomTag.SegmentSequence, segment));

        Assert.Equal(leaves, Setup.Apply(file, s_all).Output is not null);
    }

    [Theory]
    [InlineData("1.2.840.10008.5.1.4.1.1.104.1")]
    [InlineData("1.2.840.10008.5.1.4.1.1.481.2")]
    [InlineData("1.2.840.10008.5.1.4.1.1.66")]
    [InlineData("1.2.840.10008.5.1.4.1.1.66.5")]
    [InlineData("1.3.12.2.1107.5.9.1")]
    public void Apply_KindThatNothingMakesSafe_IsParkedUnderEveryProfile(string sopClass)
    {
        Assert.Equal(ParkCause.UnsupportedObject, Setup.Apply(Setup.Image(sopClass), s_all).Parked!.Cause);
    }

    [Fact]
    public void Apply_EveryObjectOfTheFixtures_IsCleanOrParkedAndItsReferencesLeadToMappedInstances()
    {
        var root = SharedData.Require("fixtures", "objects");
        using var folder = new TemporaryFolder();
        var engine = new Deidentifier(s_all, Setup.Key);
        var problems = new List<string>();
        var written = 0;
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            if (DicomFileOrNull(path) is not { } input
                || engine.Apply(input, false, TestContext.Current.CancellationToken).Output is not { } output)
            {
                continue;
            }

            output.Save(folder["out.dcm"]);
            written++;
            problems.AddRange(Setup.Verify(folder["out.dcm"], input, engine).Hits.Select(h => $"{path}: {h}"));
            var expected = References(input.Dataset).Select(Setup.Key.MapUid).ToHashSet(StringComparer.Ordinal);
            problems.AddRange(References(output.Dataset).Where(r => !expected.Contains(r) && r != Setup.Key.MapUid("0"))
                .Select(_ => $"{path}: a reference leads nowhere"));
        }

        Assert.True(written > 50, $"{written} written");
        Assert.True(problems.Count == 0, string.Join('\n', problems.Distinct()));
    }

    private static DicomFile? DicomFileOrNull(string path)
    {
        try
        {
            return DicomFile.Open(path);
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    private static List<string> References(DicomDataset root)
    {
        var found = new List<string>();
        var open = new Stack<DicomDataset>([root]);
        while (open.TryPop(out var dataset))
        {
            if (dataset.GetString(DicomTag.ReferencedSOPInstanceUID) is { } uid
                && !uid.StartsWith("1.2.840.10008.", StringComparison.Ordinal))
            {
                found.Add(uid);
            }

            foreach (var child in dataset.OfType<DicomSequence>().SelectMany(s => s.Items))
            {
                open.Push(child);
            }
        }

        return found;
    }

    private static DicomDataset Item(string type, params (DicomTag Tag, DicomVR VR, string Value)[] values)
    {
        var item = new DicomDataset();
        item.AddOrUpdate(DicomTag.RelationshipType, DicomVR.CS, "CONTAINS");
        item.AddOrUpdate(DicomTag.ValueType, DicomVR.CS, type);
        foreach (var (tag, vr, value) in values)
        {
            item.AddOrUpdate(DicomElement.FromText(tag, vr, value));
        }

        return item;
    }

    private static DicomDataset Container(params DicomDataset[] items)
    {
        var item = Item("CONTAINER");
        item.AddOrUpdate(new DicomSequence(DicomTag.ContentSequence, items));
        return item;
    }

    private static DicomDataset Roi(int number, string name)
    {
        var roi = new DicomDataset();
        roi.AddOrUpdateIS(DicomTag.ROINumber, number);
        roi.AddOrUpdate(DicomTag.ROIName, DicomVR.LO, name);
        return roi;
    }

    private static DicomDataset Reference(int number)
    {
        var item = new DicomDataset();
        item.AddOrUpdateIS(DicomTag.ReferencedROINumber, number);
        return item;
    }
}
