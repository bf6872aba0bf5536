using System.Buffers.Binary;
using System.Collections;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// What a JPEG 2000 codestream says of itself (ITU-T T.800 Annex A), read before a decoder sees it, because the decoders
/// do not report what is missing: size, components, precision, and whether all tiles are there to their end.
/// </summary>
internal sealed record Jpeg2000Codestream
{
    private const string Name = "JPEG 2000";
    private const int SizeMarker = 0xFF51;
    private const int TilePartMarker = 0xFF90;
    private const int EndMarker = 0xFFD9;

    /// <summary>Where the codestream lies; a JP2 file around it is passed over.</summary>
    internal required Range Range { get; init; }

    internal required uint Columns { get; init; }

    internal required uint Rows { get; init; }

    internal required int Components { get; init; }

    /// <summary>Bits of a sample of all components.</summary>
    internal required int Precision { get; init; }

    internal required bool IsSigned { get; init; }

    /// <summary>Offset of the first component's Ssiz in the codestream; the next follow at every third byte.</summary>
    internal required int DepthOffset { get; init; }

    /// <summary>Coded by the high-throughput block coder (T.814).</summary>
    internal bool IsHighThroughput { get; init; }

    /// <summary>Whether the components went through RCT or ICT (T.800 Annex G).</summary>
    internal bool HasColourTransform { get; init; }

    /// <summary>The 5/3 wavelet, which can be lossless.</summary>
    internal bool IsReversible { get; init; }

    /// <summary>Reads and checks the markers.</summary>
    /// <exception cref="DicomFormatException">They are malformed, or the codestream ends early.</exception>
    internal static Jpeg2000Codestream Read(ReadOnlySpan<byte> data)
    {
        var range = Find(data);
        var stream = data[range];
        if (stream.Length < 42 || ReadMarker(stream, 0) != 0xFF4F || ReadMarker(stream, 2) != SizeMarker)
        {
            throw Error("the codestream does not begin with SOC and SIZ", 0);
        }

        var header = ReadSize(stream, range);
        var position = 4 + ReadLength(stream, 4);
        while (ReadMarker(stream, position) is var marker && marker != TilePartMarker)
        {
            var length = ReadLength(stream, position + 2);
            var segment = stream.Slice(position + 4, length - 2);
            header = marker switch
            {
                0xFF50 => header with { IsHighThroughput = true },
                0xFF52 when segment.Length >= 10 => header with
                {
                    HasColourTransform = segment[4] != 0,
                    IsHighThroughput = header.IsHighThroughput || (segment[8] & 0x40) != 0,
                    IsReversible = segment[9] == 1,
                },
                EndMarker or < 0xFF30 => throw Error("the main header is malformed", position),
                _ => header,
            };
            position += 2 + length;
        }

        CheckTiles(stream, position);
        return header;
    }

    // A JP2 file in the fragments is against PS3.5 §A.4.4 and found in practice: boxes of length, type, content.
    private static Range Find(ReadOnlySpan<byte> data)
    {
        if (data.Length < 12 || !data[4..8].SequenceEqual("jP  "u8))
        {
            return ..data.Length;
        }

        long position = 0;
        while (position + 8 <= data.Length)
        {
            var box = data[(int)position..];
            long length = BinaryPrimitives.ReadUInt32BigEndian(box);
            var head = 8;
            if (length == 1 && box.Length >= 16)
            {
                length = (long)Math.Min(long.MaxValue / 2, BinaryPrimitives.ReadUInt64BigEndian(box[8..]));
                head = 16;
            }

            var end = length == 0 ? data.Length : position + length;
            if (end < position + head)
            {
                break;
            }

            if (box[4..8].SequenceEqual("jp2c"u8))
            {
                return ((int)position + head)..(int)Math.Min(end, data.Length);
            }

            position = end;
        }

        throw Error("the JP2 file holds no codestream", 0);
    }

    // SIZ (T.800 §A.5.1).
    private static Jpeg2000Codestream ReadSize(ReadOnlySpan<byte> stream, Range range)
    {
        var length = ReadLength(stream, 4);
        var size = stream.Slice(6, length - 2);
        if (size.Length < 39 || size.Length != 36 + (3 * BinaryPrimitives.ReadUInt16BigEndian(size[34..])))
        {
            throw Error("SIZ is malformed", 2);
        }

        var components = size[36..];
        for (var i = 0; i < components.Length; i += 3)
        {
            if (components[i] != components[0] || components[i + 1] != 1 || components[i + 2] != 1)
            {
                throw Error("components differ in depth or are subsampled", 2);
            }
        }

        var offsets = ReadUInt(size, 10) | ReadUInt(size, 14);
        return offsets != 0
            ? throw Error("the image does not begin at the origin of its grid", 2)
            : new Jpeg2000Codestream
            {
                Range = range,
                Columns = ReadUInt(size, 2),
                Rows = ReadUInt(size, 6),
                Components = components.Length / 3,
                Precision = (components[0] & 0x7F) + 1,
                IsSigned = (components[0] & 0x80) != 0,
                DepthOffset = 6 + 36,
            };
    }

    // Tile-parts follow each other to EOC (T.800 §A.4.2); each tile must be there, and each part to its end.
    private static void CheckTiles(ReadOnlySpan<byte> stream, int position)
    {
        var size = stream[6..];
        var (width, height) = (ReadUInt(size, 18), ReadUInt(size, 22));
        var (left, top) = (ReadUInt(size, 26), ReadUInt(size, 30));
        if (width == 0 || height == 0 || left > 0 || top > 0)
        {
            throw Error("tiles have no size or do not begin at the origin", 2);
        }

        var across = ((long)ReadUInt(size, 2) + width - 1) / width;
        var tiles = across * (((long)ReadUInt(size, 6) + height - 1) / height);
        if (tiles > 65535)
        {
            throw Error($"{tiles} tiles are more than there can be", 2);
        }

        var seen = new BitArray((int)tiles);
        while (position + 2 <= stream.Length && ReadMarker(stream, position) == TilePartMarker)
        {
            if (position + 12 > stream.Length)
            {
                throw Error("a tile-part has no header", position);
            }

            var tile = BinaryPrimitives.ReadUInt16BigEndian(stream[(position + 4)..]);
            long length = ReadUInt(stream, position + 6);
            length = length == 0 ? stream.Length - position : length;
            if (tile >= tiles || length < 14 || position + length > stream.Length)
            {
                throw Error($"a tile-part of {length} bytes reaches beyond {stream.Length}: data are missing", position);
            }

            seen[tile] = true;
            position += (int)length;
        }

        if (!seen.HasAllSet())
        {
            throw Error("tiles are missing", position);
        }
    }

    private static uint ReadUInt(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static int ReadMarker(ReadOnlySpan<byte> stream, int at) => at + 2 <= stream.Length
        ? BinaryPrimitives.ReadUInt16BigEndian(stream[at..])
        : throw Error("the codestream ends inside its header", at);

    private static int ReadLength(ReadOnlySpan<byte> stream, int at)
    {
        var length = ReadMarker(stream, at);
        return length >= 2 && length <= stream.Length - at
            ? length
            : throw Error("a segment has a length that does not fit", at);
    }

    private static DicomFormatException Error(string what, int at) => new($"{Name}: {what}.", at, string.Empty);
}
