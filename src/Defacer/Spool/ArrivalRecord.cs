using System.Buffers.Binary;
using System.IO.Hashing;

namespace Defacer.Spool;

/// <summary>
/// What the spool says of an instance inside its file, in the 128 bytes before "DICM" that PS3.10 7.1 leaves to the
/// application. Written last: a file is whole when its record and both checksums agree, whatever its name is.
/// <code>
///  0        8         24             40            48       56             72               76     80
/// +--------+---------+--------------+-------------+--------+--------------+----------------+------+----------+------+
/// | magic  | arrival | association  | ms since    | length | hash of the  | position of    | zero | checksum | zero |
/// |        | id (16) | id (16)      | 1970 (8)    | (8)    | data set (16)| the data set(4)|      | (8)      |      |
/// +--------+---------+--------------+-------------+--------+--------------+----------------+------+----------+------+
/// </code>
/// Little endian. The checksum is over bytes 0-79 and the file meta information; the hash over the data set.
/// </summary>
/// <param name="ArrivalId">Our id of the arrival.</param>
/// <param name="AssociationId">The association on which it came.</param>
/// <param name="At">When it came.</param>
/// <param name="Length">Of the file in bytes.</param>
/// <param name="ContentHash">XXH128 of the data set.</param>
internal sealed record ArrivalRecord(
    Guid ArrivalId, Guid AssociationId, DateTimeOffset At, long Length, UInt128 ContentHash)
{
    internal const int Size = 128;
    private const int ChecksumPosition = 80;

    private static ReadOnlySpan<byte> Magic => "DEFACER1"u8;

    /// <summary>Puts the record into the preamble of a head.</summary>
    /// <param name="head">The file up to where its data set begins.</param>
    internal void Write(Span<byte> head)
    {
        var target = head[..Size];
        target.Clear();
        Magic.CopyTo(target);
        ArrivalId.TryWriteBytes(target[8..]);
        AssociationId.TryWriteBytes(target[24..]);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], At.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], Length);
        BinaryPrimitives.WriteUInt128LittleEndian(target[56..], ContentHash);
        BinaryPrimitives.WriteInt32LittleEndian(target[72..], head.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[ChecksumPosition..], Checksum(head));
    }

    /// <summary>Whether the preamble holds a record, whole or damaged.</summary>
    internal static bool Begins(ReadOnlySpan<byte> preamble) => preamble.StartsWith(Magic);

    /// <summary>
    /// Reads and checks the record and the bytes that it is about; null when anything does not agree: the file was
    /// never acknowledged, or the disk has changed it.
    /// </summary>
    /// <param name="file">The file; it may be longer than the instance.</param>
    internal static ArrivalRecord? ReadVerified(Stream file)
    {
        file.Position = 0;
        Span<byte> preamble = stackalloc byte[Size];
        if (file.ReadAtLeast(preamble, Size, throwOnEndOfStream: false) < Size || !Begins(preamble))
        {
            return null;
        }

        var record = new ArrivalRecord(
            new Guid(preamble[8..24]),
            new Guid(preamble[24..40]),
            DateTimeOffset.FromUnixTimeMilliseconds(
                Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(preamble[40..]), 0, 1L << 47)),
            BinaryPrimitives.ReadInt64LittleEndian(preamble[48..]),
            BinaryPrimitives.ReadUInt128LittleEndian(preamble[56..]));
        var position = BinaryPrimitives.ReadInt32LittleEndian(preamble[72..]);
        if (position < Size || position > ReceivedFile.LongestHead
            || record.Length < position || record.Length > file.Length)
        {
            return null;
        }

        var head = new byte[position];
        file.Position = 0;
        file.ReadExactly(head);
        return Checksum(head) == BinaryPrimitives.ReadUInt64LittleEndian(preamble[ChecksumPosition..])
            && Hash(file, record.Length - position) == record.ContentHash
            ? record
            : null;
    }

    private static ulong Checksum(ReadOnlySpan<byte> head)
    {
        var hash = new XxHash64();
        hash.Append(head[..ChecksumPosition]);
        hash.Append(head[Size..]);
        return hash.GetCurrentHashAsUInt64();
    }

    private static UInt128 Hash(Stream file, long count)
    {
        var hash = new XxHash128();
        var buffer = new byte[64 * 1024];
        while (count > 0)
        {
            var read = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, count)));
            if (read == 0)
            {
                return 0;
            }

            hash.Append(buffer.AsSpan(0, read));
            count -= read;
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
