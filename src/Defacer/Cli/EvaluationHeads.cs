using Defacer.Dicom.Data;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Volumes;

namespace Defacer.Cli;

/// <summary>A head to be measured.</summary>
/// <param name="Name">Of its file or folder.</param>
/// <param name="Volume">The scan.</param>
/// <param name="Brain">A brain mask on its grid, where one lies beside it.</param>
internal sealed record EvaluationHead(string Name, Volume Volume, MaskVolume? Brain);

/// <summary>The heads that paths name: NIfTI files with their brain masks, and DICOM series.</summary>
internal static class EvaluationHeads
{
    private const string BrainMask = "brainmask";

    internal static IEnumerable<EvaluationHead> Below(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            var files = InputFiles.Below(path);
            var nifti = files.Where(NiftiFile.IsNiftiPath).ToList();
            foreach (var scan in nifti.Where(f => !Path.GetFileName(f).Contains(BrainMask, StringComparison.OrdinalIgnoreCase)))
            {
                yield return Read(scan, nifti);
            }

            var unreadable = new List<(string Path, string Reason)>();
            foreach (var study in DefaceVerb.Studies([.. files.Except(nifti)], unreadable, cancellationToken))
            {
                foreach (var series in study.GroupBy(s => s.File.Dataset.GetString(DicomTag.SeriesInstanceUID) ?? string.Empty, StringComparer.Ordinal))
                {
                    Dicom.Files.DicomFile[] instances = [.. series.Select(s => s.File)];
                    foreach (var stack in SeriesVolumes.Build(instances).Stacks.Take(1))
                    {
                        yield return new EvaluationHead(
                            Path.GetFileName(Path.GetDirectoryName(series.First().Path)!), VolumeLoader.Load(stack, instances, cancellationToken), null);
                    }
                }
            }

            foreach (var (file, reason) in unreadable)
            {
                Terminal.Error($"{file}: {reason}");
            }
        }
    }

    private static EvaluationHead Read(string scan, List<string> nifti)
    {
        var name = Path.GetFileName(scan).Replace(".nii.gz", string.Empty, StringComparison.OrdinalIgnoreCase)
            .Replace(".nii", string.Empty, StringComparison.OrdinalIgnoreCase);
        var stem = name.Contains('_', StringComparison.Ordinal) ? name[..name.LastIndexOf('_')] : name;
        var mask = nifti.Find(f => Path.GetDirectoryName(f) == Path.GetDirectoryName(scan)
            && Path.GetFileName(f).StartsWith($"{stem}_{BrainMask}", StringComparison.OrdinalIgnoreCase));
        var modality = name.EndsWith("_CT", StringComparison.OrdinalIgnoreCase) ? "CT" : name.EndsWith("_PT", StringComparison.OrdinalIgnoreCase) ? "PT" : "MR";
        var volume = NiftiFile.Read(scan).ToVolume(0, modality);
        var brain = mask is null ? null : NiftiFile.Read(mask).ToVolume(0, "MR");
        return new EvaluationHead(
            stem,
            volume,
            brain is null || brain.Voxels.Length != volume.Voxels.Length
                ? null
                : new MaskVolume(volume.Geometry, Array.ConvertAll(brain.Voxels, v => v > 0.5f ? (byte)1 : (byte)0)));
    }
}
