using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// Stored values of grey pixels in their containers (PS3.5 §8.1.1). Only Bits Stored below High Bit are the value:
/// other
/// bits may hold an old overlay or anything else.
/// </summary>
public readonly struct StoredValues
{
    private readonly int _containerBytes;
    private readonly int _shift;
    private readonly int _unusedBits;
    private readonly bool _isSigned;

    /// <summary>The values of this shape.</summary>
    /// <exception cref="DicomFormatException">The pixels are colour, floating point, 1 bit or 64 bits.</exception>
    public StoredValues(PixelDescription description)
    {
        if (!CanRead(description))
        {
            throw new DicomFormatException("The pixels are not grey values of 8, 16 or 32 bits.");
        }

        _containerBytes = description.BitsAllocated / 8;
        _shift = description.HighBit + 1 - description.BitsStored;
        _unusedBits = 64 - description.BitsStored;
        _isSigned = description.IsSigned;
        Minimum = _isSigned ? -(1L << (description.BitsStored - 1)) : 0;
        Maximum = (1L << (description.BitsStored - (_isSigned ? 1 : 0))) - 1;
    }

    /// <summary>Whether the pixels are grey integers of 8, 16 or 32 bits.</summary>
    public static bool CanRead(PixelDescription description) =>
        description is { IsFloat: false, SamplesPerPixel: 1, BitsAllocated: 8 or 16 or 32 };

    /// <summary>The least value that can be stored.</summary>
    public long Minimum { get; }

    /// <summary>The greatest value that can be stored.</summary>
    public long Maximum { get; }

    /// <summary>The value of a pixel: bits outside the stored ones dropped, the sign extended.</summary>
    /// <param name="frame">A frame as <see cref="PixelDataReader"/> hands it out.</param>
    /// <param name="pixel">Row × columns + column.</param>
    public long Get(ReadOnlySpan<byte> frame, int pixel) => Value(Container(frame, pixel));

    /// <summary>Writes a value; bits outside the stored ones become 0, above a signed value its sign.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value does not fit into Bits Stored.</exception>
    public void Set(Span<byte> frame, int pixel, long value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, Minimum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Maximum);
        var at = frame[(pixel * _containerBytes)..];
        var container = value << _shift;
        switch (_containerBytes)
        {
            case 1:
                at[0] = (byte)container;
                break;
            case 2:
                BinaryPrimitives.WriteInt16LittleEndian(at, (short)container);
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(at, (int)container);
                break;
        }
    }

    /// <summary>All values of a frame times slope plus intercept.</summary>
    /// <param name="frame">A frame as <see cref="PixelDataReader"/> hands it out.</param>
    /// <param name="destination">[row, column]; its length says how many.</param>
    /// <param name="slope">Factor.</param>
    /// <param name="intercept">Added afterwards.</param>
    public void Scale(ReadOnlySpan<byte> frame, Span<float> destination, double slope, double intercept)
    {
        if (_containerBytes == 2)
        {
            ScaleShorts(frame, destination, slope, intercept);
            return;
        }

        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)((Get(frame, i) * slope) + intercept);
        }
    }

    // The common case, with the switch outside the loop.
    private void ScaleShorts(ReadOnlySpan<byte> frame, Span<float> destination, double slope, double intercept)
    {
        frame = frame[..(destination.Length * 2)];
        var left = _unusedBits - 32 - _shift;
        var right = _unusedBits - 32;
        for (var i = 0; i < destination.Length; i++)
        {
            var raised = BinaryPrimitives.ReadUInt16LittleEndian(frame.Slice(i * 2, 2)) << left;
            var value = _isSigned ? raised >> right : (int)((uint)raised >> right);
            destination[i] = (float)((value * slope) + intercept);
        }
    }

    private ulong Container(ReadOnlySpan<byte> frame, int pixel) => _containerBytes switch
    {
        1 => frame[pixel],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(frame[(pixel * 2)..]),
        _ => BinaryPrimitives.ReadUInt32LittleEndian(frame[(pixel * 4)..]),
    };

    private long Value(ulong container)
    {
        var raised = container << (_unusedBits - _shift);
        return _isSigned ? (long)raised >> _unusedBits : (long)(raised >> _unusedBits);
    }
}
