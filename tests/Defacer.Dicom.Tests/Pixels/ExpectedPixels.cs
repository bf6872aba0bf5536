using Defacer.Testing;

namespace Defacer.Dicom.Tests.Pixels;

/// <summary>A line of the fixtures' EXPECTED.csv: what independent decoders agree that a file shows.</summary>
/// <param name="Path">Relative to the fixtures.</param>
/// <param name="TransferSyntax">UID; empty where the file names none.</param>
/// <param name="Kind">native, lossless, lossy or none.</param>
/// <param name="Sha256">Of all frames in native form, lower case.</param>
internal sealed record ExpectedPixels(string Path, string TransferSyntax, string Kind, string Sha256)
{
    internal static IReadOnlyList<ExpectedPixels> ReadAll()
    {
        var lines = File.ReadAllLines(SharedData.Require("fixtures", "EXPECTED.csv"));
        return [.. lines.Skip(1).Select(l => l.Split(',')).Select(f => new ExpectedPixels(f[0], f[1], f[2], f[4]))];
    }
}
