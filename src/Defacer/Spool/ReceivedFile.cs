using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Spool;

/// <summary>
/// The Part 10 form of a received instance: a record of the spool in the preamble, file meta information of our own
/// (PS3.10 §7.1), and then the data set's bytes exactly as they came. What a restart needs to know is in the file itself.
/// </summary>
public static class ReceivedFile
{
    /// <summary>
    /// Bytes before the data set at most: two titles, three UIDs and our own names; ten times what that needs.
    /// </summary>
    internal const int LongestHead = 16 * 1024;

    private const int PreambleBytes = ArrivalRecord.Size;

    // Only attributes before the pixel data are looked at; 16 MiB stops a sender who puts a huge value before them.
    private static readonly DicomReadOptions s_routing = new()
    {
        StopBefore = new DicomTag(0x0020, 0x000F),
        MaxMemoryBytes = 16 << 20,
        MaxItems = 100_000,
    };

    /// <summary>Preamble, "DICM" and group 0002.</summary>
    public static byte[] Head(string sopClassUid, string sopInstanceUid, string transferSyntaxUid,
        string callingAeTitle, string calledAeTitle)
    {
        var meta = DicomFileMeta.Create(
            sopClassUid, sopInstanceUid, DicomTransferSyntax.FromUid(transferSyntaxUid), callingAeTitle);
        meta.AddOrUpdate(DicomTag.ReceivingApplicationEntityTitle, DicomVR.AE, calledAeTitle);
        using var stream = new MemoryStream();
        stream.Write(new byte[PreambleBytes]);
        stream.Write("DICM"u8);
        var length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(
            length, (uint)DicomWriter.MeasureLength(meta, DicomTransferSyntax.ExplicitVRLittleEndian));
        meta.AddOrUpdate(new DicomElement(DicomTag.FileMetaInformationGroupLength, DicomVR.UL, length));
        DicomWriter.Write(stream, meta, DicomTransferSyntax.ExplicitVRLittleEndian);
        return stream.ToArray();
    }

    /// <summary>
    /// What can be read for routing; a data set that cannot be read gives less, never an exception: it is stored all
    /// the same.
    /// </summary>
    public static RoutingAttributes ReadRouting(Stream file)
    {
        try
        {
            file.Position = 0;
            var dataset = DicomFile.Open(file, s_routing).Dataset;
            return new RoutingAttributes(
                Uid(dataset, DicomTag.SOPInstanceUID),
                Uid(dataset, DicomTag.StudyInstanceUID),
                Uid(dataset, DicomTag.SeriesInstanceUID));
        }
        catch (Exception e) when (
            e is DicomFormatException or IOException or NotSupportedException or OverflowException)
        {
            return RoutingAttributes.None;
        }
    }

    /// <summary>The same from the beginning of a file; null when it may tell more than its beginning does.</summary>
    internal static RoutingAttributes? ReadRouting(ArraySegment<byte> front, bool isWhole)
    {
        using var stream = new MemoryStream(front.Array!, front.Offset, front.Count, writable: false);
        var routing = ReadRouting(stream);
        var hasAll = routing is { SOPInstanceUID: not null, StudyInstanceUID: not null, SeriesInstanceUID: not null };
        return hasAll || isWhole ? routing : null;
    }

    /// <summary>An arrival as its file tells it, for what is found at start.</summary>
    /// <param name="path">The file.</param>
    /// <param name="at">When it came, for a file without a record.</param>
    /// <exception cref="DicomFormatException">The file is not one that we wrote, or not as we wrote it.</exception>
    public static Arrival Read(string path, DateTimeOffset at)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var record = ReadRecord(stream);
        stream.Position = 0;
        var meta = DicomFile.Open(stream, new DicomReadOptions { StopBefore = new DicomTag(0, 0) }).FileMetaInfo;
        var groupLength = meta.GetInt(DicomTag.FileMetaInformationGroupLength)
            ?? throw new DicomFormatException(
                "File meta information has no group length.", PreambleBytes + 4, "(0002,0000)");
        return new Arrival
        {
            Id = Path.GetFileNameWithoutExtension(path),
            Path = path,
            At = record?.At ?? at,
            CalledAeTitle = meta.GetString(DicomTag.ReceivingApplicationEntityTitle) ?? string.Empty,
            CallingAeTitle = meta.GetString(DicomTag.SourceApplicationEntityTitle) ?? string.Empty,
            TransferSyntaxUID = meta.GetString(DicomTag.TransferSyntaxUID) ?? string.Empty,
            SOPClassUID = meta.GetString(DicomTag.MediaStorageSOPClassUID) ?? string.Empty,
            SOPInstanceUID = meta.GetString(DicomTag.MediaStorageSOPInstanceUID) ?? string.Empty,
            Routing = ReadRouting(stream),
            ContentHash = $"{record?.ContentHash ?? Hash(stream, PreambleBytes + 4 + 12 + groupLength):x32}",
            Bytes = stream.Length,
        };
    }

    /// <summary>
    /// Looks what a slot holds: the arrival's id when it is a whole instance, whose file then has its right length;
    /// null when it is not, and then nobody was told that it is.
    /// </summary>
    internal static string? Recover(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (ArrivalRecord.ReadVerified(stream) is not { } record)
        {
            return null;
        }

        if (stream.Length != record.Length)
        {
            stream.SetLength(record.Length);
            stream.Flush(flushToDisk: true);
        }

        return record.ArrivalId.ToString("N");
    }

    private static ArrivalRecord? ReadRecord(FileStream stream)
    {
        Span<byte> preamble = stackalloc byte[PreambleBytes];
        if (stream.ReadAtLeast(preamble, PreambleBytes, throwOnEndOfStream: false) < PreambleBytes
            || !ArrivalRecord.Begins(preamble))
        {
            return null;
        }

        return ArrivalRecord.ReadVerified(stream) is { } record && record.Length == stream.Length
            ? record
            : throw new DicomFormatException("The file is not as it was received.", 0, string.Empty);
    }

    private static UInt128 Hash(FileStream stream, long from)
    {
        var hash = new XxHash128();
        stream.Position = from;
        hash.Append(stream);
        return hash.GetCurrentHashAsUInt128();
    }

    private static string? Uid(DicomDataset dataset, DicomTag tag) =>
        dataset.GetElement(tag) is { Length: > 0 and <= 128 } element
            ? Encoding.Latin1.GetString(element.Value.Span).Trim(' ', '\0') is { Length: > 0 } text ? text : null
            : null;
}
