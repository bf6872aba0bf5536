using System.Collections.Concurrent;
using Defacer.Configuration;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network;
using Defacer.Dicom.Network.Dimse;
using Defacer.Ledger;
using Defacer.Peers;
using Defacer.Spool;

namespace Defacer.Assemble;

/// <summary>What is known about the completeness of a study.</summary>
public enum CountVerdict
{
    /// <summary>No source of the study is to be asked: time decides.</summary>
    NotAsked,

    /// <summary>The source is being asked.</summary>
    Asking,

    /// <summary>The source could not be asked, or does not say: time decides.</summary>
    Unknown,

    /// <summary>Instances are missing in series that came.</summary>
    Short,

    /// <summary>Every series that came is complete; the study has others, which did not come.</summary>
    SeriesComplete,

    /// <summary>The whole study is here.</summary>
    StudyComplete,
}

/// <summary>A verdict and its evidence.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Evidence">A sentence for the report; empty when nobody was asked.</param>
/// <param name="Source">Who was asked; null when nobody.</param>
public sealed record StudyCount(CountVerdict Verdict, string Evidence, SourceOptions? Source)
{
    /// <summary>Nobody is to be asked.</summary>
    public static StudyCount NotAsked { get; } = new(CountVerdict.NotAsked, string.Empty, null);
}

