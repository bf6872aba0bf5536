using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Defacer.Testing;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>A line of the fixtures' EXPECTED.csv: what independent decoders agree that a file shows.</summary>
/// <param name="Path">Relative to the fixtures.</param>
/// <param name="TransferSyntax">UID; empty where the file names none; "(codestream)" for bare streams.</param>
/// <param name="Kind">native, lossless, near-lossless, lossy or none.</param>
/// <param name="Sha256">Of all frames in native form, lower case; empty where no decoder decodes it.</param>
/// <param name="BitsAllocated">Of the containers.</param>
/// <param name="Range">Least, greatest and mean sample.</param>
/// <param name="Agreement">In words; of codestreams also their shape.</param>
/// <param name="Tolerance">Greatest difference of a sample; 0: the hash must be equal.</param>
internal sealed partial record ExpectedPixels(
    string Path,
    string TransferSyntax,
    string Kind,
    string Sha256,
    int BitsAllocated,
    (double Min, double Max, double Mean) Range,
    string Agreement,
    int Tolerance)
{
    internal static IReadOnlyList<ExpectedPixels> ReadAll()
    {
        var lines = File.ReadAllLines(SharedData.Require("fixtures", "EXPECTED.csv"));
        return [.. lines.Skip(1).Select(l => Parse([.. Fields().Matches(l).Select(m => m.Groups[1].Value.Trim('"'))]))];
    }

    /// <summary>Columns, rows and samples of a codestream.</summary>
    internal (int Columns, int Rows, int Samples)? Shape()
    {
        var match = ShapeText().Match(Agreement);
        return match.Success ? (Int(match.Groups[1].Value), Int(match.Groups[2].Value), Int(match.Groups[3].Value)) : null;
    }

    /// <summary>The pixels themselves, where they are kept.</summary>
    internal byte[]? Reference()
    {
        var path = System.IO.Path.Combine(
            SharedData.Require("fixtures", "refs"), Path.Replace("/", "__", StringComparison.Ordinal) + ".raw.gz");
        if (!File.Exists(path))
        {
            return null;
        }

        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static ExpectedPixels Parse(string[] f) => new(
        f[0], f[1], f[2], f[4], Int(f[6]), (Number(f[8]), Number(f[9]), Number(f[10])), f[12], Limit().Match(f[13]) is
        { Success: true } limit
            ? Int(limit.Groups[1].Value)
            : 0);

    private static int Int(string text) => text.Length == 0 ? 0 : int.Parse(text, CultureInfo.InvariantCulture);

    private static double Number(string text) =>
        text.Length == 0 ? double.NaN : double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("(\"[^\"]*\"|[^,]*)(?:,|$)")]
    private static partial Regex Fields();

    [GeneratedRegex(@"(\d+)x(\d+) (\d+) comp")]
    private static partial Regex ShapeText();

    [GeneratedRegex(@"max\|d\|<=(\d+)")]
    private static partial Regex Limit();
}
