using Defacer.Dicom.Pixels;

namespace Defacer.Deface.Paint;

/// <summary>The least and the greatest stored value of an instance.</summary>
internal sealed class PixelExtent
{
    internal long Smallest { get; private set; } = long.MaxValue;

    internal long Largest { get; private set; } = long.MinValue;

    internal void Include(ReadOnlySpan<byte> frame, StoredValues stored, long pixels)
    {
        for (var i = 0; i < pixels; i++)
        {
            var value = stored.Get(frame, i);
            Smallest = Math.Min(Smallest, value);
            Largest = Math.Max(Largest, value);
        }
    }
}
