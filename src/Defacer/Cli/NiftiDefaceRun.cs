using Defacer.Deface;
using Defacer.Deface.Study;
using Defacer.Imaging.Nifti;
using Defacer.Imaging.Render;

namespace Defacer.Cli;

/// <summary>One run of <c>defacer deface</c> on a NIfTI file. The output appears under its name after the gate passed it.</summary>
internal sealed class NiftiDefaceRun(
    string input, string output, string modality, DefaceOptions options, string? maskPath, string? reportPath, string? renderFolder, bool json)
{
    internal int Execute(CancellationToken cancellationToken)
    {
        if (!NiftiFile.IsNiftiPath(output))
        {
            Terminal.Error($"'{output}' does not end in .nii or .nii.gz: a NIfTI file is written as one.");
            return ExitCode.Usage;
        }

        if (Path.GetFullPath(input) == Path.GetFullPath(output))
        {
            Terminal.Error($"'{output}' is the input: name another place, originals are never overwritten.");
            return ExitCode.Usage;
        }

        NiftiFile file;
        try
        {
            file = NiftiFile.Read(input);
        }
        catch (InvalidDataException e)
        {
            Terminal.Error($"{input}: {e.Message}");
            return ExitCode.Failed;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(output))!;
        Directory.CreateDirectory(folder);
        var unchecked_ = Path.Combine(folder, ".unchecked-" + Path.GetFileName(output));
        try
        {
            var result = new NiftiDefacer(TimeProvider.System).Run(file, modality, options, candidate =>
            {
                candidate.Write(unchecked_);
                return NiftiFile.Read(unchecked_);
            }, cancellationToken);
            return Finish(file, result, unchecked_, cancellationToken);
        }
        finally
        {
            File.Delete(unchecked_);
        }
    }

    private int Finish(NiftiFile file, SeriesDefacement result, string unchecked_, CancellationToken cancellationToken)
    {
        if (result.Outcome == SeriesOutcome.Defaced)
        {
            File.Move(unchecked_, output, overwrite: true);
        }
        else if (result.Outcome != SeriesOutcome.Parked)
        {
            File.Copy(input, output, overwrite: true);
        }

        var mask = result.Masks.Count > 0 ? result.Masks[0].Mask : null;
        if (maskPath is not null && mask is not null)
        {
            file.WithLabels(mask).Write(maskPath);
        }

        if (renderFolder is not null && result.Outcome == SeriesOutcome.Defaced)
        {
            Directory.CreateDirectory(renderFolder);
            PngWriter.Write(Path.Combine(renderFolder, "before-after.png"), HeadPictures.BeforeAfter(
                file.ToVolume(0, modality), NiftiFile.Read(output).ToVolume(0, modality), mask, new RenderOptions(), cancellationToken));
        }

        var summary = new { Series = new[] { result with { Masks = [] } } };
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
            Terminal.Line(result.Parked is { } parked
                ? $"Parked, nothing written. {parked.Cause}: {parked.Detail} {parked.Remedy}"
                : $"{result.Outcome} by {(result.Method.Length > 0 ? result.Method : "nothing")}: {output}");
        }

        return result.Outcome == SeriesOutcome.Parked ? ExitCode.Parked : ExitCode.Done;
    }
}
