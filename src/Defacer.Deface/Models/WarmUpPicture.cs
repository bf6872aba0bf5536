namespace Defacer.Deface.Models;

/// <summary>
/// A fixed picture for the first run on a device: a bright egg with a darker core, a dent and a ripple, the same on every
/// machine. It need not be a head; it must reach every layer.
/// </summary>
internal static class WarmUpPicture
{
    internal static float[] Make(int size)
    {
        var image = new float[size * size * size];
        for (var i = 0; i < image.Length; i++)
        {
            var (line, column) = Math.DivRem(i, size);
            var (slice, row) = Math.DivRem(line, size);
            var (x, y, z) = (Place(column, size), Place(row, size), Place(slice, size));
            var radius = Math.Sqrt((x * x * 1.4) + (y * y) + (z * z * 1.1));
            var ripple = 0.1 * Math.Sin(9 * x) * Math.Cos(7 * y + (5 * z));
            image[i] = radius > 0.8 || (y < -0.6 && z < 0) ? 0.02f : (float)(radius < 0.6 ? 0.5 + ripple : 0.9 + (ripple / 2));
        }

        return image;
    }

    private static double Place(int index, int size) => ((2.0 * index) + 1 - size) / size;
}
