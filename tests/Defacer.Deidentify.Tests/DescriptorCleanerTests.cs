using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using FsCheck.Xunit;
using Xunit;

namespace Defacer.Deidentify.Tests;

public sealed class DescriptorCleanerTests
{
    private static readonly Deidentifier s_engine = new(
        Setup.ParseProfile("""
            { "options": [ "clean-descriptors" ], "descriptors": { "keepWords": [ "Zebrafish" ] } }
            """),
        Setup.Key);

    // The patient is Mustermann^Erika, PID-47110815, born 1964-08-12, accession ACC4711; the head is a referrer's name.
    [Theory]
    [InlineData("T1 MPRAGE sag p2 iso", "T1 MPRAGE sag p2 iso")]
    [InlineData("t1_mprage_sag_p2_iso_1.0mm", "t1_mprage_sag_p2_iso_1.0mm")]
    [InlineData("CT, HEAD/BRAIN WO CONTRAST", "CT, HEAD/BRAIN WO CONTRAST")]
    [InlineData("Thorax^1HEAD_NECK_PETCT", "Thorax^1HEAD_NECK_PETCT")]
    [InlineData("XR C Spine Comp Min 4 Views", "XR C Spine Comp Min 4 Views")]
    [InlineData("*tfl3d1_16ns", "*tfl3d1_16ns")]
    [InlineData("AX. FSE PD", "AX. FSE PD")]
    [InlineData("T2 FLAIR Mustermann", "T2 FLAIR")]
    [InlineData("MUSTERMANN_ERIKA_T2", "T2")]
    [InlineData("Brain, Frau Dr. Erika M., follow-up", "Brain follow-up")]
    [InlineData("Head 4711-0815 axial", "Head axial")]
    [InlineData("PID 4711 0815 head", "head")]
    [InlineData("brain acc.4711 contrast", "brain contrast")]
    [InlineData("Brain 12.08.1964", "Brain")]
    [InlineData("Brain 12 Aug 1964 follow", "Brain follow")]
    [InlineData("Brain August 12, 1964", "Brain")]
    [InlineData("Brain 1964-08-12T10:15:00 FLAIR", "Brain FLAIR")]
    [InlineData("Brain 120864 FLAIR", "Brain FLAIR")]
    [InlineData("call +49 (69) 555-1234 brain", "brain")]
    [InlineData("mail x.y@clinic.example brain", "brain")]
    [InlineData("see http://pacs.example/1 brain", "see brain")]
    [InlineData("brain Allgemeinkrankenhaus Musterstadt", "brain")]
    [InlineData("brain Zebrafish", "brain Zebrafish")]
    [InlineData("Marker 3 decubitus MAR 3", "Marker 3 decubitus")]
    [InlineData("RADSTOCK head", "head")]
    [InlineData("Unbekannt", null)]
    public void Apply_Description_KeepsWhatIsKnownToBeHarmless(string text, string? expected)
    {
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(DicomTag.ReferringPhysicianName, DicomVR.PN, "Radstock^Lens^^Prof.");
        file.Dataset.AddOrUpdate(DicomTag.InstitutionName, DicomVR.LO, "Allgemeinkrankenhaus Musterstadt");
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, text);

        Assert.Equal(expected, Apply(file).GetString(DicomTag.SeriesDescription));
    }

    // Whatever the order, the separators and the case: nothing of the person is left, every harmless word is.
    [Property]
    public bool Apply_NamesAmongWords_GoAndWordsStay(byte[] choices)
    {
        string[] names =
            ["Mustermann", "ERIKA", "mustermann^erika", "PID-47110815", "47110815", "acc 4711", "19640812"];
        string[] words = ["T1", "FLAIR", "axial", "Brain", "contrast"];
        string[] separators = [" ", "_", "^", ", ", " - "];
        var text = new StringBuilder();
        var expected = new List<string>();
        foreach (var choice in choices.Take(8))
        {
            var isName = (choice & 1) == 1;
            var word = isName ? names[(choice >> 1) % names.Length] : words[(choice >> 1) % words.Length];
            text.Append(text.Length > 0 ? separators[choice % separators.Length] : "").Append(word);
            if (!isName)
            {
                expected.Add(word);
            }
        }

        var file = Setup.Image();
        file.Dataset.AddOrUpdate(
            new DicomElement(DicomTag.SeriesDescription, DicomVR.LO, Encoding.ASCII.GetBytes(text.ToString())));
        var left = Apply(file).GetString(DicomTag.SeriesDescription) ?? string.Empty;
        return expected.SequenceEqual(
            left.Split([' ', '_', '^', ',', '-'], StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Apply_WordThatIsThePatientsName_GoesAlthoughItIsAWord()
    {
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, "HEAD^BRAIN");
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, "T1 HEAD axial");

        Assert.Equal("T1 axial", Apply(file).GetString(DicomTag.SeriesDescription));
    }

    [Fact]
    public void Apply_StudyKnowledge_CleansWhatAnotherObjectNames()
    {
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, "T1 volume left");
        var other = Setup.Image();
        other.Dataset.AddOrUpdate(DicomTag.OperatorsName, DicomVR.PN, "Volume^Left");
        var study = s_engine.Know([file, other]);

        Assert.Equal("T1", s_engine.Apply(file, false, study, TestContext.Current.CancellationToken).Output!.Dataset
            .GetString(DicomTag.SeriesDescription));
    }

    [Fact]
    public void Apply_DescriptionInAnotherCharacterSet_StaysInIt()
    {
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, DicomVR.CS, "ISO_IR 100");
        file.Dataset.AddOrUpdate(DicomTag.SeriesDescription, DicomVR.LO, "Schädel Müller");
        var words = new Deidentifier(Setup.ParseProfile("""
            { "options": [ "clean-descriptors" ], "descriptors": { "keepWords": [ "Schädel" ] } }
            """), Setup.Key);
        var utf8 = new Deidentifier(Setup.ParseProfile("""
            {
              "options": [ "clean-descriptors" ],
              "descriptors": { "keepWords": [ "Schädel" ] }, "characterSet": "utf-8"
            }
            """), Setup.Key);

        var asReceived = words.Apply(file, false, TestContext.Current.CancellationToken).Output!.Dataset;
        var inUtf8 = utf8.Apply(file, false, TestContext.Current.CancellationToken).Output!.Dataset;

        Assert.Equal("Schädel", asReceived.GetString(DicomTag.SeriesDescription));
        Assert.Equal("ISO_IR 100", asReceived.GetString(DicomTag.SpecificCharacterSet));
        Assert.Equal("Schädel", inUtf8.GetString(DicomTag.SeriesDescription));
        Assert.Equal("ISO_IR 192", inUtf8.GetString(DicomTag.SpecificCharacterSet));
        Assert.True(inUtf8.GetElement(DicomTag.SeriesDescription)!.Value.Span.IndexOf("ä"u8) > 0);
    }

    private static DicomDataset Apply(DicomFile file) =>
        s_engine.Apply(file, false, TestContext.Current.CancellationToken).Output!.Dataset;
}
