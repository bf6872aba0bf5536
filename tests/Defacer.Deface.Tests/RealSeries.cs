using Defacer.Dicom.Files;
using Defacer.Testing;

namespace Defacer.Deface.Tests;

/// <summary>The real series of the shared data.</summary>
internal static class RealSeries
{
    internal static IReadOnlyList<DicomFile> Open(string name) => OpenFolder(Archive.Unpack("dicom", $"{name}.tar.xz"));

    internal static IReadOnlyList<DicomFile> OpenFolder(string folder) =>
    [
        .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => DicomFile.Open(path)),
    ];
}
