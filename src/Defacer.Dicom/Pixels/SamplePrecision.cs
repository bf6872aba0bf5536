using System.Buffers.Binary;

namespace Defacer.Dicom.Pixels;

/// <summary>How many bits a coder must carry, so that the containers come back as they are.</summary>
internal static class SamplePrecision
{
    /// <summary>
    /// Bits Stored, where nothing stands above them; else all of the container: bits above may hold a sign, an old overlay
    /// or anything, and a lossless transfer keeps them. At most 8 bits need a container of 8 and no more than 8 bits
    /// would do with 16, which a decoder may not expect: 9 at least there.
    /// </summary>
    internal static int Of(ReadOnlySpan<byte> frame, PixelDescription description)
    {
        var bits = Math.Max(description.HighBit + 1, description.BitsAllocated == 16 ? 9 : 2);
        if (bits >= description.BitsAllocated)
        {
            return description.BitsAllocated;
        }

        uint all = 0;
        if (description.BitsAllocated == 8)
        {
            foreach (var value in frame)
            {
                all |= value;
            }
        }
        else
        {
            for (var i = 0; i + 1 < frame.Length; i += 2)
            {
                all |= BinaryPrimitives.ReadUInt16LittleEndian(frame[i..]);
            }
        }

        return all >> bits == 0 ? bits : description.BitsAllocated;
    }
}
