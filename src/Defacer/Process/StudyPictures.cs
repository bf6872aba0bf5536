using System.Globalization;
using Defacer.Deface;
using Defacer.Dicom.Files;
using Defacer.Imaging.Render;
using Defacer.Imaging.Volumes;

namespace Defacer.Process;

/// <summary>Pictures before and after, for the person who approves. They show a face: they stay in the spool and go with the originals.</summary>
internal static class StudyPictures
{
    /// <summary>Writes a sheet for each stack of each defaced series.</summary>
    internal static void Write(
        string folder, StudyDefacement defacement, IReadOnlyList<DicomFile> inputs,
        IReadOnlyDictionary<int, (string UID, string Path)> outputs, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        foreach (var (number, series) in defacement.Series.Index().Where(s => s.Item is { Outcome: SeriesOutcome.Defaced, Masks.Count: > 0 }))
        {
            DicomFile[] before = [.. series.Instances.Select(i => inputs[i])];
            DicomFile[] after = [.. series.Instances.Select(i => DicomFile.Open(outputs[i].Path))];
            foreach (var (index, stack) in SeriesVolumes.Build(before).Stacks.Index())
            {
                var sheet = HeadPictures.BeforeAfter(
                    VolumeLoader.Load(stack, before, ct),
                    VolumeLoader.Load(stack, after, ct),
                    series.Masks.FirstOrDefault(m => m.Key == stack.Key)?.Mask,
                    new RenderOptions(),
                    ct);
                var name = string.Create(CultureInfo.InvariantCulture, $"series-{number + 1}-stack-{index + 1}.png");
                PngWriter.Write(Path.Combine(folder, name), sheet);
            }
        }
    }
}
