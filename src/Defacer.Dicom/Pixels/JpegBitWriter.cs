namespace Defacer.Dicom.Pixels;

/// <summary>Writes markers, segments and entropy-coded bits, a zero after FF (ITU-T T.81 §B.1.1.5).</summary>
internal sealed class JpegBitWriter(int expectedBytes)
{
    private byte[] _bytes = new byte[Math.Max(1024, expectedBytes / 2)];
    private int _length;
    private ulong _bits;
    private int _count;

    internal void Marker(byte marker)
    {
        Put(0xFF);
        Put(marker);
    }

    internal void Segment(byte marker, ReadOnlySpan<byte> content)
    {
        Marker(marker);
        Put((byte)((content.Length + 2) >> 8));
        Put((byte)(content.Length + 2));
        foreach (var value in content)
        {
            Put(value);
        }
    }

    /// <summary>Writes the lowest bits of a value; 16 at most.</summary>
    internal void Write(int bits, int length)
    {
        _bits = (_bits << length) | (uint)bits;
        _count += length;
        while (_count >= 8)
        {
            _count -= 8;
            var value = (byte)(_bits >> _count);
            Put(value);
            if (value == 0xFF)
            {
                Put(0);
            }
        }
    }

    /// <summary>Fills the last byte with ones, ends the image, and gives it, of even length.</summary>
    internal byte[] Finish()
    {
        if (_count > 0)
        {
            Write((1 << (8 - _count)) - 1, 8 - _count);
        }

        Marker(0xD9);
        if (_length % 2 == 1)
        {
            Put(0);
        }

        return _bytes[.._length];
    }

    private void Put(byte value)
    {
        if (_length == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        _bytes[_length++] = value;
    }
}
