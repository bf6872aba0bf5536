using System.CommandLine;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;

namespace Defacer.Cli;

/// <summary><c>defacer transcode IN OUT --syntax UID</c>: another transfer syntax, without loss.</summary>
internal static class TranscodeVerb
{
    // The keywords of PS3.6 Table A-1.
    private static readonly (string Name, DicomTransferSyntax Syntax)[] s_syntaxes =
    [
        .. new (string, DicomTransferSyntax)[]
        {
            (nameof(DicomTransferSyntax.ExplicitVRLittleEndian), DicomTransferSyntax.ExplicitVRLittleEndian),
            (nameof(DicomTransferSyntax.ImplicitVRLittleEndian), DicomTransferSyntax.ImplicitVRLittleEndian),
            (nameof(DicomTransferSyntax.DeflatedExplicitVRLittleEndian), DicomTransferSyntax.DeflatedExplicitVRLittleEndian),
            (nameof(DicomTransferSyntax.RLELossless), DicomTransferSyntax.RLELossless),
            (nameof(DicomTransferSyntax.JPEGLosslessSV1), DicomTransferSyntax.JPEGLosslessSV1),
            (nameof(DicomTransferSyntax.JPEGLSLossless), DicomTransferSyntax.JPEGLSLossless),
            (nameof(DicomTransferSyntax.JPEG2000Lossless), DicomTransferSyntax.JPEG2000Lossless),
            (nameof(DicomTransferSyntax.HTJ2KLossless), DicomTransferSyntax.HTJ2KLossless),
        }.Where(s => PixelCodecs.CanEncode(s.Item2.UID)),
    ];

    internal static Command Create()
    {
        var input = new Argument<string>("IN") { Description = "A DICOM file or folder." };
        var output = new Argument<string>("OUT") { Description = "The file or folder to write." };
        var syntax = new Option<string>("--syntax")
        {
            Description = "UID or name of a lossless transfer syntax: " + string.Join(", ", Names()) + ".",
            DefaultValueFactory = _ => DicomTransferSyntax.ExplicitVRLittleEndian.UID,
        };
        var json = new Option<bool>("--json") { Description = "Print as JSON." };
        var command = new Command("transcode", "Write files in another transfer syntax; no pixel changes.") { input, output, syntax, json };
        command.Validators.Add(result =>
        {
            if (Find(result.GetValue(syntax)!) is null)
            {
                result.AddError($"'{result.GetValue(syntax)}' is no syntax that is written here. Name one of {string.Join(", ", Names())}, or its UID.");
            }
        });
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(
            parsed.GetValue(input)!, parsed.GetValue(output)!, Find(parsed.GetValue(syntax)!)!, parsed.GetValue(json), cancellationToken)));
        return command;
    }

    private static int Run(string input, string output, DicomTransferSyntax syntax, bool json, CancellationToken cancellationToken)
    {
        var files = InputFiles.Below(input);
        if (files.Contains(Path.GetFullPath(output)) || Path.GetFullPath(output) == Path.GetFullPath(input))
        {
            Terminal.Error($"'{output}' is the input: name another place, originals are never overwritten.");
            return ExitCode.Usage;
        }

        var results = files.Select(f => One(f, InputFiles.Target(input, f, output), syntax, cancellationToken)).ToList();
        var refused = results.Where(r => r.Reason is not null).ToList();
        if (json)
        {
            Terminal.Json(results);
        }
        else
        {
            foreach (var result in refused)
            {
                Terminal.Error($"{result.Input}: {result.Reason}");
            }

            Terminal.Line($"{results.Count - refused.Count} of {results.Count} written to {output} as {Array.Find(s_syntaxes, s => s.Syntax == syntax).Name}.");
        }

        return results.Count == 0 || refused.Count > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private static FileResult One(string path, string target, DicomTransferSyntax syntax, CancellationToken cancellationToken)
    {
        try
        {
            var file = DicomFile.Open(path);
            if (file.IsTruncated)
            {
                return new FileResult(path, null, "The file ends early: what is missing cannot be written.");
            }

            var written = Transcoder.Transcode(file, syntax, cancellationToken);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
            written.Save(target);
            return new FileResult(path, target, null);
        }
        catch (DicomFormatException exception)
        {
            return new FileResult(path, null, exception.Message);
        }
    }

    private static DicomTransferSyntax? Find(string text) =>
        Array.Find(s_syntaxes, s => s.Syntax.UID == text || s.Name.Equals(text, StringComparison.OrdinalIgnoreCase)).Syntax;

    private static IEnumerable<string> Names() => s_syntaxes.Select(s => s.Name);

    private sealed record FileResult(string Input, string? Output, string? Reason);
}
