using System.Diagnostics;
using System.Globalization;
using Defacer.Deface.Evaluate;
using Defacer.Deface.Fill;
using Defacer.Deface.Methods;
using Defacer.Imaging.Render;
using Defacer.Imaging.Volumes;

namespace Defacer.Cli;

/// <summary>One run of <c>defacer evaluate deface</c>.</summary>
internal sealed class DefaceEvaluation(
    string output, IReadOnlyList<IDefaceMethod> methods, IReadOnlyList<string> contrasts, bool pictures, bool json)
{
    private static readonly string[] s_headers =
        ["Head", "Contrast", "Method", "Verdict", "Brain voxels", "Face window", "Brow to chin", "Right ear", "Left ear", "Depth mm", "Nose mm", "Removed", "Seconds"];

    internal int Execute(IReadOnlyList<string> inputs, string? networks, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(output);
        var rows = new List<EvaluationRow>();
        foreach (var head in EvaluationHeads.Below(inputs, cancellationToken))
        {
            // The surface is measured once, on the head as it was scanned.
            var measure = new HeadMeasure(head.Volume, head.Brain, cancellationToken);
            foreach (var contrast in contrasts)
            {
                var volume = Recontrast.To(head.Volume, contrast, cancellationToken);
                rows.AddRange(methods.Select(method => Run(head.Name, contrast, volume, measure, method, cancellationToken)));
            }
        }

        if (rows.Count == 0)
        {
            Terminal.Error("There is no head in the input.");
            return ExitCode.Failed;
        }

        List<IReadOnlyList<string>> lines = [.. rows.Select(r => r.Cells), .. Summaries(rows)];
        var report = new { Networks = networks, Rows = rows };
        File.WriteAllText(Path.Combine(output, "evaluation.json"), Terminal.ToJson(report));
        File.WriteAllLines(
            Path.Combine(output, "evaluation.md"),
            [Markdown(s_headers), Markdown([.. s_headers.Select(_ => "---")]), .. lines.Select(Markdown)]);
        if (json)
        {
            Terminal.Json(report);
        }
        else
        {
            Terminal.Table(s_headers, lines);
        }

        return ExitCode.Done;
    }

    private EvaluationRow Run(
        string name, string contrast, Volume volume, HeadMeasure measure, IDefaceMethod method, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var finding = method.Find(volume, DefaceMargins.Usual, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var mask = finding.Mask ?? new MaskVolume(volume.Geometry);
        if (pictures)
        {
            var after = Painted(volume, mask);
            PngWriter.Write(
                Path.Combine(output, $"{name}-{contrast}-{method.Name}.png"),
                HeadPictures.BeforeAfter(volume, after, mask, new RenderOptions(), cancellationToken));
        }

        return new EvaluationRow(name, contrast, method.Name, finding.Head, measure.Of(mask, cancellationToken), seconds);
    }

    private static Volume Painted(Volume volume, MaskVolume mask)
    {
        var values = new AutoFill().Prepare(volume, mask, 1);
        var voxels = (float[])volume.Voxels.Clone();
        for (var i = 0; i < voxels.Length; i++)
        {
            voxels[i] = mask.Labels[i] == MaskVolume.Keep ? voxels[i] : (float)values.At(i);
        }

        return new Volume(volume.Geometry, voxels, volume.Modality);
    }

    // Per method and contrast: mean and worst of each share, all brain voxels, the median time.
    private static IEnumerable<IReadOnlyList<string>> Summaries(List<EvaluationRow> rows)
    {
        foreach (var group in rows.GroupBy(r => (r.Contrast, r.Method)))
        {
            var times = group.Select(r => r.Seconds).Order().ToList();
            yield return
            [
                $"all {group.Count()}: mean (worst)", group.Key.Contrast, group.Key.Method,
                $"{group.Count(r => r.Head.Verdict == HeadVerdict.Head)} heads",
                $"{group.Sum(r => r.Figures.BrainVoxels ?? 0)}",
                Both(group.Select(r => r.Figures.NoseWindow)), Both(group.Select(r => r.Figures.BrowToChin)),
                Both(group.Select(r => r.Figures.RightEar)), Both(group.Select(r => r.Figures.LeftEar)),
                Both(group.Select(r => r.Figures.MedianDepthMm)), Both(group.Select(r => r.Figures.NoseTipMm)),
                string.Empty, times[times.Count / 2].ToString("F2", CultureInfo.InvariantCulture),
            ];
        }

        static string Both(IEnumerable<double?> values) => values.OfType<double>().ToList() is { Count: > 0 } known
            ? FormattableString.Invariant($"{known.Average():F4} ({known.Min():F4})")
            : "-";
    }

    private static string Markdown(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}

/// <summary>One head, contrast and method.</summary>
internal sealed record EvaluationRow(string Name, string Contrast, string Method, HeadEvidence Head, HeadFigures Figures, double Seconds)
{
    internal IReadOnlyList<string> Cells =>
    [
        Name, Contrast, Method, $"{Head.Verdict}", Figures.BrainVoxels?.ToString(CultureInfo.InvariantCulture) ?? "-",
        Text(Figures.NoseWindow, "F4"), Text(Figures.BrowToChin, "F4"), Text(Figures.RightEar, "F3"), Text(Figures.LeftEar, "F3"),
        Text(Figures.MedianDepthMm, "F1"), Text(Figures.NoseTipMm, "F1"), Text(Figures.RemovedShare, "F3"), Text(Seconds, "F2"),
    ];

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
