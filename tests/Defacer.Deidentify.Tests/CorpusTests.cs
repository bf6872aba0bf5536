using System.Security.Cryptography;
using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Deidentify.Tests;

/// <summary>Every fixture and the real series: written or refused with a cause, nothing found, no new error of the
/// IOD.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    // As a site has it, which blanks or parks what may show text; and with all pixels let through, so that most of the
    // fixtures is written.
    private const string Unmodified = ", as shipped";
    private const string AnyPixels = ", any pixels";
    private const string Written = "written";
    private const string Unreadable = "unreadable";
    private const string NewError = "new errors of dciodvfy";
    private const string Hit = "hits";
    private const string Problem = "problems";
    private const string Threw = "exceptions";

    [Fact]
    public void Apply_EveryFixtureUnderEveryShippedProfile_IsWrittenCleanOrRefusedWithACause()
    {
        var root = SharedData.Require("fixtures");
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is not (".csv" or ".md" or ".gz" or ".raw"));
        Run(files, root, [.. Setup.Shipped.SelectMany(p => new[] { p + Unmodified, p + AnyPixels })]);
    }

    [Theory]
    [InlineData("ct-chest-thick")]
    [InlineData("ct-head-neck-full-face")]
    [InlineData("ct-head-tilt-partial-face")]
    [InlineData("mr-cylinder-jpegll-fragments")]
    [InlineData("mr-dti-enhanced-4d")]
    [InlineData("mr-fruit-tagged-refaced")]
    [InlineData("mr-pd-ax-thick-partial-face")]
    [InlineData("mr-t1-ax-already-defaced")]
    [InlineData("mr-t1-enhanced-multiframe")]
    [InlineData("mr-t1-sag-adult-hfdl")]
    [InlineData("mr-t1-sag-adult-hfs")]
    [InlineData("mr-t1-sag-child-3y")]
    [InlineData("pet-wholebody-head")]
    public void Apply_RealSeries_IsWrittenClean(string series)
    {
        var root = Archive.Unpack("dicom", series + ".tar.xz");
        var files =
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(2);
        Assert.True(Run(files, root, ["research" + AnyPixels, "retain-dates" + Unmodified]) > 0, "no instance was written");
    }

    private int Run(IEnumerable<string> files, string root, IReadOnlyList<string> profiles)
    {
        using var target = new TemporaryFolder();
        var problems = new List<string>();
        var written = 0;
        var all = files.Order(StringComparer.Ordinal).ToList();
        var patients = Setup.Mapping(all);
        var engines = profiles.Select(p => (Name: p, Engine: new Deidentifier(p.EndsWith(Unmodified, StringComparison.Ordinal)
            ? Setup.WithSubjects(p[..^Unmodified.Length], patients)
            : Setup.AnyPixels(p[..^AnyPixels.Length], patients), Setup.Key))).ToList();
        var outcomes = new SortedDictionary<string, SortedDictionary<string, int>>(StringComparer.Ordinal);
        // The time goes to the processes of dciodvfy.
        Parallel.For(0, all.Count, i =>
        {
            var received = new Lazy<HashSet<string>>(() => Dciodvfy.Errors(all[i]));
            var checkedOutputs = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (profile, engine) in engines)
            {
                var found = new List<(string Kind, string Text)>();
                var outcome = Treat(all[i], target[$"{i}.dcm"], engine, received, checkedOutputs, found,
                    $"{profile}: {Path.GetRelativePath(root, all[i])}");
                lock (problems)
                {
                    Count(outcome);
                    found.Where(f => f.Kind != Threw).ToList().ForEach(f => Count(f.Kind));
                    written += outcome == Written ? 1 : 0;
                    problems.AddRange(found.Select(f => $"{profile}: {Path.GetRelativePath(root, all[i])}: {f.Text}"));
                }

                void Count(string what)
                {
                    var row = outcomes.TryGetValue(profile, out var known) ? known
                        : outcomes[profile] = new(StringComparer.Ordinal);
                    row[what] = row.GetValueOrDefault(what) + 1;
                }
            }

            File.Delete(target[$"{i}.dcm"]);
        });

        output.WriteLine(Table(outcomes, all.Count));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return written;
    }

    private static string Table(SortedDictionary<string, SortedDictionary<string, int>> outcomes, int files)
    {
        var parked = outcomes.Values.SelectMany(o => o.Keys).Distinct(StringComparer.Ordinal)
            .Except([Written, Unreadable, NewError, Hit, Problem, Threw], StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToList();
        List<string> columns = [Written, Unreadable, .. parked, NewError, Hit, Problem, Threw];
        var rows = outcomes.Select(o => string.Join(" | ",
            columns.Select(c => $"{o.Value.GetValueOrDefault(c)}").Prepend($"{files}").Prepend(o.Key)));
        return string.Join('\n', rows.Prepend(string.Join(" | ", columns.Prepend("files").Prepend("profile"))));
    }

    private static string Treat(string path, string target, Deidentifier engine, Lazy<HashSet<string>> received,
        HashSet<string> checkedOutputs, List<(string Kind, string Text)> found, string name)
    {
        DicomFile input;
        try
        {
            input = DicomFile.Open(path);
        }
        catch (DicomFormatException)
        {
            return Unreadable;
        }

        try
        {
            var result = engine.Apply(input, false, TestContext.Current.CancellationToken);
            if (result.Parked is { } parked)
            {
                return parked.Cause.ToString();
            }

            result.Output!.Save(target);
            // Names in these files hide where no list of identities is made: padding, old overlays, unused bits.
            var bytes = File.ReadAllBytes(target);
            if (name.Contains("generated", StringComparison.Ordinal)
                && Encoding.Latin1.GetString(bytes).Contains("DOE", StringComparison.OrdinalIgnoreCase))
            {
                found.Add((Hit, "DOE survived"));
            }

            var verified = Setup.Verify(target, input, engine);
            found.AddRange(verified.Hits.Select(h => (Hit, $"{h}")));
            found.AddRange(verified.Problems.Select(p => (Problem, p)));
            // The profiles differ for few files: equal bytes are looked at once.
            if (Dciodvfy.IsInstalled && checkedOutputs.Add(Convert.ToHexString(SHA256.HashData(bytes))))
            {
                found.AddRange(NewErrors(input, result.Output, target, received.Value).Select(e => (NewError, e)));
            }

            return Written;
        }
        catch (Exception e)
        {
            // Any exception here is the finding.
            found.Add((Threw, $"{e.GetType().Name} {e.Message} {e.StackTrace}"));
            return Threw;
        }
    }

    private static HashSet<string> NewErrors(DicomFile input, DicomFile output, string target, HashSet<string> received)
    {
        var after = Dciodvfy.Errors(target);
        after.ExceptWith(received);
        if (after.Count > 0)
        {
            after.ExceptWith(ErrorsInOrder(input, output, target));
        }

        return after;
    }

    // What dciodvfy cannot read as it came, it can when it was put in order and written again. Where even that fails,
    // there is nothing to compare with.
    private static HashSet<string> ErrorsInOrder(DicomFile input, DicomFile output, string target)
    {
        var dataset = new DicomDataset(input.Dataset.Where(i => !i.Tag.IsGroupLength && i.Tag.Group >= 8));
        new DicomFile(output.FileMetaInfo, dataset).Save(target);
        var before = Dciodvfy.Errors(target);
        output.Save(target);
        return before.Contains("Error - Dicom dataset read failed") ? Dciodvfy.Errors(target) : before;
    }
}
