using Defacer.Imaging.Phantom;

namespace Defacer.Interop.Node;

/// <summary>A phantom study for tests that are about the way and not about the picture: small and quick.</summary>
internal static class HeadStudy
{
    /// <summary>A series of this many axial slices over the whole head; the files in slice order.</summary>
    internal static IReadOnlyList<string> Write(string folder, int slices, int seed = 0) => PhantomSeries.Write(
        folder,
        new PhantomSeriesOptions
        {
            Scan = new PhantomOptions
            {
                Seed = seed,
                Orientation = PhantomOrientation.Axial,
                Columns = 96,
                Rows = 110,
                ColumnMm = 2.4,
                RowMm = 2.4,
                Slices = slices,
                SliceMm = 240.0 / slices,
            },
        },
        CancellationToken.None).Files;
}
