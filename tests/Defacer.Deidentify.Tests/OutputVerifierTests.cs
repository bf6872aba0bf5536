using System.Text;
using Defacer.Deidentify.Verify;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>What the engine might let through is put into an output by hand; the verifier must see it, and only
/// it.</summary>
public sealed class OutputVerifierTests
{
    private static readonly DicomTag s_text = DicomTag.Parse("ConvolutionKernel");
    private static readonly DicomTag s_code = DicomTag.Parse("BodyPartExamined");

    [Theory]
    [InlineData("for Mustermann")]
    [InlineData("MUSTERMANN")]
    [InlineData("xMustermannx")]
    [InlineData("Erika")]
    [InlineData("pid-47110815")]
    [InlineData("PID47110815")]
    [InlineData("47 ACC4711")]
    [InlineData("20240315101112")]
    [InlineData("2024-03-15")]
    [InlineData("15.03.2024")]
    [InlineData("19640812")]
    [InlineData("1.2.3.4.5.6.7.8")]
    public void Check_IdentityInText_IsAHit(string text) => Assert.Single(Check(s_text, DicomVR.LO, text).Hits);

    [Theory]
    [InlineData("Rerikane")]
    [InlineData("120240315")]
    [InlineData("1.2.3.4.5.6.7.88")]
    [InlineData("H30s")]
    public void Check_ChanceInText_IsNoHit(string text) => Assert.Empty(Check(s_text, DicomVR.LO, text).Hits);

    [Fact]
    public void Check_PatientNamedAsADefinedTerm_CountsInTextOnly()
    {
        Assert.Empty(Check(s_code, DicomVR.CS, "HEAD", "Head^Hfs").Hits);
        Assert.Single(Check(s_text, DicomVR.LO, "HEAD", "Head^Hfs").Hits);
        Assert.Single(Check(s_code, DicomVR.CS, "MILLER", "Miller^Hfs").Hits);
        Assert.Empty(Check(DicomTag.LongitudinalTemporalInformationModified, DicomVR.CS, "REMOVED", "Removed^X").Hits);
    }

    [Fact]
    public void Check_PatientNamedAsThisProgram_CountsInTextOnly()
    {
        Assert.Empty(Check(DicomTag.Modality, DicomVR.CS, "MR", "Defacer^Basic").Hits);
        Assert.Single(Check(s_text, DicomVR.LO, "by Defacer", "Defacer^Basic").Hits);
    }

    [Fact]
    public void Check_NameInOtherCharacterSets_IsAHit()
    {
        foreach (
            var encoding in new Encoding[] { Encoding.UTF8, Encoding.Latin1, Encoding.Unicode,
            Encoding.BigEndianUnicode })
        {
            var bytes = encoding.GetBytes("Müller");
            var result = CheckItem(new DicomElement(s_text, DicomVR.UT, bytes), Named("Müller^Jörg"));
            Assert.True(result.Hits.Count > 0, encoding.WebName);
        }
    }

    [Fact]
    public void Check_NameInPixelData_IsAHitWhereItIsLong()
    {
        var pixels = new byte[300_000];
        "MUSTERMANN"u8.CopyTo(pixels.AsSpan(262_140));
        "Erika"u8.CopyTo(pixels.AsSpan(1000));

        Assert.Single(CheckItem(new DicomElement(DicomTag.PixelData, DicomVR.OB, pixels), Setup.Image()).Hits);
    }

    [Fact]
    public void Check_NameInPrivateAndNestedValues_IsAHit()
    {
        var item = new DicomDataset(new DicomElement(DicomTag.PatientComments, DicomVR.UN, "Mustermann"u8.ToArray()));
        var result = CheckItem(new DicomSequence(DicomTag.Parse("ScheduledSpecimenSequence"), item), Setup.Image());

        Assert.Equal("(0040,0500).(0010,4000)", Assert.Single(result.Hits).Path);
    }

