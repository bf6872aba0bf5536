using System.Security.Cryptography;
using Defacer.Testing;

namespace Defacer.Dicom.Tests.Files;

/// <summary>The files under test: the samples of this folder, and the fixtures that lie beside a checkout.</summary>
internal static class Fixtures
{
    internal static string Samples { get; } =
        Path.Combine(SharedData.RepositoryRoot, "tests", "Defacer.Dicom.Tests", "Samples");

    internal static string Sample(string name) => Path.Combine(Samples, name);

    internal static IEnumerable<string> AllSamples() =>
        Directory.EnumerateFiles(Samples, "*.dcm").Order(StringComparer.Ordinal);

    /// <summary>The DICOM files of a folder of the fixtures; skips the test when the fixtures are absent.</summary>
    internal static IReadOnlyList<string> In(string folder) =>
        [.. Directory.EnumerateFiles(SharedData.Require("fixtures", folder), "*", SearchOption.AllDirectories)
            .Where(p => Path.GetExtension(p) is ".dcm" or ""
                || Path.GetFileName(p).StartsWith("DICOMDIR", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
