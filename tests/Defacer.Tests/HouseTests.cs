using System.Text.RegularExpressions;
using Defacer.Testing;
using Xunit;
using Types = NetArchTest.Rules.Types;

namespace Defacer.Tests;

/// <summary>The rules of the house: arrows between projects and namespaces, sizes, names, habits.</summary>
public partial class HouseTests
{
    private const int MaxFileLines = 300;
    private const int MaxLineCharacters = 180;

    private static readonly Dictionary<string, string[]> s_arrows = new(StringComparer.Ordinal)
    {
        ["Defacer.Dicom"] = [],
        ["Defacer.Imaging"] = ["Defacer.Dicom"],
        ["Defacer.Deface"] = ["Defacer.Imaging"],
        ["Defacer.Deidentify"] = ["Defacer.Imaging"],
        ["Defacer"] = ["Defacer.Deface", "Defacer.Deidentify"],
    };

    public static TheoryData<string, string[]> NamespaceRules => new()
    {
        { "Defacer.Receive",
            ["Defacer.Assemble", "Defacer.Process", "Defacer.Forward", "Defacer.Hosting", "Defacer.Cli"] },
        { "Defacer.Assemble",
            ["Defacer.Receive", "Defacer.Process", "Defacer.Forward", "Defacer.Hosting", "Defacer.Cli"] },
        { "Defacer.Process",
            ["Defacer.Receive", "Defacer.Assemble", "Defacer.Forward", "Defacer.Hosting", "Defacer.Cli"] },
        { "Defacer.Forward",
            ["Defacer.Receive", "Defacer.Assemble", "Defacer.Process", "Defacer.Hosting", "Defacer.Cli"] },
        { "Defacer.Spool",
            ["Defacer.Ledger", "Defacer.Observe", "Defacer.Receive", "Defacer.Assemble", "Defacer.Process",
            "Defacer.Forward", "Defacer.Hosting", "Defacer.Cli"] },
        { "Defacer.Ledger",
            ["Defacer.Spool", "Defacer.Observe", "Defacer.Receive", "Defacer.Assemble", "Defacer.Process",
            "Defacer.Forward", "Defacer.Hosting", "Defacer.Cli"] },
        { "Defacer.Deface.Gate", ["Defacer.Deface.Methods", "Defacer.Deface.Fill"] },
        { "Defacer.Deidentify.Verify", ["Defacer.Deidentify.Profiles", "Defacer.Deidentify.Actions"] },
    };

    [Fact]
    public void Projects_References_PointOneWay()
    {
        foreach (var (project, allowed) in s_arrows)
        {
            var text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "src", project, project + ".csproj"));
            var references = ProjectReference().Matches(text).Select(m => m.Groups[1].Value);
            Assert.Equal(allowed.Order(), references.Order());
        }
    }

    [Theory]
    [MemberData(nameof(NamespaceRules))]
    public void Namespaces_Dependencies_PointOneWay(string from, string[] forbidden)
    {
        var assemblies = new[] { typeof(Defacer.Hosting.Node).Assembly, typeof(Deface.StudyDefacer).Assembly,
            typeof(Deidentify.Deidentifier).Assembly };
        foreach (var type in Types.InAssemblies(assemblies).That().ResideInNamespace(from).GetTypes())
        {
            Assert.StartsWith(from, type.FullName, StringComparison.Ordinal);
        }

        var result = Types.InAssemblies(assemblies).That().ResideInNamespace(from).ShouldNot().HaveDependencyOnAny(
            forbidden).GetResult();

        Assert.True(result.IsSuccessful, string.Join(", ", (result.FailingTypes ?? []).Select(t => t.FullName)));
    }

    [Fact]
    public void Dicom_ProductWords_AreUnknownThere()
    {
        var words = ProductWord();
        Assert.Empty(Sources("src/Defacer.Dicom").SelectMany(f => f.Lines
            .Where(l => !l.Text.TrimStart().StartsWith('/') && words.IsMatch(l.Text))
            .Select(l => $"{f.Path}:{l.Number}: {l.Text.Trim()}")));
    }

    [Fact]
    public void Sources_Files_StayShort() => Assert.Empty(
        Sources("src", "tests").Where(
            f => f.Lines.Count > MaxFileLines && !f.Path.EndsWith("Tests.cs", StringComparison.Ordinal))
            .Select(f => $"{f.Path}: {f.Lines.Count} lines"));

    [Fact]
    public void Sources_Lines_StayReadable() => Assert.Empty(Find(l => l.Length > MaxLineCharacters));

    [Fact]
    public void Sources_NoRegionBlocks() =>
        Assert.Empty(Find(l => l.TrimStart().StartsWith("#reg" + "ion", StringComparison.Ordinal)));

    [Fact]
    public void Sources_NothingIsLeftForLater() =>
        Assert.Empty(Find(l => Regex.IsMatch(l, @"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b")));

    [Fact]
    public void Sources_TypeNames_SayWhatTheyAre() => Assert.Empty(Find(l => BannedName().IsMatch(l)));

    [Fact]
    public void Sources_Types_LieInTheNamespaceOfTheirFolder()
    {
        foreach (var source in Sources("src").Where(f => !f.Path.EndsWith("Program.cs", StringComparison.Ordinal)))
        {
            var expected = Path.GetDirectoryName(source.Path)!.Replace('\\', '/')["src/".Length..].Replace('/', '.');
            Assert.Contains(source.Lines, l => l.Text == $"namespace {expected};");
        }
    }

    [Fact]
    public void Node_ConsoleOutput_IsForVerbsOnly() => Assert.Empty(
        Sources("src").Where(f => !f.Path.Replace('\\', '/').StartsWith("src/Defacer/Cli/", StringComparison.Ordinal))
            .SelectMany(
                f => f.Lines.Where(l => Regex.IsMatch(l.Text, @"\bConsole\.(Write|Out|Error)")).Select(
                l => $"{f.Path}:{l.Number}")));

    [Fact]
    public void LogCalls_PatientAttributes_AreNeverMentioned() => Assert.Empty(
        Find(l => Regex.IsMatch(l, @"\b[Ll]og\.Log\w+\(") && Regex.IsMatch(l,
            @"Patient|Accession|InstanceUID|BirthDate")));

    private static IEnumerable<string> Find(Predicate<string> condition) => Sources("src", "tests")
        .SelectMany(f => f.Lines.Where(l => condition(l.Text)).Select(l => $"{f.Path}:{l.Number}: {l.Text.Trim()}"));

    private static IEnumerable<(string Path, IReadOnlyList<(int Number, string Text)> Lines)> Sources(
        params string[] folders) => folders
        .SelectMany(f => Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, f), "*.cs",
            SearchOption.AllDirectories))
        .Where(p => !p.EndsWith(".g.cs", StringComparison.Ordinal) && !Built().IsMatch(p))
        .Select(p => (
            Path.GetRelativePath(SharedData.RepositoryRoot, p),
            (IReadOnlyList<(int, string)>)[.. File.ReadLines(p).Select((text, i) => (i + 1, text))]));

    [GeneratedRegex(@"<ProjectReference Include=""\.\./[^/]+/([\w.]+)\.csproj""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();

    [GeneratedRegex(@"\b(Jobs?|Routes?|Deface|Defaced|Pseudonym)\b")]
    private static partial Regex ProductWord();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+\w*(Helper|Manager|Utils|Utility|Common|Impl)\b")]
    private static partial Regex BannedName();
}
