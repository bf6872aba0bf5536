namespace Defacer.Dicom.Pixels;

/// <summary>Moves samples between the layout of a codec and frames: little endian containers, colour by pixel.</summary>
internal static class SampleLayout
{
    /// <summary>Copies decoded samples into a frame.</summary>
    /// <param name="samples">Little endian, <paramref name="sampleBytes"/> each.</param>
    /// <param name="sampleBytes">1 or 2, not more than a container has.</param>
    /// <param name="isPlanar">Whether the samples are plane by plane.</param>
    /// <param name="description">Shape; containers of 8 or 16 bits, or of 1 bit for grey samples of a byte.</param>
    /// <param name="frame">All bytes are written.</param>
    internal static void Store(
        ReadOnlySpan<byte> samples, int sampleBytes, bool isPlanar, PixelDescription description, Span<byte> frame)
    {
        var cell = description.BitsAllocated / 8;
        var planes = isPlanar ? description.SamplesPerPixel : 1;
        if (cell == sampleBytes && planes == 1)
        {
            samples.CopyTo(frame);
            return;
        }

        frame.Clear();
        if (cell == 0)
        {
            for (var i = 0; i < samples.Length; i++)
            {
                frame[i / 8] |= (byte)((samples[i] & 1) << (i % 8));
            }

            return;
        }

        var count = samples.Length / sampleBytes / planes;
        for (var plane = 0; plane < planes; plane++)
        {
            var from = plane * count * sampleBytes;
            for (int i = 0, to = plane * cell; i < count; i++, from += sampleBytes, to += planes * cell)
            {
                frame[to] = samples[from];
                if (sampleBytes == 2)
                {
                    frame[to + 1] = samples[from + 1];
                }
            }
        }
    }

    /// <summary>Subtracts what an unsigned code added to signed samples; containers are filled with the sign.</summary>
    /// <param name="frame">Of unsigned samples of at most 8 bits, changed in place.</param>
    /// <param name="containerBytes">1 or 2.</param>
    /// <param name="bias">2 to the power of precision less one.</param>
    internal static void Unbias(Span<byte> frame, int containerBytes, int bias)
    {
        for (var i = 0; i < frame.Length; i += containerBytes)
        {
            var value = frame[i] - bias;
            frame[i] = (byte)value;
            if (containerBytes == 2)
            {
                frame[i + 1] = (byte)(value >> 8);
            }
        }
    }
}
