using System.Buffers.Binary;
using System.IO.Compression;

namespace Defacer.Imaging.Render;

/// <summary>Writes 8-bit grey and colour pictures as PNG (ISO/IEC 15948): signature, IHDR, IDAT, IEND.</summary>
public static class PngWriter
{
    private static readonly uint[] s_crcTable = BuildCrcTable();

    /// <summary>Writes to a file, which is replaced.</summary>
    public static void Write(string path, Raster picture)
    {
        using var file = File.Create(path);
        Write(file, picture);
    }

    /// <summary>Writes to a stream, which stays open.</summary>
    public static void Write(Stream stream, Raster picture)
    {
        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], picture.Height);
        header[8] = 8; // bits a sample
        header[9] = (byte)(picture.Channels == 3 ? 2 : 0); // colour type: 2 truecolour, 0 greyscale
        header[10..].Clear(); // deflate, adaptive filters, no interlace
        WriteChunk(stream, "IHDR"u8, header);
        WriteChunk(stream, "IDAT"u8, Compress(picture));
        WriteChunk(stream, "IEND"u8, []);
    }

    private static ReadOnlySpan<byte> Compress(Raster picture)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var line = new byte[1 + (picture.Width * picture.Channels)];
            line[0] = 2; // filter Up: the difference to the row above
            for (var y = 0; y < picture.Height; y++)
            {
                var row = picture.Row(y);
                var above = y == 0 ? default : picture.Row(y - 1);
                for (var i = 0; i < row.Length; i++)
                {
                    line[i + 1] = (byte)(row[i] - (y == 0 ? 0 : above[i]));
                }

                zlib.Write(line);
            }
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        stream.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc = s_crcTable[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[] BuildCrcTable()
    {
        var table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            var c = n;
            for (var bit = 0; bit < 8; bit++)
            {
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }

            table[n] = c;
        }

        return table;
    }
}
