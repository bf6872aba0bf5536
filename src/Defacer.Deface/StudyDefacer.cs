using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;

namespace Defacer.Deface;

/// <summary>The whole stage for one study of one route: masks, painting, writing, and the gate on what was written.</summary>
/// <param name="time">For the timings of the report.</param>
public sealed class StudyDefacer(TimeProvider time)
{
    /// <summary>Treats a study. Files already written for a series that ends parked must be thrown away by the caller.</summary>
    /// <param name="instances">Every instance of the study.</param>
    /// <param name="options">The route's settings.</param>
    /// <param name="write">De-identifies and stores one instance and gives its path; called again when a higher rung repaints it.</param>
    /// <param name="cancellationToken">Looked at between instances, and inside long steps.</param>
    public Task<StudyDefacement> RunAsync(
        IReadOnlyList<DicomFile> instances,
        DefaceOptions options,
        Func<DefacedInstance, CancellationToken, ValueTask<string>> write,
        CancellationToken cancellationToken)
    {
        _ = (options, write);
        var start = time.GetTimestamp();
        cancellationToken.ThrowIfCancellationRequested();
        var series = instances.Index()
            .GroupBy(i => i.Item.Dataset.GetString(DicomTag.SeriesInstanceUID) ?? string.Empty, StringComparer.Ordinal)
            .Select(g => new SeriesDefacement
            {
                SeriesInstanceUID = g.Key,
                Modality = g.First().Item.Dataset.GetString(DicomTag.Modality) ?? string.Empty,
                Instances = [.. g.Select(i => i.Index)],
                Outcome = SeriesOutcome.Parked,
                Parked = new Parked(ParkCause.DefacingFailed, "No method is built in.", "Use a release with methods."),
                Timings = [new StageTime("find", time.GetElapsedTime(start))],
            });
        return Task.FromResult(new StudyDefacement([.. series]));
    }
}
