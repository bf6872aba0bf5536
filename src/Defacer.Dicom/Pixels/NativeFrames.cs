using System.Buffers;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>Frames of native pixel data (PS3.5 §8.1, §8.2): one value, frame after frame.</summary>
internal sealed class NativeFrames(DicomElement element, PixelDescription description, bool isBigEndian)
{
    internal void Read(int frame, Span<byte> destination)
    {
        var bitOffset = description.FrameBits * frame;
        if (bitOffset % 8 != 0 || description.FrameBits % 8 != 0)
        {
            ReadUnaligned(bitOffset, destination);
            return;
        }

        if (description is { PlanarConfiguration: 1, SamplesPerPixel: > 1 })
        {
            var planes = ArrayPool<byte>.Shared.Rent(destination.Length); // Returned below, on every way out.
            try
            {
                ReadBytes(bitOffset / 8, planes.AsSpan(0, destination.Length));
                Interleave(planes.AsSpan(0, destination.Length), destination);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(planes);
            }

            return;
        }

        ReadBytes(bitOffset / 8, destination);
    }

    // 1-bit frames are contiguous: a frame may begin inside a byte (PS3.5 §8.1.1).
    private void ReadUnaligned(long bitOffset, Span<byte> destination)
    {
        var shift = (int)(bitOffset % 8);
        var length = (int)((shift + description.FrameBits + 7) / 8);
        var bytes = ArrayPool<byte>.Shared.Rent(length + 1); // Returned below, on every way out.
        try
        {
            bytes[length] = 0;
            ReadBytes(bitOffset / 8, bytes.AsSpan(0, length));
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = (byte)((bytes[i] | (bytes[i + 1] << 8)) >> shift);
            }

            if (description.FrameBits % 8 is > 0 and var used)
            {
                destination[^1] &= (byte)((1 << (int)used) - 1);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void ReadBytes(long offset, Span<byte> destination)
    {
        var unit = element.VR.UnitBytes;
        if (!isBigEndian || unit == 1)
        {
            element.Read(offset, destination);
        }
        else
        {
            ReadSwapped(offset, destination, unit);
        }

        if (isBigEndian)
        {
            FinishSwap(destination, unit);
        }
    }

    // The value swaps in units of its VR: a frame that begins or ends inside a unit needs the whole unit (8-bit
    // samples in OW).
    private void ReadSwapped(long offset, Span<byte> destination, int unit)
    {
        var start = offset - (offset % unit);
        var end = Math.Min(element.Length, (offset + destination.Length + unit - 1) / unit * unit);
        if (start == offset && end - start == destination.Length)
        {
            element.Read(offset, destination);
            return;
        }

        var bytes = ArrayPool<byte>.Shared.Rent((int)(end - start)); // Returned below, on every way out.
        try
        {
            element.Read(start, bytes.AsSpan(0, (int)(end - start)));
            bytes.AsSpan((int)(offset - start), destination.Length).CopyTo(destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // Cells wider than the VR's unit (32 bits in OW) are little endian units in big endian order after the swap by
    // unit.
    private void FinishSwap(Span<byte> bytes, int unit)
    {
        var cell = description.BitsAllocated / 8;
        if (cell <= unit)
        {
            return;
        }

        ByteOrder.Swap(bytes, cell);
        ByteOrder.Swap(bytes, unit);
    }

    private void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        var cell = description.BitsAllocated / 8;
        var samples = description.SamplesPerPixel;
        var count = (int)description.FramePixels;
        for (var sample = 0; sample < samples; sample++)
        {
            var plane = planes.Slice(sample * count * cell, count * cell);
            for (int at = 0, to = sample * cell; at < plane.Length; at += cell, to += samples * cell)
            {
                plane.Slice(at, cell).CopyTo(pixels[to..]);
            }
        }
    }
}
