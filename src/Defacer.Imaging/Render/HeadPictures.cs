using Defacer.Imaging.Volumes;

namespace Defacer.Imaging.Render;

/// <summary>The usual set of pictures of a head, as rasters or as PNG files.</summary>
public static class HeadPictures
{
    /// <summary>All sides (<see cref="RenderView.All"/>) and the three mid slices, by name.</summary>
    /// <param name="volume">Any geometry.</param>
    /// <param name="mask">Shown on the slices; or null.</param>
    /// <param name="options">Size, threshold, region.</param>
    /// <param name="ct">Ends the work.</param>
    public static IReadOnlyList<(string Name, Raster Picture)> Render(
        Volume volume, MaskVolume? mask, RenderOptions options, CancellationToken ct)
    {
        var scene = SurfaceScene.Prepare(volume, options, ct);
        string[] planes = ["sagittal", "coronal", "axial"];
        return
        [
            .. RenderView.All.Select(v => (v.Name, scene.Render(v, ct))),
            .. planes.Zip(MidSlices.Render(volume, mask, options, ct)),
        ];
    }

    /// <summary>Writes each picture as NAME.png and returns the paths.</summary>
    public static IReadOnlyList<string> Write(
        string folder, Volume volume, MaskVolume? mask, RenderOptions options, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var paths = new List<string>();
        foreach (var (name, picture) in Render(volume, mask, options, ct))
        {
            paths.Add(Path.Combine(folder, $"{name}.png"));
            PngWriter.Write(paths[^1], picture);
        }

        return paths;
    }

    /// <summary>
    /// One sheet: the volume before in the upper row, after in the lower, at the same threshold and scale.
    /// </summary>
    public static Raster BeforeAfter(
        Volume before, Volume after, MaskVolume? mask, RenderOptions options, CancellationToken ct)
    {
        var shared = options with { Threshold = options.Threshold ?? SurfaceThreshold.For(before) };
        return Raster.Sheet(
        [
            [.. Render(before, mask, shared, ct).Select(p => p.Picture)],
            [.. Render(after, null, shared, ct).Select(p => p.Picture)],
        ]);
    }
}
