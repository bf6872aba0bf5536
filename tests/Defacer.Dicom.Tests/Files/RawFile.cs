using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Defacer.Dicom.Tests.Files;

/// <summary>
/// Cuts the data set out of a file with no code of the reader, so that the reader is checked against something.
/// </summary>
internal static class RawFile
{
    /// <summary>
    /// The bytes after group 0002, inflated where the syntax is deflated; null when the group does not end in the
    /// file.
    /// </summary>
    internal static byte[]? DatasetBytes(byte[] file)
    {
        var hasPreamble = file.Length >= 132 && file.AsSpan(128, 4).SequenceEqual("DICM"u8);
        var at = hasPreamble ? 132 : 0;
        var syntax = string.Empty;
        while (at + 8 <= file.Length && BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) == 2)
        {
            var vr = Encoding.ASCII.GetString(file, at + 4, 2);
            var isLong = vr is "OB" or "UN" or "OW" or "UT" or "SQ";
            long length = isLong
                ? BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8))
                : BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 6));
            var value = at + (isLong ? 12 : 8);
            if (value + length > file.Length)
            {
                return null;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 2)) == 0x10)
            {
                syntax = Encoding.ASCII.GetString(file, value, (int)length).TrimEnd('\0', ' ');
            }

            at = value + (int)length;
        }

        return syntax == "1.2.840.10008.1.2.1.99" ? Inflate(file[at..]) : file[at..];
    }

    private static byte[] Inflate(byte[] deflated)
    {
        using var inflater = new DeflateStream(new MemoryStream(deflated), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        inflater.CopyTo(inflated);
        return inflated.ToArray();
    }
}
