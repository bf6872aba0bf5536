using System.Buffers.Binary;
using Defacer.Dicom.Data;
using Defacer.Imaging;

namespace Defacer.Deidentify.Pixels;

/// <summary>
/// Old objects keep overlays in the unused bits of Pixel Data (PS3.5 §8.1.2, retired): the overlay group goes, so its
/// bits must go too. The stored bits stay; above them the sign is repeated where values are signed.
/// </summary>
internal static class EmbeddedOverlays
{
    /// <summary>Clears the bits where the source has such an overlay; a cause when that is not possible.</summary>
    internal static Parked? Clear(DicomDataset source, DicomDataset output)
    {
        if (!source.Any(IsEmbedded(source)))
        {
            return null;
        }

        var allocated = output.GetInt(DicomTag.BitsAllocated);
        var stored = output.GetInt(DicomTag.BitsStored);
        var high = output.GetInt(DicomTag.HighBit);
        if (!output.TryGet(DicomTag.PixelData, out var item))
        {
            return null;
        }

        if (item is not DicomElement pixels || allocated != 16 || stored is not (>= 1 and <= 16) || high is null
            || high < stored - 1 || high > 15)
        {
            return new Parked(
                ParkCause.Deidentification,
                "Overlays lie in the unused bits of pixel data that are compressed or not of 16 bits.",
                "Have the source send the images uncompressed.");
        }

        var bulk = new StoredBits(pixels, stored.Value, high.Value, output.GetInt(DicomTag.PixelRepresentation) == 1);
        output.AddOrUpdate(new DicomElement(pixels.Tag, DicomVR.OW, bulk));
        return null;
    }

    // (60xx,0100) Overlay Bits Allocated is 1 for an overlay with data of its own; (60xx,0102) is the bit in the pixel.
    private static Func<DicomItem, bool> IsEmbedded(DicomDataset source) => item =>
        item.Tag.Group is >= 0x6000 and <= 0x601E && !item.Tag.IsPrivate
        && ((item.Tag.Element == 0x0100 && source.GetInt(item.Tag) is > 1)
            || (item.Tag.Element == 0x0102 && source.GetInt(item.Tag) is > 0));

    /// <summary>16-bit pixels of which only the stored bits are passed on.</summary>
    private sealed class StoredBits(DicomElement pixels, int stored, int high, bool signed) : DicomBulk
    {
        public override long Length => pixels.Length;

        public override void Read(long offset, Span<byte> buffer)
        {
            pixels.Read(offset, buffer);
            var low = high - stored + 1;
            var mask = (ushort)(((1 << stored) - 1) << low);
            var above = (ushort)~((1 << (high + 1)) - 1);
            for (var at = (int)(offset & 1); at + 1 < buffer.Length; at += 2)
            {
                var value = BinaryPrimitives.ReadUInt16LittleEndian(buffer[at..]);
                var kept = (ushort)(value & mask);
                if (signed && (value & (1 << high)) != 0)
                {
                    kept |= above;
                }

                BinaryPrimitives.WriteUInt16LittleEndian(buffer[at..], kept);
            }
        }
    }
}
