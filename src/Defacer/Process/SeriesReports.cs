using Defacer.Deface;
using Defacer.Deidentify;
using Defacer.Spool;

namespace Defacer.Process;

/// <summary>The report of a series, under its new UID.</summary>
internal static class SeriesReports
{
    internal static SeriesReport From(
        SeriesDefacement series, SiteKey key, IReadOnlyDictionary<int, (string UID, string Path)> outputs) => new()
        {
            Series = series.SeriesInstanceUID.Length > 0 ? key.MapUid(series.SeriesInstanceUID) : "unreadable",
            Modality = series.Modality,
            InstancesIn = series.Instances.Count,
            InstancesOut = series.Outcome == SeriesOutcome.Parked ? 0 : series.Instances.Count(outputs.ContainsKey),
            Outcome = series.Outcome.ToString(),
            Parked = series.Parked,
            Orientation = series.Orientation,
            Method = series.Method,
            Rung = series.Rung,
            Fill = series.Fill,
            Head = series.Head,
            Gate = [.. series.Gate.Select(g => new FigureReport(g.Name, g.Value, g.Threshold, g.Passed, g.Unit))],
            Warnings = series.Warnings,
            Timings = series.Timings.GroupBy(t => t.Stage, StringComparer.Ordinal).ToDictionary(
            g => g.Key, g => g.Sum(t => t.Elapsed.TotalSeconds)),
        };
}
