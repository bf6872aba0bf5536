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
    // The others let all pixels through, so that most is written; this one blanks or parks them.
    private const string AsShipped = "research, unchanged";

    [Fact]
    public void Apply_EveryFixtureUnderEveryShippedProfile_IsWrittenCleanOrRefusedWithACause()
    {
        var root = SharedData.Require("fixtures");
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is not (".csv" or ".md" or ".gz" or ".raw"));
        Run(files, root, [.. Setup.Shipped, AsShipped]);
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
        Assert.True(Run(files, root, ["research", "retain-dates"]) > 0, "no instance was written");
    }

    private int Run(IEnumerable<string> files, string root, IReadOnlyList<string> profiles)
    {
        using var target = new TemporaryFolder();
        var problems = new List<string>();
        var written = 0;
        var all = files.Order(StringComparer.Ordinal).ToList();
        var engines = profiles
            .Select(p => (Name: p, Engine: new Deidentifier(
                p == AsShipped ? Setup.Research : Setup.AnyPixels(p, all), Setup.Key)))
            .ToList();
        var refused = new SortedDictionary<string, int>(StringComparer.Ordinal);
        // The time goes to the processes of dciodvfy.
        Parallel.For(0, all.Count, i =>
        {
            var received = new Lazy<HashSet<string>>(() => Dciodvfy.Errors(all[i]));
            foreach (var (profile, engine) in engines)
            {
                var found = new List<string>();
                var outcome = Treat(all[i], target[$"{i}.dcm"], engine, received, found,
                    $"{profile}: {Path.GetRelativePath(root, all[i])}");
                lock (problems)
                {
                    refused[$"{profile} {outcome}"] = refused.GetValueOrDefault($"{profile} {outcome}") + 1;
                    written += outcome == "written" ? 1 : 0;
                    problems.AddRange(found);
                }
            }

            File.Delete(target[$"{i}.dcm"]);
        });

        output.WriteLine(string.Join('\n', refused.Select(r => $"{r.Key}: {r.Value}")));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return written;
    }

    private static string Treat(string path, string target, Deidentifier engine, Lazy<HashSet<string>> received,
        List<string> problems, string name)
    {
        DicomFile input;
        try
        {
            input = DicomFile.Open(path);
        }
        catch (DicomFormatException)
        {
            return "unreadable";
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
            if (name.Contains("generated", StringComparison.Ordinal)
                && Encoding.Latin1.GetString(File.ReadAllBytes(target)).Contains("DOE",
                    StringComparison.OrdinalIgnoreCase))
            {
                problems.Add($"{name}: DOE survived");
            }

            var verified = Setup.Verify(target, input, engine);
            problems.AddRange(verified.Hits.Select(h => $"{name}: {h}"));
            problems.AddRange(verified.Problems.Select(p => $"{name}: {p}"));
            if (Dciodvfy.IsInstalled)
            {
                var after = Dciodvfy.Errors(target);
                after.ExceptWith(received.Value);
                if (after.Count > 0)
                {
                    after.ExceptWith(ErrorsInOrder(input, result.Output, target));
                }

                problems.AddRange(after.Select(e => $"{name}: {e}"));
            }

            return "written";
        }
        catch (Exception e)
        {
            // Any exception here is the finding.
            problems.Add($"{name}: {e.GetType().Name} {e.Message} {e.StackTrace}");
            return "exception";
        }
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
