using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Render;
using Defacer.Imaging.Volumes;

namespace Defacer.Cli;

/// <summary>Which received instance belongs to which sent one, and how they look.</summary>
internal static class DemoAccount
{
    /// <summary>Received files by sent file. Instance number and position survive de-identification.</summary>
    internal static IReadOnlyDictionary<string, string> Match(IReadOnlyList<string> sent, string received)
    {
        var outputs = new Dictionary<string, Queue<string>>(StringComparer.Ordinal);
        if (Directory.Exists(received))
        {
            foreach (var path in Directory.GetFiles(received, "*.dcm").Order(StringComparer.Ordinal))
            {
                var key = KeyOf(path);
                outputs.TryAdd(key, new Queue<string>());
                outputs[key].Enqueue(path);
            }
        }

        var matched = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in sent)
        {
            if (outputs.TryGetValue(KeyOf(path), out var candidates) && candidates.TryDequeue(out var output))
            {
                matched[path] = output;
            }
        }

        return matched;
    }

    /// <summary>One line an instance: what was sent, what became of it, where it is.</summary>
    internal static void Write(string path, IReadOnlyList<SendResult> sent, IReadOnlyDictionary<string, string> where) =>
        File.WriteAllLines(path, sent.Select(s => string.Join(
            '\t', s.Path, s.Stored ? where.ContainsKey(s.Path) ? "forwarded" : "held back" : $"not accepted: {s.Detail}", where.GetValueOrDefault(s.Path, string.Empty)))
            .Prepend("sent\toutcome\treceived"));

    /// <summary>A sheet a volume, before in the upper row and after in the lower; the paths.</summary>
    internal static IEnumerable<string> Pictures(IReadOnlyDictionary<string, string> where, string folder, CancellationToken cancellationToken)
    {
        var pairs = where.Select(p => (Before: DicomFile.Open(p.Key), After: DicomFile.Open(p.Value)))
            .GroupBy(p => p.Before.Dataset.GetString(DicomTag.SeriesInstanceUID) ?? string.Empty, StringComparer.Ordinal);
        var number = 0;
        foreach (var series in pairs)
        {
            DicomFile[] before = [.. series.Select(p => p.Before)];
            DicomFile[] after = [.. series.Select(p => p.After)];
            foreach (var stack in SeriesVolumes.Build(before).Stacks.Where(s => s.Geometry.Slices > 1))
            {
                Directory.CreateDirectory(folder);
                var path = Path.Combine(folder, $"before-after-{++number}.png");
                PngWriter.Write(path, HeadPictures.BeforeAfter(
                    VolumeLoader.Load(stack, before, cancellationToken), VolumeLoader.Load(stack, after, cancellationToken), null,
                    new RenderOptions(), cancellationToken));
                yield return path;
            }
        }
    }

    private static string KeyOf(string path)
    {
        var dataset = DicomFile.Open(path).Dataset;
        return string.Join('|',
            dataset.GetString(DicomTag.SOPClassUID), dataset.GetString(DicomTag.SeriesNumber), dataset.GetString(DicomTag.InstanceNumber),
            string.Join(',', dataset.GetStrings(DicomTag.ImagePositionPatient)));
    }
}
