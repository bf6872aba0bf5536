using System.Buffers.Binary;
using System.IO.Compression;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>A Part 10 file: preamble, file meta information, data set (PS3.10 §7.1).</summary>
public sealed class DicomFile
{
    private const int PreambleBytes = 128;
    private const int WriteBufferBytes = 128 * 1024;

    /// <summary>A file of these parts.</summary>
    public DicomFile(DicomDataset fileMetaInfo, DicomDataset dataset)
    {
        FileMetaInfo = fileMetaInfo;
        Dataset = dataset;
    }

    /// <summary>Group 0002.</summary>
    public DicomDataset FileMetaInfo { get; }

    /// <summary>The data set.</summary>
    public DicomDataset Dataset { get; }

    /// <summary>The 128 bytes before "DICM" as read; zero in a file made by us.</summary>
    public ReadOnlyMemory<byte> Preamble { get; init; } = new byte[PreambleBytes];

    /// <summary>What was irregular in the bytes read, one of a kind; empty for a regular file.</summary>
    public IReadOnlyList<DicomRemark> Remarks { get; init; } = [];

    /// <summary>Where the data set begins in the file read, in bytes; 0 for a file made by us.</summary>
    internal long DatasetPosition { get; init; }

    /// <summary>
    /// Whether the bytes ended early: what was there is here, and must not be taken for the whole object.
    /// </summary>
    public bool IsTruncated => Remarks.Any(r => r.Kind == DicomIrregularity.Truncated);

    /// <summary>The transfer syntax that group 0002 names; for a file read, the one it was found to have.</summary>
    public DicomTransferSyntax TransferSyntax =>
        DicomTransferSyntax.FromUid(
            FileMetaInfo.GetString(DicomTag.TransferSyntaxUID) ?? DicomTransferSyntax.ImplicitVRLittleEndian.UID);

    /// <summary>Reads a file; large values stay in it.</summary>
    /// <exception cref="DicomFormatException">The bytes are no DICOM file or malformed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DicomFile Open(string path, DicomReadOptions? options = null)
    {
        using var stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        return PartTenReader.Read(stream, path, options ?? DicomReadOptions.Default);
    }

    /// <summary>Reads a file from a stream; everything is loaded into memory.</summary>
    /// <exception cref="DicomFormatException">The bytes are no DICOM file or malformed.</exception>
    public static DicomFile Open(Stream stream, DicomReadOptions? options = null) =>
        PartTenReader.Read(stream, null, options ?? DicomReadOptions.Default);

    /// <summary>
    /// Writes a new file beside the target and renames it, so that a half-written file never has the name.
    /// Group length is recomputed. Big endian, which is retired, is written as explicit little endian.
    /// </summary>
    /// <param name="path">
    /// The target; replaced when it exists. Values that this object left in the replaced file can then no longer be
    /// read.
    /// </param>
    /// <param name="flushToDisk">
    /// Whether the bytes are on stable storage before the name is given. The name itself is only after a flush of the
    /// folder.
    /// </param>
    public void Save(string path, bool flushToDisk = false)
    {
        var temporary = path + ".part";
        using (var stream = new FileStream(
            temporary, FileMode.Create, FileAccess.Write, FileShare.None, WriteBufferBytes))
        {
            Save(stream);
            stream.Flush(flushToDisk);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Writes the file to a stream, as <see cref="Save(string, bool)"/> does.</summary>
    public void Save(Stream stream)
    {
        var syntax = TransferSyntax.IsBigEndian ? DicomTransferSyntax.ExplicitVRLittleEndian : TransferSyntax;
        stream.Write(Preamble.Span);
        stream.Write("DICM"u8);
        WriteMeta(stream, syntax);
        if (!syntax.IsDeflated)
        {
            DicomWriter.Write(stream, Dataset, syntax);
            return;
        }

        using var deflate = new DeflateStream(stream, CompressionLevel.Optimal, leaveOpen: true);
        using var buffered = new BufferedStream(deflate, WriteBufferBytes);
        DicomWriter.Write(buffered, Dataset, DicomTransferSyntax.ExplicitVRLittleEndian);
    }

    private void WriteMeta(Stream stream, DicomTransferSyntax syntax)
    {
        var meta = new DicomDataset(FileMetaInfo.Where(item => item.Tag != DicomTag.FileMetaInformationGroupLength));
        if (meta.GetString(DicomTag.TransferSyntaxUID) != syntax.UID)
        {
            meta.AddOrUpdate(DicomElement.FromText(DicomTag.TransferSyntaxUID, DicomVR.UI, syntax.UID));
        }

        var length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(
            length, checked((uint)DicomWriter.MeasureLength(meta, DicomTransferSyntax.ExplicitVRLittleEndian)));
        meta.AddOrUpdate(new DicomElement(DicomTag.FileMetaInformationGroupLength, DicomVR.UL, length));
        DicomWriter.Write(stream, meta, DicomTransferSyntax.ExplicitVRLittleEndian);
    }
}
