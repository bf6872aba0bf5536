using Defacer.Imaging.Geometry;
using Defacer.Imaging.Morphology;
using Defacer.Imaging.Resample;
using Defacer.Imaging.Volumes;

namespace Defacer.Imaging.Render;

/// <summary>
/// The three planes through the middle of the region shown, in the radiological way: patient's right is on the left.
/// </summary>
public static class MidSlices
{
    // Shows fat, skin and brain at once.
    private const float CtLow = -250;
    private const float CtHigh = 350;

    /// <summary>Sagittal (front to the left), coronal and axial (front at the top).</summary>
    /// <param name="volume">Any geometry.</param>
    /// <param name="mask">Of the same geometry, shown in red (face) and blue (ears); or null.</param>
    /// <param name="options">Region and size.</param>
    /// <param name="ct">Ends the work.</param>
    public static IReadOnlyList<Raster> Render(
        Volume volume, MaskVolume? mask, RenderOptions options, CancellationToken ct)
    {
        var grid = SurfaceScene.ChooseGrid(volume.Geometry, options);
        var (low, high) = Window(volume);
        var shape = grid.Shape;
        var extent = new Vector3(shape.Columns, shape.Rows, shape.Slices);
        var pixel = Math.Max(extent.X, Math.Max(extent.Y, extent.Z)) * grid.SpacingMm / options.Size;
        var centre = grid.ToPatient((shape.Columns - 1) / 2.0, (shape.Rows - 1) / 2.0, (shape.Slices - 1) / 2.0);
        var (left, back, down) = (new Vector3(1, 0, 0), new Vector3(0, 1, 0), new Vector3(0, 0, -1));
        return
        [
            Plane(back * pixel, down * pixel),
            Plane(left * pixel, down * pixel),
            Plane(left * pixel, back * pixel),
        ];

        Raster Plane(Vector3 toRight, Vector3 toBottom)
        {
            var grey = new Raster(options.Size, options.Size, 1);
            var colour = mask is null ? null : new Raster(options.Size, options.Size, 3);
            Parallel.For(0, options.Size, new ParallelOptions { CancellationToken = ct }, y =>
            {
                for (var x = 0; x < options.Size; x++)
                {
                    var half = (options.Size - 1) / 2.0;
                    var p = centre + (toRight * (x - half)) + (toBottom * (y - half));
                    var value = Resampler.Sample(volume, p, low);
                    var shade = (byte)Math.Clamp(255 * (value - low) / (high - low), 0, 255);
                    grey.Row(y)[x] = shade;
                    if (colour is not null)
                    {
                        Paint(colour.Row(y)[(3 * x)..], shade, LabelAt(mask!, p));
                    }
                }
            });
            return colour ?? grey;
        }
    }

    private static (float Low, float High) Window(Volume volume)
    {
        if (volume.Modality == "CT")
        {
            return (CtLow, CtHigh);
        }

        var histogram = Histogram.Full(volume.Voxels, 4096);
        var (low, high) = ((float)histogram.Quantile(0.01), (float)histogram.Quantile(0.995));
        return (low, high > low ? high : low + 1);
    }

    private static byte LabelAt(MaskVolume mask, Vector3 p)
    {
        var g = mask.Geometry;
        var at = g.ToVoxel(p);
        var (c, r, s) = ((int)Math.Round(at.Column), (int)Math.Round(at.Row), (int)Math.Round(at.Slice));
        var isOutside = c < 0 || r < 0 || s < 0 || c >= g.Columns || r >= g.Rows || s >= g.Slices;
        return isOutside ? MaskVolume.Keep : mask.Labels[g.Index(c, r, s)];
    }

    private static void Paint(Span<byte> pixel, byte shade, byte label)
    {
        pixel[..3].Fill(shade);
        if (label != MaskVolume.Keep)
        {
            pixel[label == MaskVolume.Face ? 0 : 2] = (byte)Math.Min(255, (shade / 2) + 128);
        }
    }
}
