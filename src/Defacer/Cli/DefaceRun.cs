using System.Collections.Concurrent;
using Defacer.Deface;
using Defacer.Deface.Models;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Cli;

/// <summary>One run of <c>defacer deface</c>. Outputs stand in a hidden folder until the gate has passed them.</summary>
internal sealed class DefaceRun(
    string input, string output, DefaceOptions options, string? maskPath, string? reportPath, string? renderFolder, bool json)
{
    private readonly List<(string Path, string Reason)> _unreadable = [];
    private readonly List<SeriesDefacement> _series = [];
    private int _written;

    /// <summary>Runs to the end.</summary>
    /// <param name="loading">The networks, null for none; disposed of here.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal async Task<int> ExecuteAsync(Task<HeadNetworks?> loading, CancellationToken cancellationToken)
    {
        var files = InputFiles.Below(input);
        if (Path.GetFullPath(output) is var target && (target == Path.GetFullPath(input) || files.Contains(target)))
        {
            Terminal.Error($"'{output}' is the input: name another place, originals are never overwritten.");
            return ExitCode.Usage;
        }

        var unchecked_ = Path.Combine(File.Exists(input) ? Path.GetDirectoryName(Path.GetFullPath(output))! : output, ".unchecked");
        try
        {
            var studies = DefaceVerb.Studies(files, _unreadable, cancellationToken);
            using var networks = await loading;
            foreach (var study in studies)
            {
                await DefaceAsync(study, options with { Networks = networks }, unchecked_, cancellationToken);
            }
        }
        finally
        {
            if (Directory.Exists(unchecked_))
            {
                Directory.Delete(unchecked_, recursive: true);
            }
        }

        return Report(files.Count);
    }

    private async Task DefaceAsync(
        List<(string Path, DicomFile File)> study, DefaceOptions with, string uncheckedFolder, CancellationToken cancellationToken)
    {
        var written = new ConcurrentDictionary<int, string>();
        var result = await Terminal.ProgressAsync("defacing", progress => new StudyDefacer(TimeProvider.System).RunAsync(
            [.. study.Select(s => s.File)], with, Write(progress), cancellationToken));
        foreach (var series in result.Series)
        {
            _series.Add(series);
            if (series.Outcome == SeriesOutcome.Parked)
            {
                continue;
            }

            foreach (var index in series.Instances.Where(written.ContainsKey))
            {
                var target = InputFiles.Target(input, study[index].Path, output);
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
                File.Move(written[index], target, overwrite: true);
                written[index] = target;
                _written++;
            }

            SeriesPictures.Write(series, study, written, maskPath, renderFolder, _series.Count, cancellationToken);
        }

        Func<DefacedInstance, CancellationToken, ValueTask<string>> Write(Action<int, int> progress) => (instance, _) =>
        {
            Directory.CreateDirectory(uncheckedFolder);
            var path = Path.Combine(uncheckedFolder, $"{instance.Index:D6}.dcm");
            if (instance.FaceRemoved)
            {
                Rename(instance);
            }

            instance.Painted.Save(path);
            written[instance.Index] = path;
            progress(written.Count, study.Count);
            return ValueTask.FromResult(path);
        };
    }

    // Other pixels are another object (PS3.3 §C.7.6.1.1.2: derived images have new UIDs).
    private static void Rename(DefacedInstance instance)
    {
        var uid = DefaceVerb.DerivedUid(instance.Original.Dataset.GetString(DicomTag.SOPInstanceUID) ?? string.Empty);
        instance.Painted.Dataset.AddOrUpdate(DicomTag.SOPInstanceUID, DicomVR.UI, uid);
        instance.Painted.FileMetaInfo.AddOrUpdate(DicomTag.MediaStorageSOPInstanceUID, DicomVR.UI, uid);
    }

    private int Report(int fileCount)
    {
        var parked = _series.Where(s => s.Outcome == SeriesOutcome.Parked).ToList();
        var summary = new
        {
            Read = fileCount - _unreadable.Count,
            Written = _written,
            Unreadable = _unreadable.Select(u => new { u.Path, u.Reason }),
            Series = _series.Select(s => s with { Masks = [] }),
        };
        if (reportPath is not null)
        {
            File.WriteAllText(reportPath, Terminal.ToJson(summary));
        }

        if (json)
        {
            Terminal.Json(summary);
        }
        else
        {
            Terminal.Table(["Series", "Modality", "Instances", "Outcome", "Method", "Cause"], _series.Select((s, i) => (IReadOnlyList<string>)
            [
                $"{i + 1}", s.Modality, $"{s.Instances.Count}", $"{s.Outcome}", s.Method,
                s.Parked is null ? string.Empty : $"{s.Parked.Cause}: {s.Parked.Detail} {s.Parked.Remedy}",
            ]));
            foreach (var (path, reason) in _unreadable)
            {
                Terminal.Error($"{path}: {reason}");
            }

            Terminal.Line($"{_written} of {fileCount} instances written to {output}.");
        }

        return parked.Count > 0 ? ExitCode.Parked : _unreadable.Count > 0 || _series.Count == 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
