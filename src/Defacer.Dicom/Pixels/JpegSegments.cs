using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>Walks the marker segments of a JPEG or JPEG-LS image (ITU-T T.81 Annex B, T.87 Annex C).</summary>
internal ref struct JpegSegments
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly string _name;

    /// <summary>Begins after SOI.</summary>
    /// <param name="data">The image.</param>
    /// <param name="name">Of the syntax, for messages.</param>
    internal JpegSegments(ReadOnlySpan<byte> data, string name)
    {
        _data = data;
        _name = name;
        if (data is not [0xFF, 0xD8, ..])
        {
            throw Error("the data do not begin with SOI");
        }

        Position = 2;
    }

    /// <summary>The next byte to be read.</summary>
    internal int Position { get; set; }

    /// <summary>Reads a marker and the content of its segment; EOI has none.</summary>
    internal byte Next(out ReadOnlySpan<byte> segment)
    {
        var marker = NextMarker();
        segment = marker == 0xD9 ? [] : TakeSegment(marker);
        return marker;
    }

    internal readonly DicomFormatException Error(string what) => new($"{_name}: {what}.", Position, string.Empty);

    private byte NextMarker()
    {
        while (Position + 1 < _data.Length && _data[Position] == 0xFF)
        {
            Position++;
            if (_data[Position] is not 0xFF and not 0x00)
            {
                return _data[Position++];
            }
        }

        throw Error("a marker is missing");
    }

    private ReadOnlySpan<byte> TakeSegment(byte marker)
    {
        if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
        {
            throw Error($"marker FF{marker:X2} stands where a segment must begin");
        }

        var length = _data.Length - Position >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(_data[Position..]) : 0;
        if (length < 2 || length > _data.Length - Position)
        {
            throw Error("a segment has a length that does not fit");
        }

        var segment = _data.Slice(Position + 2, length - 2);
        Position += length;
        return segment;
    }
}
