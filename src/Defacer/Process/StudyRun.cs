using System.Diagnostics;
using Defacer.Configuration;
using Defacer.Deface;
using Defacer.Deidentify;
using Defacer.Deidentify.Keys;
using Defacer.Deidentify.Verify;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Ledger;
using Defacer.Observe;
using Defacer.Spool;

namespace Defacer.Process;

/// <summary>
/// What a run of a job ended with: outputs in <c>work/</c>, or the cause why nothing of it may leave.
/// </summary>
/// <param name="Parked">The cause; null when every check passed.</param>
/// <param name="Outputs">Verified files by their new SOP Instance UID.</param>
/// <param name="Included">Arrivals that the run included.</param>
/// <param name="Report">What was done.</param>
internal sealed record RunResult(
    Parked? Parked, IReadOnlyDictionary<string, string> Outputs, IReadOnlyList<string> Included, JobReport Report);

/// <summary>
/// One run of one job: the series that changed are read, defaced, de-identified, written to <c>work/</c>, re-read by
/// the gate and searched by the verifier. Running it again gives the same bytes and UIDs.
/// </summary>
internal sealed class StudyRun(
    Job job, RouteOptions route, RouteTools tools, SpoolStore spool, NodeMetrics metrics, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, (string UID, string Path)> _outputs = [];
    private readonly Dictionary<string, double> _timings = new(StringComparer.Ordinal);
    private readonly Deidentifier _deidentifier = tools.DeidentifierOf(route);
    private StudyKnowledge? _knowledge;
    private (int Index, DicomDataset Original, DicomDataset Output)? _identified;
    private string? _pseudonym;
    private VerifierReport? _verifier;
    private StudyDefacement? _defacement;

    /// <summary>Runs to the end or to the first cause that parks.</summary>
    internal async Task<RunResult> RunAsync(IReadOnlyList<Instance> instances, CancellationToken ct)
    {
        var changed = instances.Where(i => !i.IsProcessed).Select(i => i.SeriesInstanceUID).ToHashSet(
            StringComparer.Ordinal);
        var selected = instances.Where(i => i.HasOriginal && changed.Contains(i.SeriesInstanceUID)).ToList();
        var present = instances.Where(i => i.HasOriginal).ToList();
        PrepareWork();
        Parked? parked;
        try
        {
            parked = Incomplete(instances, changed) ?? await TreatAsync(selected, present, ct);
        }
        catch (ParkedException e)
        {
            parked = e.Parked;
        }

        return new RunResult(
            parked,
            _outputs.Values.ToDictionary(o => o.UID, o => o.Path, StringComparer.Ordinal),
            [.. selected.Select(i => i.ArrivalId)],
            Report(parked, instances, selected));
    }

    // A few slices alone are no volume in which a face could be found: without their neighbours nothing is decided.
    private static Parked? Incomplete(IReadOnlyList<Instance> instances, HashSet<string> changed)
    {
        var missing = instances.Count(i => !i.HasOriginal && changed.Contains(i.SeriesInstanceUID));
        return missing == 0 ? null : new Parked(
            ParkCause.OriginalsRemoved,
            $"Instances arrived after {missing} others of their series were forwarded and their originals removed.",
            "Send the whole series again; it is then processed as one, and what arrived already is not sent twice.");
    }

    private async Task<Parked?> TreatAsync(List<Instance> selected, List<Instance> present, CancellationToken ct)
    {
        if (selected.Count == 0)
        {
            return null;
        }

        var start = time.GetTimestamp();
        var files = Open(present, ct);
        var study = IdentitySet.Collect(files.Values, RetainedIdentities.FromOptions(_deidentifier.Options));
        _knowledge = _deidentifier.Know(files.Values);
        _timings["read"] = time.GetElapsedTime(start).TotalSeconds;
        var inputs = selected.Select(i => files[i.ArrivalId]).ToList();

        start = time.GetTimestamp();
        _defacement = await new StudyDefacer(time).RunAsync(
            inputs, tools.DefaceOptionsOf(route, job.IsReleased), WriteAsync, ct);
        _timings["deface"] = time.GetElapsedTime(start).TotalSeconds;
        Measure(_defacement);
        var held = _defacement.Series.FirstOrDefault(s => s.Parked is not null || s.Outcome == SeriesOutcome.Parked);
        if (held is { } series)
        {
            return series.Parked ?? new Parked(
                ParkCause.Unknown, "A series was parked without a cause.", "Report this fault.");
        }

        var uids = _outputs.Values.Select(o => o.UID).Distinct(StringComparer.Ordinal);
        if (_outputs.Count != selected.Count || uids.Count() != selected.Count)
        {
            return new Parked(
                ParkCause.InternalError, $"{selected.Count} instances went in and {_outputs.Count} came out.",
                    "Report this fault; the originals are kept.");
        }

        start = time.GetTimestamp();
        var found = Verify(study, inputs, ct);
        _timings["verify"] = time.GetElapsedTime(start).TotalSeconds;
        if (found is null && tools.Reidentification is { } log && _identified is { } pair)
        {
            log.Append(ReidentificationLog.EntryOf(pair.Original, pair.Output, tools.Key.Id, time.GetUtcNow()));
        }

        if (route.Render && found is null)
        {
            start = time.GetTimestamp();
            StudyPictures.Write(spool.Folders.Renders(job.Id), _defacement, inputs, _outputs, ct);
            _timings["render"] = time.GetElapsedTime(start).TotalSeconds;
        }

        return found;
    }

    private Dictionary<string, DicomFile> Open(List<Instance> instances, CancellationToken ct)
    {
        var files = new DicomFile[instances.Count];
        SideBySide.For(0, files.Length, i => files[i] = Open(instances[i]), ct);
        return instances.Zip(files).ToDictionary(f => f.First.ArrivalId, f => f.Second, StringComparer.Ordinal);
    }

    private DicomFile Open(Instance instance)
    {
        try
        {
            return DicomFile.Open(spool.Folders.Original(job.Id, instance.ArrivalId));
        }
        catch (DicomFormatException e)
        {
            throw new ParkedException(new Parked(
                ParkCause.Unreadable,
                $"Instance {instance.ArrivalId} cannot be read: {e.Message}",
                "Ask the source to send it again in another transfer syntax, or reject the study."));
        }
        catch (FileNotFoundException)
        {
            throw new ParkedException(new Parked(
                ParkCause.Unreadable,
                $"The received file {instance.ArrivalId} is missing in the spool.",
                "Ask the source to send the study again."));
        }
    }

    private ValueTask<string> WriteAsync(DefacedInstance instance, CancellationToken ct)
    {
        var result = _deidentifier.Apply(instance.Painted, instance.FaceRemoved, _knowledge!, ct);
        if (result.Output is not { } output)
        {
            throw new ParkedException(result.Parked ?? new Parked(ParkCause.Deidentification, "No output and no cause.",
                "Report this fault."));
        }

        var uid = output.Dataset.GetString(DicomTag.SOPInstanceUID) ?? throw new UnreachableException(
            "A de-identified instance has a UID.");
        var path = Path.Combine(spool.Folders.Work(job.Id), uid + ".dcm");
        output.Save(path);
        // Several instances are written at once.
        lock (_lock)
        {
            _identified = _identified?.Index < instance.Index ? _identified : (instance.Index, instance.Painted.Dataset, output.Dataset);
            _pseudonym ??= output.Dataset.GetString(DicomTag.PatientID);
            _outputs[instance.Index] = (uid, path);
        }

        return ValueTask.FromResult(path);
    }

    // Every output is searched also after the first hit: a person wants to see all of it.
    private Parked? Verify(IdentitySet identities, List<DicomFile> inputs, CancellationToken ct)
    {
        var outputs = _outputs.ToList();
        var results = new VerifyResult[outputs.Count];
        var references = new ReferenceCheck();
        SideBySide.For(
            0,
            results.Length,
            i => results[i] = OutputVerifier.Check(outputs[i].Value.Path, identities, inputs[outputs[i].Key], references, ct),
            ct);
        Parked? parked = null;
        var findings = new List<string>();
        var (passed, bytes, values, strings) = (0, 0L, 0L, 0);
        foreach (var result in results)
        {
            (bytes, values, strings) = (
                bytes + result.BytesSearched, values + result.ValuesSearched, result.StringsSearched);
            if (result.Passed)
            {
                passed++;
                continue;
            }

            metrics.VerifyFailed(route.Name);
            parked ??= result.Parked ?? new Parked(
                ParkCause.IdentityFound, "The verifier did not pass an output.", "Look at the report's findings.");
            findings.AddRange(result.Findings);
        }

        _verifier = new VerifierReport(
            _outputs.Count, passed, bytes, values, strings, [.. findings.Distinct(StringComparer.Ordinal).Take(100)]);
        return parked;
    }

    private void PrepareWork()
    {
        spool.DeleteWork(job.Id);
        Directory.CreateDirectory(spool.Folders.Work(job.Id));
    }

    private void Measure(StudyDefacement defacement)
    {
        foreach (var series in defacement.Series)
        {
            metrics.SeriesTreated(route.Name, series.Outcome.ToString(), series.Method, series.Rung,
                series.Parked?.Cause.ToString() ?? string.Empty);
            foreach (var step in series.Timings)
            {
                metrics.DefaceStep(step.Stage, step.Elapsed);
            }
        }
    }

    private JobReport Report(Parked? parked, IReadOnlyList<Instance> all, List<Instance> selected)
    {
        var earlier = JobReport.Read(spool.Folders.Report(job.Id));
        var series = _defacement?.Series.Select(s => SeriesReports.From(s, tools.Key, _outputs)).ToList() ?? [];
        var untouched = earlier?.Series.Where(e => series.TrueForAll(s => s.Series != e.Series)) ?? [];
        var merged = (List<SeriesReport>)[.. untouched, .. series];
        return new JobReport
        {
            Job = job.Id,
            Route = route.Name,
            Program = DicomFileMeta.ImplementationVersionName,
            State = parked is null ? "processed" : "parked",
            Parked = parked,
            Pseudonym = _pseudonym ?? earlier?.Pseudonym,
            Evidence = job.Evidence,
            CreatedAt = job.CreatedAt,
            FinishedAt = time.GetUtcNow(),
            InstancesIn = all.Count,
            InstancesOut = parked is null && selected.Count > 0 ? merged.Sum(s => s.InstancesOut)
                : earlier?.InstancesOut ?? 0,
            Method = $"{route.Method}, fill {route.Fill}",
            Profile = route.Profile,
            SiteKey = tools.Key.Id,
            Series = merged,
            Verifier = _verifier ?? earlier?.Verifier,
            Timings = _timings,
        };
    }
}

/// <summary>Carries a cause out of the middle of a run; caught by the run itself.</summary>
internal sealed class ParkedException(Parked parked) : Exception(parked.Detail)
{
    internal Parked Parked { get; } = parked;
}
