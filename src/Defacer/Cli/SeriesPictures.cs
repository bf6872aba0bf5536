using Defacer.Deface;
using Defacer.Dicom.Files;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Render;
using Defacer.Imaging.Volumes;

namespace Defacer.Cli;

/// <summary>Pictures before and after, and masks, of what <c>deface</c> wrote.</summary>
internal static class SeriesPictures
{
    /// <summary>Writes what was asked for; nothing for a series without a mask or output.</summary>
    internal static void Write(
        SeriesDefacement series, IReadOnlyList<(string Path, DicomFile File)> study, IReadOnlyDictionary<int, string> written,
        string? maskPath, string? renderFolder, int number, CancellationToken cancellationToken)
    {
        if (maskPath is not null)
        {
            foreach (var (stack, index) in series.Masks.Select((m, i) => (m, i)))
            {
                NiftiFile.FromMask(stack.Mask).Write(Numbered(maskPath, number, index));
            }
        }

        if (renderFolder is null || !series.Instances.All(written.ContainsKey))
        {
            return;
        }

        Directory.CreateDirectory(renderFolder);
        DicomFile[] before = [.. series.Instances.Select(i => study[i].File)];
        DicomFile[] after = [.. series.Instances.Select(i => DicomFile.Open(written[i]))];
        var stacks = SeriesVolumes.Build(before).Stacks;
        for (var i = 0; i < stacks.Count; i++)
        {
            var mask = series.Masks.FirstOrDefault(m => m.Key == stacks[i].Key)?.Mask;
            var sheet = HeadPictures.BeforeAfter(
                VolumeLoader.Load(stacks[i], before, cancellationToken),
                VolumeLoader.Load(stacks[i], after, cancellationToken),
                mask,
                new RenderOptions(),
                cancellationToken);
            PngWriter.Write(Path.Combine(renderFolder, Numbered("before-after.png", number, i)), sheet);
        }
    }

    // The first keeps the name that was asked for.
    private static string Numbered(string path, int series, int stack)
    {
        if (series == 1 && stack == 0)
        {
            return path;
        }

        var extension = path.EndsWith(".nii.gz", StringComparison.OrdinalIgnoreCase) ? ".nii.gz" : Path.GetExtension(path);
        return $"{path[..^extension.Length]}-{series}{(stack > 0 ? $"-{stack + 1}" : string.Empty)}{extension}";
    }
}
