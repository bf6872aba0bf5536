using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels;

namespace Defacer.Deface.Paint;

/// <summary>Overlays that are kept in unused bits of the pixels (PS3.3 §C.9.2, retired; PS3.5 §8.1.2).</summary>
internal static class OverlayPlanes
{
    /// <summary>The bits of a container that hold overlays; never one that holds the value.</summary>
    internal static ulong EmbeddedBits(DicomDataset dataset, PixelDescription description)
    {
        var value = ((1UL << description.BitsStored) - 1) << (description.HighBit + 1 - description.BitsStored);
        ulong bits = 0;
        for (var group = 0x6000; group <= 0x601E; group += 2)
        {
            var position = dataset.GetInt(new DicomTag((ushort)group, 0x0102));
            var hasData = dataset.Contains(new DicomTag((ushort)group, 0x3000));
            if (!hasData && position is > 0 and < 64)
            {
                bits |= 1UL << position.Value;
            }
        }

        return bits & ~value;
    }

    internal static void Clear(Span<byte> frame, ulong bits, int containerBytes)
    {
        if (bits == 0)
        {
            return;
        }

        for (var at = 0; at < frame.Length; at++)
        {
            frame[at] &= (byte)~(bits >> (at % containerBytes * 8));
        }
    }
}
