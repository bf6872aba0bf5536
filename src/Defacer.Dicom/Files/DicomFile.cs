using System.Buffers.Binary;
using System.IO.Compression;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>A Part 10 file: preamble, file meta information, data set (PS3.10 §7.1).</summary>
public sealed class DicomFile
{
    private const int PreambleBytes = 128;

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

    /// <summary>The 128 bytes before "DICM"; zero in what we write.</summary>
    public ReadOnlyMemory<byte> Preamble { get; init; } = new byte[PreambleBytes];

    /// <summary>The transfer syntax that group 0002 names.</summary>
    public DicomTransferSyntax TransferSyntax =>
        DicomTransferSyntax.FromUid(FileMetaInfo.GetString(DicomTag.TransferSyntaxUID) ?? DicomTransferSyntax.ImplicitVRLittleEndian.UID);

    /// <summary>Reads a file; large values stay in it.</summary>
    /// <exception cref="DicomFormatException">The bytes are no DICOM file or malformed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DicomFile Open(string path, DicomReadOptions? options = null)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        return Read(stream, path, options ?? DicomReadOptions.Default);
    }

    /// <summary>Reads a file from a stream; everything is loaded into memory.</summary>
    /// <exception cref="DicomFormatException">The bytes are no DICOM file or malformed.</exception>
    public static DicomFile Open(Stream stream, DicomReadOptions? options = null) =>
        Read(stream, null, options ?? DicomReadOptions.Default);

    /// <summary>
    /// Writes a new file beside the target and renames it, so that a half-written file never has the name.
    /// Group length is recomputed.
    /// </summary>
    public void Save(string path)
    {
        var temporary = path + ".part";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 128 * 1024))
        {
            Save(stream);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Writes the file to a stream.</summary>
    public void Save(Stream stream)
    {
        stream.Write(Preamble.Span);
        stream.Write("DICM"u8);
        var length = new byte[4];
        FileMetaInfo.Remove(DicomTag.FileMetaInformationGroupLength);
        BinaryPrimitives.WriteUInt32LittleEndian(
            length, checked((uint)DicomWriter.MeasureLength(FileMetaInfo, DicomTransferSyntax.ExplicitVRLittleEndian)));
        FileMetaInfo.AddOrUpdate(new DicomElement(DicomTag.FileMetaInformationGroupLength, DicomVR.UL, length));
        DicomWriter.Write(stream, FileMetaInfo, DicomTransferSyntax.ExplicitVRLittleEndian);
        if (!TransferSyntax.IsDeflated)
        {
            DicomWriter.Write(stream, Dataset, TransferSyntax);
            return;
        }

        using var deflate = new DeflateStream(stream, CompressionLevel.Optimal, leaveOpen: true);
        DicomWriter.Write(deflate, Dataset, DicomTransferSyntax.ExplicitVRLittleEndian);
    }

    private static DicomFile Read(Stream stream, string? path, DicomReadOptions options)
    {
        var source = new ByteSource(stream, path);
        var head = source.Peek(PreambleBytes + 4);
        if (head.Length < PreambleBytes + 4 || !head[PreambleBytes..].SequenceEqual("DICM"u8))
        {
            throw new DicomFormatException("No DICOM file: 'DICM' is not at byte 128.", PreambleBytes, string.Empty);
        }

        var preamble = head[..PreambleBytes].ToArray();
        source.Advance(PreambleBytes + 4);
        var meta = DicomReader.Read(
            source, DicomTransferSyntax.ExplicitVRLittleEndian, options with { StopBefore = new DicomTag(3, 0), DeferAboveBytes = int.MaxValue });
        var uid = meta.GetString(DicomTag.TransferSyntaxUID)
            ?? throw new DicomFormatException("File meta information names no transfer syntax.", source.Position, "(0002,0010)");
        var syntax = DicomTransferSyntax.FromUid(uid);
        if (syntax.IsDeflated)
        {
            throw new DicomFormatException("Deflated data sets are not read yet.");
        }

        return new DicomFile(meta, DicomReader.Read(source, syntax, options)) { Preamble = preamble };
    }
}
