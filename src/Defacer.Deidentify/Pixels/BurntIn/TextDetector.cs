using Defacer.Dicom.Pixels;

namespace Defacer.Deidentify.Pixels.BurntIn;

/// <summary>
/// Tells whether the border of an image shows text, without reading it: text is two flat tones with many sharp changes
/// along the rows. It decides for quarantine only; it misses faint or large letters and is no proof of their absence.
/// </summary>
internal static class TextDetector
{
    // Names stand at the sides; the middle is anatomy.
    private const double BorderShare = 0.2;
    private const int WindowColumns = 48;

    // No more than the smallest letters, so that a window in them holds nothing else.
    private const int WindowRows = 8;

    // Of 255. Noise and anatomy change less from one pixel to the next.
    private const int SharpStep = 96;
    private const int ToneWidth = 64;

    // A letter of 8 columns has two strokes with two edges each, in two thirds of the rows.
    private const int MinEdges = 32;
    private const double MinTwoTones = 0.85;
    private const double MinStrokes = 0.06;
    private const double MaxStrokes = 0.5;

    /// <summary>Whether two neighbouring windows of the border look like text.</summary>
    /// <param name="frame">As <see cref="PixelDataReader"/> hands it out.</param>
    /// <param name="shape">Its shape.</param>
    internal static bool FindsText(ReadOnlySpan<byte> frame, PixelDescription shape)
    {
        if (shape.BitsAllocated is not (8 or 16) || shape.IsFloat || shape.Columns < WindowColumns * 2
            || shape.Rows < WindowRows * 2)
        {
            return false;
        }

        var tones = Tones(frame, shape);
        var (borderColumns, borderRows) = ((int)(shape.Columns * BorderShare), (int)(shape.Rows * BorderShare));
        for (var y = 0; y + WindowRows <= shape.Rows; y += WindowRows / 2)
        {
            var before = -WindowColumns;
            var inRows = y < borderRows || y + WindowRows > shape.Rows - borderRows;
            for (var x = 0; x + WindowColumns <= shape.Columns; x += WindowColumns / 2)
            {
                if (!inRows && x >= borderColumns && x + WindowColumns <= shape.Columns - borderColumns)
                {
                    continue;
                }

                if (!IsText(tones, shape.Columns, x, y))
                {
                    continue;
                }

                if (before == x - (WindowColumns / 2))
                {
                    return true;
                }

                before = x;
            }
        }

        return false;
    }

    private static bool IsText(byte[] tones, int columns, int x, int y)
    {
        var (low, high) = (255, 0);
        var edges = 0;
        for (var row = y; row < y + WindowRows; row++)
        {
            var line = tones.AsSpan((row * columns) + x, WindowColumns);
            for (var i = 0; i < WindowColumns; i++)
            {
                low = Math.Min(low, line[i]);
                high = Math.Max(high, line[i]);
                edges += i > 0 && Math.Abs(line[i] - line[i - 1]) > SharpStep ? 1 : 0;
            }
        }

        if (edges < MinEdges || high - low < SharpStep)
        {
            return false;
        }

        var (dark, bright) = (0, 0);
        for (var row = y; row < y + WindowRows; row++)
        {
            foreach (var tone in tones.AsSpan((row * columns) + x, WindowColumns))
            {
                dark += tone < low + ToneWidth ? 1 : 0;
                bright += tone > high - ToneWidth ? 1 : 0;
            }
        }

        const double Area = WindowColumns * WindowRows;
        var strokes = Math.Min(dark, bright) / Area;
        return (dark + bright) / Area >= MinTwoTones && strokes is >= MinStrokes and <= MaxStrokes;
    }

    // The first sample of colour by luminance, grey over the range of the frame.
    private static byte[] Tones(ReadOnlySpan<byte> frame, PixelDescription shape)
    {
        var pixels = (int)shape.FramePixels;
        var samples = shape.IsSubsampled ? 1 : shape.SamplesPerPixel;
        var values = new int[pixels];
        var bytes = shape.BitsAllocated / 8;
        var (least, most) = (int.MaxValue, int.MinValue);
        for (var i = 0; i < pixels; i++)
        {
            var at = shape.IsSubsampled ? (i / 2 * 4) + (i % 2) : i * samples * bytes;
            if (at + bytes > frame.Length)
            {
                break;
            }

            var value = bytes == 1 ? frame[at] : frame[at] | (frame[at + 1] << 8);
            if (bytes == 2 && shape.IsSigned)
            {
                value = (short)value;
            }

            // RGB: green alone would miss red letters.
            values[i] = samples >= 3 && bytes == 1 && shape.PhotometricInterpretation == "RGB"
                ? Math.Max(value, Math.Max(frame[at + 1], frame[at + 2])) : value;
            (least, most) = (Math.Min(least, values[i]), Math.Max(most, values[i]));
        }

        var tones = new byte[pixels];
        var range = Math.Max(1L, (long)most - least);
        for (var i = 0; i < pixels; i++)
        {
            tones[i] = (byte)Math.Clamp(((long)values[i] - least) * 255 / range, 0, 255);
        }

        return tones;
    }
}
