using Defacer.Dicom.Files;
using Defacer.Imaging.Phantom;
using Xunit;

namespace Defacer.Deface.Tests;

/// <summary>A coarse procedural head as a series: small enough for many runs.</summary>
internal static class PhantomStudy
{
    internal static IReadOnlyList<DicomFile> Create(string modality = "MR", int series = 1, double mm = 2.5)
    {
        var scan = PhantomOptions.WholeHead(modality, PhantomOrientation.Sagittal, mm, mm) with { Seed = 5 };
        var head = PhantomHead.Create(scan, TestContext.Current.CancellationToken);
        return PhantomSeries.Instances(head, new PhantomSeriesOptions { Scan = scan, SeriesNumber = series });
    }
}