    [Fact]
    public void Check_OutputWithoutMarks_HasProblems()
    {
        using var folder = new TemporaryFolder();
        var original = Setup.Image();
        original.Save(folder["out.dcm"]);
        var result = Setup.Verify(folder["out.dcm"], original);

        Assert.Contains(result.Problems, p => p.Contains("(0012,0062)", StringComparison.Ordinal));
        Assert.Contains(result.Problems, p => p.Contains("(0028,0303)", StringComparison.Ordinal));
        Assert.NotEmpty(result.Hits);
        Assert.Equal(Defacer.Imaging.ParkCause.IdentityFound, result.Parked!.Cause);
        Assert.DoesNotContain("Mustermann", result.Parked.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Check_LeftoversOfTheSource_AreProblems()
    {
        using var folder = new TemporaryFolder();
        var output = Setup.Apply(Setup.Image()).Output!;
        output.FileMetaInfo.AddOrUpdate(DicomTag.SourceApplicationEntityTitle, DicomVR.AE, "HOSPITAL1");
        output.Dataset.AddOrUpdate(new DicomTag(0x0029, 0x1001), DicomVR.LO, "orphan");
        output.Dataset.AddOrUpdate(new DicomTag(0x0031, 0x0010), DicomVR.LO, "EMPTY BLOCK");
        output.Save(folder["out.dcm"]);

        var problems = Setup.Verify(folder["out.dcm"], Setup.Image()).Problems;

        Assert.Contains(problems, p => p.StartsWith("(0002,0016)", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("(0029,1001)", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("(0031,0010)", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_ClaimOfARemovedFace_MustBeMarked()
    {
        using var folder = new TemporaryFolder();
        var output = Setup.Apply(Setup.Image(), faceRemoved: true).Output!;
        output.Dataset.Remove(DicomTag.RecognizableVisualFeatures);
        output.Save(folder["out.dcm"]);

        Assert.Contains(Setup.Verify(folder["out.dcm"], Setup.Image()).Problems, p =>
            p.Contains("113102", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_DateThatMovedOntoAnotherDateOfTheStudy_IsNoHit()
    {
        var original = Setup.Image();
        original.Dataset.AddOrUpdate(DicomTag.AcquisitionDate, DicomVR.DA, "20240310");
        Assert.Empty(CheckDate(original, "20240310", RetainedIdentity.MovedDates).Hits);
        Assert.Single(CheckDate(original, "20240315", RetainedIdentity.MovedDates).Hits);
        Assert.Single(CheckDate(original, "20240310", RetainedIdentity.None).Hits);
    }

    [Fact]
    public void Check_RetainedDates_AreNoHitsButTheDateOfBirthIs()
    {
        var original = Setup.Image();
        Assert.Empty(CheckDate(original, "20240315", RetainedIdentity.Dates).Hits);
        Assert.Single(CheckDate(original, "19640812", RetainedIdentity.Dates).Hits);
    }

    [Fact]
    public void Check_ClaimToRetainWhatMayNotBe_IsAProblem()
    {
        using var folder = new TemporaryFolder();
        var output = Setup.Apply(Setup.Image()).Output!;
        output.Dataset.AddOrUpdate(DicomTag.LongitudinalTemporalInformationModified, DicomVR.CS, "UNMODIFIED");
        output.Dataset.GetItems(DicomTag.DeidentificationMethodCodeSequence)[0].AddOrUpdate(
            DicomTag.CodeValue, DicomVR.SH, "113110");
        output.Save(folder["out.dcm"]);

        var problems = Setup.Verify(folder["out.dcm"], Setup.Image()).Problems;

        Assert.Contains(problems, p => p.StartsWith("(0028,0303)", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("(0012,0064) claims to retain", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_UidOfTwoOriginals_IsAProblem()
    {
        using var folder = new TemporaryFolder();
        var references = new ReferenceCheck();
        var (first, second) = (Setup.Image(), Setup.Image());
        second.Dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, "1.2.3.4.5.6.7.9");
        Setup.Apply(first).Output!.Save(folder["a.dcm"]);
        var merged = Setup.Apply(second).Output!;
        merged.Dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, Setup.Key.MapUid("1.2.3.4.5.6.7.8"));
        merged.Save(folder["b.dcm"]);
        var identities = IdentitySet.Collect([first, second]);
        var token = TestContext.Current.CancellationToken;

        Assert.Empty(OutputVerifier.Check(folder["a.dcm"], identities, first, references, token).Problems);
        Assert.Contains(
            OutputVerifier.Check(folder["b.dcm"], identities, second, references, token).Problems,
            p => p.StartsWith("(0008,0018) has the UID that stands for another one", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_WordsOfAMailAddress_NameNobody()
    {
        var original = Setup.Image();
        original.Dataset.AddOrUpdate(DicomTag.PatientTelecomInformation, DicomVR.LT, "erika@clinic.example, 030 5550199");
        Assert.Empty(CheckItem(new DicomElement(s_text, DicomVR.LO, "an example "u8.ToArray()), original).Hits);
        Assert.NotEmpty(CheckItem(new DicomElement(s_text, DicomVR.LO, "at 5550199"u8.ToArray()), original).Hits);
    }

    private static VerifyResult CheckDate(DicomFile original, string date, RetainedIdentity retained)
    {
        using var folder = new TemporaryFolder();
        var output = Setup.Apply(original).Output!;
        output.Dataset.AddOrUpdate(DicomTag.StudyDate, DicomVR.DA, date);
        output.Save(folder["out.dcm"]);
        return OutputVerifier.Check(folder["out.dcm"], IdentitySet.Collect([original], retained), original,
            null, TestContext.Current.CancellationToken);
    }

    private static DicomFile Named(string name)
    {
        var file = Setup.Image();
        file.Dataset.AddOrUpdate(DicomTag.SpecificCharacterSet, DicomVR.CS, "ISO_IR 192");
        file.Dataset.AddOrUpdate(DicomTag.PatientName, DicomVR.PN, name);
        return file;
    }

    private static VerifyResult Check(DicomTag tag, DicomVR vr, string text, string? name = null) => CheckItem(
        new DicomElement(tag, vr, Encoding.ASCII.GetBytes(text + (text.Length % 2 == 1 ? " " : string.Empty))),
            name is null ? Setup.Image() : Named(name));

    private static VerifyResult CheckItem(DicomItem item, DicomFile original)
    {
        using var folder = new TemporaryFolder();
        var output = Setup.Apply(original).Output!;
        output.Dataset.AddOrUpdate(item);
        output.Save(folder["out.dcm"]);
        return Setup.Verify(folder["out.dcm"], original);
    }
}