/// <summary>
/// Asks sources how many instances each series of a study has (C-FIND, NumberOfSeriesRelatedInstances), so that
/// completeness is evidence and not a matter of time. Questions run beside the clock, one a study.
/// </summary>
public sealed class SourceCounts(
    DefacerOptions options, PeerSecurity security, SpoolStore spool, ILedger ledger, TimeProvider time,
    ILogger<SourceCounts> log)
{
    private static readonly string s_model = DicomUID.StudyRootQueryRetrieveInformationModelFind.UID;
    private static readonly DicomReadOptions s_head = new() { StopBefore = new DicomTag(0x0020, 0x000E) };
    private readonly ConcurrentDictionary<string, Asked> _asked = new(StringComparer.Ordinal);

    /// <summary>Called when an answer came.</summary>
    public Action? OnAnswer { get; set; }

    /// <summary>What is known about a job whose senders are silent; asks when it is time to.</summary>
    public StudyCount Judge(Job job, CancellationToken ct)
    {
        if (!options.Sources.Any(s => s.AskCounts))
        {
            return StudyCount.NotAsked;
        }

        var asked = _asked.GetOrAdd(job.Id, _ => new Asked());
        lock (asked)
        {
            if (asked.Revision != job.Revision)
            {
                asked.Last = null;
            }

            if (!asked.IsRunning && (asked.Last is null || IsDueAgain(asked)))
            {
                (asked.Revision, asked.At, asked.IsRunning) = (job.Revision, time.GetUtcNow(), true);
                _ = Task.Run(() => RunAsync(asked, job, ct), CancellationToken.None);
            }

            return asked.Last ?? new StudyCount(CountVerdict.Asking, string.Empty, null);
        }
    }

    /// <summary>The job needs no more questions.</summary>
    public void Forget(string jobId) => _asked.TryRemove(jobId, out _);

    private bool IsDueAgain(Asked asked) =>
        asked.Last is { Source: { } source } && time.GetUtcNow() - asked.At >= source.AskEvery;

    private async Task RunAsync(Asked asked, Job job, CancellationToken ct)
    {
        var count = await AskAsync(job, ct);
        lock (asked)
        {
            // An answer about fewer instances than have come since says nothing.
            asked.Last = asked.Revision == job.Revision ? count : null;
            asked.IsRunning = false;
        }

        OnAnswer?.Invoke();
    }

    private async Task<StudyCount> AskAsync(Job job, CancellationToken ct)
    {
        SourceOptions? source = null;
        try
        {
            (source, var called, var study) = Identify(job.Id);
            if (source is null)
            {
                return StudyCount.NotAsked;
            }

            return study is null
                ? new StudyCount(CountVerdict.Unknown, "the instances name no study", source)
                : await CompareAsync(job, source, await QueryAsync(source, called, study, ct), ct);
        }
        catch (Exception e)
        {
            // The top of the question: whatever hinders it, time decides as without a source.
            if (e is not OperationCanceledException)
            {
                log.LogWarning("Source {Source} could not be asked about job {Job}: {Reason}", source?.AeTitle, job.Id,
                    e is AssociationException or DimseException ? e.Message : e.GetType().Name);
            }

            return new StudyCount(CountVerdict.Unknown, $"{source?.AeTitle} could not be asked", source);
        }
    }

    // Any instance will do: all of a job are of one study.
    private (SourceOptions? Source, string Called, string? Study) Identify(string jobId)
    {
        var originals = spool.Folders.Originals(jobId);
        var path = Directory.Exists(originals) ? Directory.EnumerateFiles(originals, "*.dcm").FirstOrDefault() : null;
        if (path is null)
        {
            return (null, string.Empty, null);
        }

        var file = DicomFile.Open(path, s_head);
        var caller = file.FileMetaInfo.GetString(DicomTag.SourceApplicationEntityTitle);
        return (
            options.Sources.FirstOrDefault(s => s.AskCounts && s.AeTitle.Trim() == caller),
            file.FileMetaInfo.GetString(DicomTag.ReceivingApplicationEntityTitle) ?? options.Node.AeTitle,
            file.Dataset.GetString(DicomTag.StudyInstanceUID));
    }

    private async Task<IReadOnlyDictionary<string, int?>> QueryAsync(
        SourceOptions source, string called, string study, CancellationToken ct)
    {
        var keys = new DicomDataset(
            DicomElement.FromText(DicomTag.QueryRetrieveLevel, DicomVR.CS, "SERIES"),
            DicomElement.FromText(DicomTag.StudyInstanceUID, DicomVR.UI, study),
            DicomElement.FromText(DicomTag.SeriesInstanceUID, DicomVR.UI, string.Empty),
            DicomElement.FromText(DicomTag.NumberOfSeriesRelatedInstances, DicomVR.IS, string.Empty));
        var counts = new Dictionary<string, int?>(StringComparer.Ordinal);
        await using var association = await DicomClient.ConnectAsync(
            PeerConnection.To(source, called, security),
            [ProposedContext.Uncompressed(s_model)],
            time,
            ct);
        var status = await association.FindAsync(s_model, keys, Take, ct);
        await association.ReleaseAsync(ct);
        return status.State == DicomState.Success ? counts : throw new DimseException(status);

        bool Take(DicomDataset match)
        {
            if (match.GetString(DicomTag.SeriesInstanceUID) is { } series)
            {
                counts[series] = match.GetInt(DicomTag.NumberOfSeriesRelatedInstances);
            }

            return true;
        }
    }

    private async Task<StudyCount> CompareAsync(
        Job job, SourceOptions source, IReadOnlyDictionary<string, int?> counts, CancellationToken ct)
    {
        var here = (await ledger.InstancesAsync(job.Id, ct))
            .GroupBy(i => i.SeriesInstanceUID, StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key, g => g.DistinctBy(i => i.SOPInstanceUID, StringComparer.Ordinal).Count(),
                StringComparer.Ordinal);
        if (here.Keys.Any(s => !counts.TryGetValue(s, out var count) || count is null))
        {
            return new StudyCount(
                CountVerdict.Unknown, $"{source.AeTitle} does not count every series that came", source);
        }

        var missing = here.Sum(s => Math.Max(0, counts[s.Key]!.Value - s.Value));
        var expected = here.Keys.Sum(s => counts[s]!.Value);
        if (missing > 0)
        {
            return new StudyCount(
                CountVerdict.Short, $"{missing} of {expected} instances that {source.AeTitle} counts did not come",
                source);
        }

        var others = counts.Count - here.Count;
        return others == 0
            ? new StudyCount(
                CountVerdict.StudyComplete,
                $"{source.AeTitle} counts {expected} instances in {here.Count} series, and all came", source)
            : new StudyCount(
                CountVerdict.SeriesComplete,
                $"{source.AeTitle} counts {expected} instances in the {here.Count} series that came, and all came; "
                    + $"{others} other series of the study did not", source);
    }

    private sealed class Asked
    {
        public int Revision { get; set; }

        public DateTimeOffset At { get; set; }

        public bool IsRunning { get; set; }

        public StudyCount? Last { get; set; }
    }
}
