using System.CommandLine;
using Defacer.Imaging.Phantom;

namespace Defacer.Cli;

/// <summary><c>defacer phantom OUT</c>: the procedural head as a DICOM series.</summary>
internal static class PhantomVerb
{
    internal static Command Create()
    {
        var output = new Argument<string>("OUT") { Description = "The folder to write." };
        var modality = new Option<string>("--modality") { Description = "MR or CT.", DefaultValueFactory = _ => "MR" };
        var seed = new Option<int>("--seed") { Description = "Another number is another head." };
        var orientation = new Option<PhantomOrientation>("--orientation") { Description = "The slice plane.", DefaultValueFactory = _ => PhantomOrientation.Sagittal };
        var thickness = new Option<double>("--slice-mm") { Description = "Distance of slices, mm.", DefaultValueFactory = _ => 1 };
        var truth = new Option<bool>("--truth") { Description = "Also write where face, ears and brain are, as NIfTI." };
        var command = new Command("phantom", "Write a made-up head as a DICOM series.") { output, modality, seed, orientation, thickness, truth };
        modality.AcceptOnlyFromAmong("MR", "CT");
        thickness.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0.25 and <= 20))
            {
                result.AddError("Slices are 0.25 to 20 mm apart.");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(output)!;
            var scan = PhantomOptions.WholeHead(
                parsed.GetValue(modality)!, parsed.GetValue(orientation), pixelMm: 1, parsed.GetValue(thickness)) with
            {
                Seed = parsed.GetValue(seed),
            };
            var written = PhantomSeries.Write(folder, new PhantomSeriesOptions { Scan = scan, Truth = parsed.GetValue(truth) }, cancellationToken);
            Terminal.Line($"{written.Files.Count} instances written to {folder}.");
            foreach (var path in new[] { written.FaceTruth, written.BrainTruth }.Where(p => p is not null))
            {
                Terminal.Line(path!);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
