using System.CommandLine;
using System.Text;
using Defacer.Dicom.Files;
using Defacer.Dicom.Json;

namespace Defacer.Cli;

/// <summary><c>defacer dump FILE</c>: what a file holds, element by element, or as DICOM JSON (PS3.18 Annex F).</summary>
internal static class DumpVerb
{
    internal static Command Create()
    {
        var input = new Argument<string>("FILE") { Description = "A DICOM file." };
        var json = new Option<bool>("--json") { Description = "The data set as DICOM JSON; pixels and other long values are left out." };
        var width = new Option<int>("--width") { Description = "Characters of a value that are shown; 0 shows all.", DefaultValueFactory = _ => 80 };
        var command = new Command("dump", "Print what a DICOM file holds. This shows patient data.") { input, json, width };
        command.SetAction((parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(input)!;
            var file = DicomFile.Open(path);
            if (parsed.GetValue(json))
            {
                Terminal.Line(Encoding.UTF8.GetString(DicomJsonWriter.ToUtf8(file.Dataset, DicomJsonOptions.Default, isIndented: true)));
            }
            else
            {
                var text = new DumpText(parsed.GetValue(width), Terminal.Line, cancellationToken);
                text.Write(file.FileMetaInfo);
                text.Write(file.Dataset);
            }

            foreach (var remark in file.Remarks)
            {
                Terminal.Error($"{path}: {remark.Kind} at byte {remark.ByteOffset}{(remark.TagPath.Length > 0 ? ", " + remark.TagPath : string.Empty)}");
            }

            return Task.FromResult(file.IsTruncated ? ExitCode.Failed : ExitCode.Done);
        });
        return command;
    }
}
