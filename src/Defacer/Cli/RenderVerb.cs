using System.CommandLine;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Render;
using Defacer.Imaging.Volumes;

namespace Defacer.Cli;

/// <summary><c>defacer render IN --out DIR</c>: the skin from five sides and the three middle slices, as PNG.</summary>
internal static class RenderVerb
{
    internal static Command Create()
    {
        var input = new Argument<string>("IN") { Description = "A DICOM file or folder, or a NIfTI file." };
        var output = new Option<string>("--out") { Description = "The folder for the pictures.", Required = true };
        var size = new Option<int>("--size") { Description = "Width and height of each picture, pixels.", DefaultValueFactory = _ => 384 };
        var command = new Command("render", "Draw surfaces and slices of a head.") { input, output, size };
        command.SetAction((parsed, cancellationToken) =>
        {
            var written = 0;
            var options = new RenderOptions { Size = Math.Clamp(parsed.GetValue(size), 64, 2048) };
            foreach (var (name, volume) in Volumes(parsed.GetValue(input)!, cancellationToken))
            {
                var folder = Path.Combine(parsed.GetValue(output)!, name);
                foreach (var path in HeadPictures.Write(folder, volume, null, options, cancellationToken))
                {
                    Terminal.Line(path);
                    written++;
                }
            }

            if (written == 0)
            {
                Terminal.Error("There is no series with geometry and pixels in the input.");
            }

            return Task.FromResult(written > 0 ? ExitCode.Done : ExitCode.Failed);
        });
        return command;
    }

    private static IEnumerable<(string Name, Volume Volume)> Volumes(string input, CancellationToken cancellationToken)
    {
        if (NiftiFile.IsNiftiPath(input))
        {
            yield return (string.Empty, NiftiFile.Read(input).ToVolume(0, "MR"));
            yield break;
        }

        var unreadable = new List<(string Path, string Reason)>();
        var series = DefaceVerb.Studies(InputFiles.Below(input), unreadable, cancellationToken)
            .SelectMany(study => study.Select(s => s.File))
            .GroupBy(f => f.Dataset.GetString(DicomTag.SeriesInstanceUID) ?? string.Empty, StringComparer.Ordinal);
        foreach (var (path, reason) in unreadable)
        {
            Terminal.Error($"{path}: {reason}");
        }

        var number = 0;
        foreach (var group in series)
        {
            DicomFile[] instances = [.. group];
            foreach (var stack in SeriesVolumes.Build(instances).Stacks)
            {
                number++;
                yield return ($"stack-{number}", VolumeLoader.Load(stack, instances, cancellationToken));
            }
        }
    }
}
