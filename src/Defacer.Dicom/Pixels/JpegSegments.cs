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

    /// <summary>
    /// Reads a frame header (T.81 §B.2.2) up to its components, which begin at byte 6, and holds it against the data set.
    /// </summary>
    /// <returns>The precision.</returns>
    internal readonly int ReadFrameHeader(ReadOnlySpan<byte> segment, PixelDescription description, bool isRepeated)
    {
        if (isRepeated || segment.Length < 6 || segment.Length != 6 + (3 * segment[5]))
        {
            throw Error("the frame header is malformed or repeated");
        }

        var rows = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        var columns = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        var samples = description.SamplesPerPixel;
        if (rows != description.Rows || columns != description.Columns || segment[5] != samples)
        {
            throw Error(
                $"the image has {rows} x {columns} x {segment[5]} samples, "
                + $"the data set {description.Rows} x {description.Columns} x {samples}");
        }

        return segment[0];
    }

    /// <summary>
    /// Takes one table of a DHT segment (T.81 §B.2.4.2): class and destination, 16 counts, symbols.
    /// </summary>
    /// <returns>Whether there was one more.</returns>
    internal readonly bool TakeHuffmanTable(
        ref ReadOnlySpan<byte> segment, out bool isAc, out int destination, out ReadOnlySpan<byte> counts,
        out ReadOnlySpan<byte> symbols)
    {
        (isAc, destination) = (false, 0);
        counts = symbols = [];
        if (segment.Length == 0)
        {
            return false;
        }

        var count = 0;
        for (var i = 1; i <= 16 && i < segment.Length; i++)
        {
            count += segment[i];
        }

        if (segment.Length < 17 + count || count > 256 || segment[0] > 0x13 || (segment[0] & 0x0F) > 3)
        {
            throw Error("a Huffman table is malformed");
        }

        (isAc, destination) = (segment[0] >> 4 == 1, segment[0] & 3);
        counts = segment[1..17];
        symbols = segment.Slice(17, count);
        segment = segment[(17 + count)..];
        return true;
    }

    /// <summary>MCUs between restart markers (DRI, T.81 §B.2.4.4).</summary>
    internal readonly int ReadRestartInterval(ReadOnlySpan<byte> segment) => segment.Length == 2
        ? BinaryPrimitives.ReadUInt16BigEndian(segment)
        : throw Error("a restart interval has a wrong length");

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
