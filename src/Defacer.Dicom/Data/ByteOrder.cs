using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Defacer.Dicom.Data;

/// <summary>Swaps the bytes of big endian values (PS3.5 §7.3). In memory every value is little endian.</summary>
public static class ByteOrder
{
    /// <summary>
    /// Reverses each run of <paramref name="unit"/> bytes in place; a rest shorter than a unit stays.
    /// </summary>
    public static void Swap(Span<byte> bytes, int unit)
    {
        bytes = bytes[..(bytes.Length - (bytes.Length % unit))];
        switch (unit)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
            default:
                break;
        }
    }
}
