using System.Text.RegularExpressions;
using Xunit;

namespace Defacer.Interop.Peers;

/// <summary>David Clunie's IOD verifier as a judge: an output may have no error that its input did not have.</summary>
internal static partial class DciodvfyAssert
{
    internal static async Task NoNewErrorAsync(string input, string output, CancellationToken cancellationToken)
    {
        var before = await ErrorsAsync(input, cancellationToken);
        var after = await ErrorsAsync(output, cancellationToken);
        var added = after.Except(before, StringComparer.Ordinal).ToArray();
        Assert.True(added.Length == 0, $"New errors: {string.Join("; ", added)}");
    }

    private static async Task<IReadOnlyCollection<string>> ErrorsAsync(string file, CancellationToken cancellationToken)
    {
        var outcome = await Dcmtk.RunAsync("dciodvfy", ["-new", file], cancellationToken);
        return [.. outcome.Output.Split('\n')
            .Where(l => l.StartsWith("Error", StringComparison.Ordinal))
            .Select(l => Value().Replace(l, "<>"))
            .Distinct(StringComparer.Ordinal)];
    }

    // Values differ by design; the kind of the error and its attribute must not.
    [GeneratedRegex("<[^>]*>|'[^']*'|= *\\S+", RegexOptions.None, 1000)]
    private static partial Regex Value();
}
