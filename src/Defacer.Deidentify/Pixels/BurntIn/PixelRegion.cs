namespace Defacer.Deidentify.Pixels.BurntIn;

/// <summary>A rectangle of an image in pixels from its top left corner.</summary>
/// <param name="X">First column.</param>
/// <param name="Y">First row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
internal readonly record struct PixelRegion(int X, int Y, int Width, int Height)
{
    /// <summary>The part of it that lies in an image; rule lists write "the whole width" as a large number.</summary>
    internal PixelRegion Clip(int columns, int rows)
    {
        var (x, y) = (Math.Clamp(X, 0, columns), Math.Clamp(Y, 0, rows));
        return new PixelRegion(x, y, (int)Math.Clamp((long)X + Width - x, 0, columns - x),
            (int)Math.Clamp((long)Y + Height - y, 0, rows - y));
    }
}
