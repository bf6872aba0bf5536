using Defacer.Dicom.Files;
using Defacer.Testing;

namespace Defacer.Imaging.Tests.Volumes;

/// <summary>Opens the real series of the shared data.</summary>
internal static class RealSeries
{
    internal static IReadOnlyList<DicomFile> Open(string name) => OpenFolder(Archive.Unpack("dicom", name + ".tar.xz"));

    internal static IReadOnlyList<DicomFile> OpenBug(string name) =>
        OpenFolder(Archive.Unpack("bugs", name, "in.tar.xz"));

    private static List<DicomFile> OpenFolder(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(f => DicomFile.Open(f))];
}
