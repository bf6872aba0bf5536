using System.IO.Compression;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>
/// Opens a Part 10 file (PS3.10 §7.1), tolerant of what senders leave out: preamble, group 0002 or its length, the
/// transfer syntax. What is left out is found from the bytes, and remarked.
/// </summary>
internal sealed class PartTenReader
{
    private const int PreambleBytes = 128;
    private const int MagicBytes = 4;
    private readonly Stream _stream;
    private readonly FileOrigin? _origin;
    private readonly DicomReadOptions _options;
    private readonly List<DicomRemark> _remarks = [];
    private long _datasetPosition;

    private PartTenReader(Stream stream, string? path, DicomReadOptions options)
    {
        _stream = stream;
        _origin = path is not null && stream is FileStream file
            ? new FileOrigin(path, FileStamp.Of(file.SafeFileHandle))
            : null;
        _options = options;
    }

    internal static DicomFile Read(Stream stream, string? path, DicomReadOptions options) =>
        new PartTenReader(stream, path, options).Run();

    private DicomFile Run()
    {
        using var source = new ByteSource(_stream, _origin);
        var preamble = TakePreamble(source);
        var meta = TakeMeta(source);
        var named = meta.GetString(DicomTag.TransferSyntaxUID);
        var syntax = named is null ? GuessSyntax(source, meta) : DicomTransferSyntax.FromUid(named);
        _datasetPosition = source.Position;
        if (syntax.IsDeflated)
        {
            return File(preamble, meta, syntax, ReadDeflated(source));
        }

        var encoding = ElementEncoding.Of(syntax);
        var observed = Observe(source, encoding);
        if (observed != encoding)
        {
            // Fragments stay what their syntax says, and are explicit when written (PS3.5 §A.4).
            Remark(DicomIrregularity.TransferSyntaxWrong, source.Position);
            syntax = syntax.IsEncapsulated ? syntax
                : observed.IsExplicit ? DicomTransferSyntax.ExplicitVRLittleEndian
                : DicomTransferSyntax.ImplicitVRLittleEndian;
        }

        return File(preamble, meta, syntax, DicomReader.Read(source, observed, _options, _remarks));
    }

    private DicomFile File(byte[] preamble, DicomDataset meta, DicomTransferSyntax syntax, DicomDataset dataset)
    {
        if (meta.Count == 0)
        {
            meta = DicomFileMeta.Create(dataset, syntax);
        }
        else if (meta.GetString(DicomTag.TransferSyntaxUID) != syntax.UID)
        {
            meta.AddOrUpdate(DicomElement.FromText(DicomTag.TransferSyntaxUID, DicomVR.UI, syntax.UID));
        }

        return new DicomFile(meta, dataset)
        {
            Preamble = preamble,
            Remarks = _remarks,
            DatasetPosition = _datasetPosition,
        };
    }

    private byte[] TakePreamble(ByteSource source)
    {
        var head = source.Peek(PreambleBytes + MagicBytes);
        if (head.Length == PreambleBytes + MagicBytes && head[PreambleBytes..].SequenceEqual("DICM"u8))
        {
            var preamble = head[..PreambleBytes].ToArray();
            source.Advance(PreambleBytes + MagicBytes);
            return preamble;
        }

        Remark(DicomIrregularity.NoPreamble, 0);
        if (head.StartsWith("DICM"u8))
        {
            source.Advance(MagicBytes);
        }
        else if (ElementEncoding.Guess(head[..Math.Min(12, head.Length)], source.Length) is null)
        {
            throw new DicomFormatException(
                "No DICOM file: 'DICM' is not at byte 128, and the file does not begin with a data set.",
                0,
                string.Empty);
        }

        return new byte[PreambleBytes];
    }

    private DicomDataset TakeMeta(ByteSource source)
    {
        var head = source.Peek(12);
        if (head.Length < 8 || ElementEncoding.ExplicitLittle.Tag(head).Group != 2)
        {
            Remark(DicomIrregularity.NoFileMeta, source.Position);
            return [];
        }

        var begin = source.Position;
        // Group 0002 is explicit whatever follows; some writers have it implicit.
        var encoding = ElementEncoding.Observe(head, ElementEncoding.ExplicitLittle, source.Length - begin);
        var meta = DicomReader.Read(source, encoding, _options with { OnlyGroup = 2, StopBefore = null }, _remarks);
        meta.IsExplicitVR = true;
        CheckGroupLength(meta, begin, source.Position);
        return meta;
    }

    private void CheckGroupLength(DicomDataset meta, long begin, long end)
    {
        // Header and value of (0002,0000) itself: 12 bytes.
        if (meta.GetDouble(DicomTag.FileMetaInformationGroupLength) is not { } length
            || (long)length != end - begin - 12)
        {
            Remark(DicomIrregularity.FileMetaGroupLength, begin);
        }
    }

    private DicomTransferSyntax GuessSyntax(ByteSource source, DicomDataset meta)
    {
        if (meta.Count > 0)
        {
            Remark(DicomIrregularity.TransferSyntaxMissing, source.Position);
        }

        var head = source.Peek(12);
        if (head.Length == 0)
        {
            return DicomTransferSyntax.ExplicitVRLittleEndian;
        }

        return ElementEncoding.Guess(head, source.Length - source.Position) switch
        {
            { IsBigEndian: true } => DicomTransferSyntax.ExplicitVRBigEndian,
            { IsExplicit: true } => DicomTransferSyntax.ExplicitVRLittleEndian,
            { } => DicomTransferSyntax.ImplicitVRLittleEndian,
            null => throw new DicomFormatException(
                "No transfer syntax is named, and the bytes after group 0002 do not begin a data set.",
                source.Position,
                string.Empty),
        };
    }

    private static ElementEncoding Observe(ByteSource source, ElementEncoding expected) =>
        expected.IsBigEndian
            ? expected
            : ElementEncoding.Observe(source.Peek(12), expected, source.Length - source.Position);

    private DicomDataset ReadDeflated(ByteSource source)
    {
        if (HasZlibHeader(source.Peek(5)))
        {
            Remark(DicomIrregularity.ZlibHeader, source.Position);
            source.Advance(2);
        }

        var origin = _origin?.Deflated(source.Position);
        using var inflated = new DeflateStream(source.Rest(), CompressionMode.Decompress, leaveOpen: true);
        using var dataset = new ByteSource(inflated, origin, _options.MaxInflatedBytes);
        return DicomReader.Read(dataset, ElementEncoding.ExplicitLittle, _options, _remarks);
    }

    // RFC 1950: 78 and a check of both bytes. As raw deflate, 78 begins a stored block, whose length is followed by
    // its complement.
    private static bool HasZlibHeader(ReadOnlySpan<byte> head) =>
        head.Length >= 2 && head[0] == 0x78 && ((head[0] << 8) | head[1]) % 31 == 0
        && !(head.Length == 5 && (head[1] ^ head[3]) == 0xFF && (head[2] ^ head[4]) == 0xFF);

    private void Remark(DicomIrregularity kind, long at) => _remarks.Add(new DicomRemark(kind, at, string.Empty));
}
