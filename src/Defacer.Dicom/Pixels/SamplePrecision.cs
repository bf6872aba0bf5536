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
    /// <param name="frame">Of one or two bytes a sample.</param>
    /// <param name="description">Of the frame.</param>
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

    /// <summary>
    /// The same for coders of numbers: where samples are signed and their sign fills the container, Bits Stored carry
    /// them.
    /// </summary>
    internal static int OfNumbers(ReadOnlySpan<byte> frame, PixelDescription description)
    {
        var bits = Math.Max(description.HighBit + 1, description.BitsAllocated == 16 ? 9 : 2);
        if (!description.IsSigned || bits >= description.BitsAllocated)
        {
            return Of(frame, description);
        }

        var min = -(1 << (bits - 1));
        var step = description.BitsAllocated / 8;
        for (var i = 0; i < frame.Length; i += step)
        {
            var value = step == 1 ? (sbyte)frame[i] : BinaryPrimitives.ReadInt16LittleEndian(frame[i..]);
            if (value < min || value >= -min)
            {
                return description.BitsAllocated;
            }
        }

        return bits;
    }
}
