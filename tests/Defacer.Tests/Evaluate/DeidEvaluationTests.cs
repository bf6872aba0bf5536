using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Evaluate;
using Defacer.Testing;
using Xunit;

namespace Defacer.Tests.Evaluate;

/// <summary>The planted benchmark itself, and that it can fail.</summary>
public sealed class DeidEvaluationTests
{
    private const int MinChecks = 20_000;

    [Theory]
    [InlineData("research")]
    [InlineData("maximal")]
    [InlineData("clinical-trial")]
    public void Run_EveryFixture_EveryRequiredActionIsDone(string profile)
    {
        var files = Directory.EnumerateFiles(SharedData.Require("fixtures"), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).ToList();
        using var folder = new TemporaryFolder();

        var outcome = new DeidEvaluation(Load(profile), seed: 1, folder["work"])
            .Run(files, (_, _) => { }, TestContext.Current.CancellationToken);

        Assert.Empty(outcome.Score.Missed);
        Assert.Empty(outcome.Hits);
        Assert.True(outcome.Score.Total >= MinChecks, $"only {outcome.Score.Total} checks");
        Assert.Equal(outcome.Written, outcome.SameKeyAgrees);
        Assert.Equal(0, outcome.OtherKeyAgrees);
    }

    [Fact]
    public void Score_FileThatNobodyTreated_FailsWhereIdentityWasPlanted()
    {
        var file = Image();
        var checks = new PhiPlanter(new InventedPerson(1, 1, unicode: false), 1, []).Plant(file);
        using var bytes = new MemoryStream();
        file.Save(bytes);
        var score = new DeidScore();

        score.Add("untreated", checks, file, bytes.ToArray(), "1");

        foreach (var action in new[] { "text_removed", "uid_changed", "patid_consistent" })
        {
            var counts = score.Counts.Where(c => c.Key.Action == action).ToList();
            Assert.NotEmpty(counts);
            Assert.All(counts, c => Assert.Equal(0, c.Value.Passed));
        }

        Assert.All(score.Counts.Where(c => c.Key.Action is "text_retained" or "text_notnull"), c => Assert.Equal(c.Value.Total, c.Value.Passed));
    }

    [Fact]
    public void Score_EmptiedFile_FailsWhereSomethingMustStay()
    {
        var file = Image();
        var checks = new PhiPlanter(new InventedPerson(1, 1, unicode: false), 1, ["retain-longitudinal-modified-dates", "retain-safe-private"]).Plant(file);
        var empty = new DicomFile(file.FileMetaInfo, []);
        var score = new DeidScore();

        score.Add("emptied", checks, empty, [], "1");

        var mustStay = score.Counts.Where(c => c.Key.Action is "text_retained" or "text_notnull" or "tag_retained" or "date_shifted").ToList();
        Assert.Equal(4, mustStay.Select(c => c.Key.Action).Distinct().Count());
        Assert.All(mustStay, c => Assert.Equal(0, c.Value.Passed));
    }

    private static DicomFile Image()
    {
        using var stream = new MemoryStream(TestInstances.Encode("1.2.3.4.5.6.1", "1.2.3.4.5.6.2", "1.2.3.4.5.6.3"));
        var dataset = DicomReader.Read(stream, DicomTransferSyntax.ExplicitVRLittleEndian);
        return new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian), dataset);
    }

    private static Profile Load(string name) => Profile.Load(
        Path.Combine(SharedData.RepositoryRoot, "config", "profiles", name + ".json"),
        StandardTables.Load(Path.Combine(SharedData.RepositoryRoot, "config", "standard")));
}
