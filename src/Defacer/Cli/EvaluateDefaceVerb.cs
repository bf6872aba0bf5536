using System.CommandLine;
using Defacer.Deface.Evaluate;
using Defacer.Deface.Methods;

namespace Defacer.Cli;

/// <summary><c>defacer evaluate deface IN... --out DIR</c>: what methods take of heads, measured on the heads' own surface.</summary>
internal static class EvaluateDefaceVerb
{
    internal static Command Create()
    {
        var input = new Argument<string[]>("IN")
        {
            Description = "NIfTI files, DICOM series, or folders of them. A file NAME_brainmask.nii beside NAME_*.nii is its brain mask.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "The folder for table, JSON and pictures.", Required = true };
        var methods = new Option<string[]>("--method")
        {
            Description = $"Methods to compare: {string.Join(", ", DefaceMethods.Names)}. Default: the default method.",
            AllowMultipleArgumentsPerToken = true,
        };
        var contrasts = new Option<string[]>("--contrast")
        {
            Description = $"Show T1 heads as {string.Join(", ", Recontrast.Names)}. Default: t1, as they are.",
            AllowMultipleArgumentsPerToken = true,
        };
        var pictures = new Option<bool>("--pictures") { Description = "Also write a picture before and after for each. Pictures show faces: keep them private." };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON." };
        var networks = new NetworkOptions();
        methods.AcceptOnlyFromAmong([.. DefaceMethods.Names, DefaceMethods.Auto]);
        contrasts.AcceptOnlyFromAmong([.. Recontrast.Names]);
        var deface = new Command("deface", "Measure face removal per head and method.")
        {
            input, output, methods, contrasts, pictures, json, networks.Models, networks.Provider,
        };
        deface.SetAction((parsed, cancellationToken) =>
        {
            using var loaded = networks.Load(parsed);
            var chosen = parsed.GetValue(methods) is { Length: > 0 } named ? named : [DefaceMethods.Auto];
            return Task.FromResult(new DefaceEvaluation(
                parsed.GetValue(output)!,
                [.. chosen.Select(name => DefaceMethods.Require(name, loaded))],
                parsed.GetValue(contrasts) is { Length: > 0 } shown ? shown : ["t1"],
                parsed.GetValue(pictures),
                parsed.GetValue(json)).Execute(parsed.GetValue(input)!, loaded?.Identity, cancellationToken));
        });
        return deface;
    }
}
