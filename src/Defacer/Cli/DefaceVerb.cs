using System.CommandLine;
using Defacer.Deface;
using Defacer.Deface.Fill;
using Defacer.Deface.Methods;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging;
using Defacer.Imaging.Nifti;

namespace Defacer.Cli;

/// <summary><c>defacer deface IN OUT</c>: the deface stage alone, on files, headers otherwise as they came.</summary>
internal static class DefaceVerb
{
    private static readonly string[] s_methodNames = [DefaceMethods.Auto, .. DefaceMethods.Names];
    private static readonly string[] s_fillNames = [.. Fills.All.Select(f => f.Name)];

    internal static Command Create()
    {
        var input = new Argument<string>("IN") { Description = "A DICOM file, a folder with the series of one or more studies, or a NIfTI file (.nii, .nii.gz)." };
        var output = new Argument<string>("OUT") { Description = "The file or folder to write; only what passed the gate appears in it." };
        var method = new Option<string>("--method")
        {
            Description = $"One of {string.Join(", ", s_methodNames)}; auto is fused where weights are installed, else depth-mask.",
            DefaultValueFactory = _ => DefaceMethods.Usual,
        };
        var fill = new Option<string>("--fill") { Description = $"One of {string.Join(", ", s_fillNames)}.", DefaultValueFactory = _ => new DefaceOptions().Fill };
        var pass = new Option<bool>("--pass-other") { Description = "Copy series that show no head instead of holding them back." };
        var mask = new Option<string?>("--mask") { Description = "Write the mask here as NIfTI on the input grid (.nii or .nii.gz; more series get a number)." };
        var report = new Option<string?>("--report") { Description = "Write the report as JSON here." };
        var render = new Option<string?>("--render") { Description = "Write pictures before and after into this folder." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var modality = new Option<string>("--modality") { Description = "Of a NIfTI file: MR, CT or PT.", DefaultValueFactory = _ => "MR" };
        modality.AcceptOnlyFromAmong("MR", "CT", "PT");
        var networks = new NetworkOptions();
        var command = new Command("deface", "Take the face and the ears out of DICOM series or a NIfTI file.")
        {
            input, output, method, fill, pass, mask, report, render, modality, networks.Models, networks.Provider, json,
        };
        command.Validators.Add(result =>
        {
            Check(result.GetValue(method), s_methodNames, "method");
            Check(result.GetValue(fill), s_fillNames, "fill");

            void Check(string? value, IReadOnlyCollection<string> known, string what)
            {
                if (value is not null && !known.Contains(value, StringComparer.Ordinal))
                {
                    result.AddError($"There is no {what} '{value}'. Known: {string.Join(", ", known)}.");
                }
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new DefaceOptions
            {
                Method = parsed.GetValue(method)!,
                Fill = parsed.GetValue(fill)!,
                NotAHead = parsed.GetValue(pass) ? NotAHeadPolicy.Pass : NotAHeadPolicy.Park,
                Render = parsed.GetValue(mask) is not null,
            };
            // While the files are read.
            var loading = Task.Run(() => DefaceMethods.UsesNetworks(options.Method) ? networks.Load(parsed) : null, cancellationToken);
            var (from, to) = (parsed.GetValue(input)!, parsed.GetValue(output)!);
            var (maskPath, reportPath, renderFolder) = (parsed.GetValue(mask), parsed.GetValue(report), parsed.GetValue(render));
            if (!NiftiFile.IsNiftiPath(from))
            {
                var run = new DefaceRun(from, to, options, maskPath, reportPath, renderFolder, parsed.GetValue(json));
                return await run.ExecuteAsync(loading, cancellationToken);
            }

            using var loaded = await loading;
            return new NiftiDefaceRun(
                from, to, parsed.GetValue(modality)!, options with { Networks = loaded }, maskPath, reportPath, renderFolder, parsed.GetValue(json))
                .Execute(cancellationToken);
        });
        return command;
    }

    /// <summary>A new SOP Instance UID for changed pixels, the same at each run: 2.25 and half of a SHA-256.</summary>
    internal static string DerivedUid(string original)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes("defaced " + original), hash);
        return "2.25." + new System.Numerics.BigInteger(hash[..16], isUnsigned: true, isBigEndian: true);
    }

    /// <summary>The instances by study, in the order of first appearance; what cannot be read goes to <paramref name="unreadable"/>.</summary>
    internal static IReadOnlyList<List<(string Path, DicomFile File)>> Studies(
        IReadOnlyList<string> paths, List<(string Path, string Reason)> unreadable, CancellationToken cancellationToken)
    {
        var files = new (DicomFile? File, string Reason)[paths.Count];
        SideBySide.For(0, files.Length, i => files[i] = Open(paths[i]), cancellationToken);
        unreadable.AddRange(paths.Zip(files).Where(f => f.Second.File is null).Select(f => (f.First, f.Second.Reason)));
        return
        [
            .. paths.Zip(files).Where(f => f.Second.File is not null).Select(f => (f.First, f.Second.File!))
                .GroupBy(f => f.Item2.Dataset.GetString(DicomTag.StudyInstanceUID) ?? string.Empty, StringComparer.Ordinal)
                .Select(g => g.ToList()),
        ];
    }

    private static (DicomFile? File, string Reason) Open(string path)
    {
        try
        {
            return (DicomFile.Open(path), string.Empty);
        }
        catch (IOException exception)
        {
            return (null, exception.Message);
        }
    }
}
