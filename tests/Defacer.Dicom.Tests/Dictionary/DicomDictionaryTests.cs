using System.Diagnostics;
using System.Reflection;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Dictionary;

public sealed class DicomDictionaryTests
{
    [Fact]
    public void Tables_HoldTheWholeEdition()
    {
        // 5303 entries, of which seven are retired without name, keyword and VR.
        Assert.Equal(5303 - 7, DicomDictionary.Elements.Count);
        Assert.Equal(490, DicomDictionary.Uids.Count);
        Assert.Equal(10545, DicomDictionary.PrivateCount);
        Assert.StartsWith("PS3.6 ", DicomDictionary.Edition, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_AreWhatTheGeneratorWrites()
    {
        var input = Path.Combine(SharedData.Require("."), "..", "reference", "ps315", "dictionary.json.gz");
        var generator = Path.Combine(SharedData.RepositoryRoot, "src", "Defacer.Dicom", "Dictionary", "generate.py");
        Assert.SkipUnless(File.Exists(input) && File.Exists("/usr/bin/python3"), "The input or Python is absent.");
        using var folder = new TemporaryFolder();

        using var run = Process.Start("/usr/bin/python3", [generator, input, folder.Path]);
        run.WaitForExit();

        Assert.Equal(0, run.ExitCode);
        Assert.All(
            Directory.EnumerateFiles(folder.Path),
            path => Assert.Equal(File.ReadAllText(path),
                File.ReadAllText(Path.Combine(Path.GetDirectoryName(generator)!, Path.GetFileName(path)))));
        Assert.Equal(3, Directory.EnumerateFiles(folder.Path).Count());
    }

    [Fact]
    public void Elements_EachHasKnownVRsAndAVM()
    {
        Assert.All(DicomDictionary.Elements, e =>
        {
            Assert.DoesNotContain(null, e.VRs);
            Assert.True(e.VRs.Count > 0 || e.Tag.Group == 0xFFFE || e.IsRetired || e.VM.Length > 0, e.Keyword);
            Assert.NotEmpty(e.VM);
            Assert.NotEmpty(e.Name);
        });
    }

    [Fact]
    public void TagMembers_EachIsTheTagOfItsKeyword()
    {
        var members = Members<DicomTag>();

        Assert.All(members, m => Assert.Equal(m.Value, DicomDictionary.Find(m.Name)?.Tag));
        Assert.All(members, m => Assert.Equal(m.Name, m.Value.Keyword));
        Assert.True(members.Count > 5000);
    }

    [Fact]
    public void UidMembers_EachIsRegistered()
    {
        var members = Members<DicomUID>();

        Assert.All(members, m => Assert.NotNull(DicomDictionary.FindUid(m.Value.UID)));
        Assert.True(members.Count > 400);
    }

    [Fact]
    public void Find_RepeatingGroup_GivesItsEntry()
    {
        Assert.Equal("OverlayData", DicomDictionary.Find(new DicomTag(0x6002, 0x3000))?.Keyword);
        Assert.Equal("CurveData", DicomDictionary.Find(new DicomTag(0x50FE, 0x3000))?.Keyword);
        Assert.Null(DicomDictionary.Find(new DicomTag(0x6001, 0x3000)));
    }

    [Theory]
    [InlineData("SIEMENS CSA HEADER", 0x0029, 0x1008, "CS")]
    [InlineData("SIEMENS CSA HEADER", 0x0029, 0xFF08, "CS")]
    [InlineData("GEMS_ACQU_01", 0x0019, 0x1002, "SL")]
    [InlineData("GEMS_IDEN_01", 0x0009, 0x10FF, "LO")] // 000910xx
    [InlineData("PAPYRUS 3.0", 0x6021, 0x10C0, "SQ")] // 60xxxxC0
    [InlineData("nobody", 0x0019, 0x1002, "UN")]
    public void ImplicitVR_PrivateElement_IsFoundByItsCreator(
        string creator, ushort group, ushort element, string vr) =>
        Assert.Equal(vr, DicomDictionary.ImplicitVR(new DicomTag(group, element), creator).Code);

    [Theory]
    [InlineData(0x0008, 0x0000, "UL")]
    [InlineData(0x0009, 0x0010, "LO")]
    [InlineData(0x7FE0, 0x0010, "OW")]
    [InlineData(0x0008, 0x0018, "UI")]
    [InlineData(0x0008, 0x7777, "UN")]
    public void ImplicitVR_OtherElement_FollowsTheStandard(ushort group, ushort element, string vr) =>
        Assert.Equal(vr, DicomDictionary.ImplicitVR(new DicomTag(group, element), null).Code);

    private static List<(string Name, T Value)> Members<T>() =>
        [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(p => p.PropertyType == typeof(T))
            .Select(p => (p.Name, (T)p.GetValue(null)!))];
}
