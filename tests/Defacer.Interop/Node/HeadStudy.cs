using Defacer.Imaging.Phantom;

namespace Defacer.Interop.Node;

/// <summary>A phantom study for tests that are about the way and not about the picture: small and quick.</summary>
internal static class HeadStudy
{
    /// <summary>A series of this many axial slices over the whole head; the files in slice order.</summary>
    internal static IReadOnlyList<string> Write(string folder, int slices, int seed = 0)
    {
        var whole = PhantomOptions.WholeHead("MR", PhantomOrientation.Axial, pixelMm: 1.4, sliceMm: 1);
        var scan = whole with { Seed = seed, Slices = slices, SliceMm = (double)whole.Slices / slices };
        return PhantomSeries.Write(folder, new PhantomSeriesOptions { Scan = scan }, CancellationToken.None).Files;
    }
}
