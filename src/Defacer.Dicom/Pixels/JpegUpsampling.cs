namespace Defacer.Dicom.Pixels;

/// <summary>
/// Brings a component to the size of the image. Half resolution across, or across and down, is interpolated with
/// weights 3 and 1 as the IJG's decoders do, so that pixels equal theirs; other ratios repeat samples.
/// </summary>
internal static class JpegUpsampling
{
    /// <summary>A line of the image.</summary>
    /// <param name="component">Decoded.</param>
    /// <param name="row">Of the image.</param>
    /// <param name="across">How many columns of the image a sample covers.</param>
    /// <param name="down">How many rows.</param>
    /// <param name="line">Receives at least as many samples as the image has columns.</param>
    internal static void ReadLine(JpegComponent component, int row, int across, int down, Span<ushort> line)
    {
        var isSmooth = across == 2 && down <= 2 && component.Width > 2;
        if (isSmooth && down == 1)
        {
            Across(component.Line(row), line);
        }
        else if (isSmooth)
        {
            var near = row >> 1;
            AcrossAndDown(component.Line(near), component.Line((row & 1) == 0 ? near - 1 : near + 1), line);
        }
        else
        {
            var samples = component.Line(row / down);
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = samples[Math.Min(i / across, samples.Length - 1)];
            }
        }
    }

    private static void Across(ReadOnlySpan<ushort> from, Span<ushort> to)
    {
        for (var i = 0; i < from.Length; i++)
        {
            var value = from[i] * 3;
            Put(to, 2 * i, i == 0 ? from[i] : (value + from[i - 1] + 1) >> 2);
            Put(to, (2 * i) + 1, i == from.Length - 1 ? from[i] : (value + from[i + 1] + 2) >> 2);
        }
    }

    private static void AcrossAndDown(ReadOnlySpan<ushort> near, ReadOnlySpan<ushort> far, Span<ushort> to)
    {
        var before = 0;
        var now = (near[0] * 3) + far[0];
        for (var i = 0; i < near.Length; i++)
        {
            var isLast = i == near.Length - 1;
            var next = isLast ? 0 : (near[i + 1] * 3) + far[i + 1];
            Put(to, 2 * i, i == 0 ? ((now * 4) + 8) >> 4 : ((now * 3) + before + 8) >> 4);
            Put(to, (2 * i) + 1, isLast ? ((now * 4) + 7) >> 4 : ((now * 3) + next + 7) >> 4);
            (before, now) = (now, next);
        }
    }

    private static void Put(Span<ushort> to, int index, int value)
    {
        if (index < to.Length)
        {
            to[index] = (ushort)value;
        }
    }
}
