namespace Defacer.Imaging.Render;

/// <summary>A small picture in memory.</summary>
/// <param name="width">Pixels per row.</param>
/// <param name="height">Number of rows.</param>
/// <param name="channels">1 for grey, 3 for red, green, blue.</param>
/// <param name="pixels">[row, column, channel].</param>
public sealed class Raster(int width, int height, int channels, byte[] pixels)
{
    /// <summary>A black picture.</summary>
    public Raster(int width, int height, int channels)
        : this(width, height, channels, new byte[width * height * channels])
    {
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; } = width;

    /// <summary>Number of rows.</summary>
    public int Height { get; } = height;

    /// <summary>1 for grey, 3 for red, green, blue.</summary>
    public int Channels { get; } = channels is 1 or 3
        ? channels
        : throw new ArgumentOutOfRangeException(nameof(channels), channels, "1 for grey, 3 for colour.");

    /// <summary>[row, column, channel].</summary>
    public byte[] Pixels { get; } = pixels.Length == width * height * channels
        ? pixels
        : throw new ArgumentException(
            $"{pixels.Length} bytes do not fill {width} x {height} x {channels}.", nameof(pixels));

    /// <summary>One row of bytes.</summary>
    public Span<byte> Row(int row) => Pixels.AsSpan(row * Width * Channels, Width * Channels);

    /// <summary>The same picture with three channels.</summary>
    public Raster ToColour()
    {
        if (Channels == 3)
        {
            return this;
        }

        var colour = new Raster(Width, Height, 3);
        for (var i = 0; i < Pixels.Length; i++)
        {
            colour.Pixels.AsSpan(i * 3, 3).Fill(Pixels[i]);
        }

        return colour;
    }

    /// <summary>
    /// Pictures side by side in rows, with a thin border; each row is as high as its highest picture.
    /// </summary>
    public static Raster Sheet(IReadOnlyList<IReadOnlyList<Raster>> rows)
    {
        const int Gap = 4;
        const byte Border = 70;
        var colour = rows.SelectMany(r => r).Any(p => p.Channels == 3);
        var width = rows.Max(r => r.Sum(p => p.Width + Gap)) + Gap;
        var height = rows.Sum(r => r.Max(p => p.Height) + Gap) + Gap;
        var sheet = new Raster(width, height, colour ? 3 : 1);
        sheet.Pixels.AsSpan().Fill(Border);
        var top = Gap;
        foreach (var row in rows)
        {
            var left = Gap;
            foreach (var picture in row.Select(p => colour ? p.ToColour() : p))
            {
                for (var y = 0; y < picture.Height; y++)
                {
                    picture.Row(y).CopyTo(sheet.Row(top + y)[(left * sheet.Channels)..]);
                }

                left += picture.Width + Gap;
            }

            top += row.Max(p => p.Height) + Gap;
        }

        return sheet;
    }
}
