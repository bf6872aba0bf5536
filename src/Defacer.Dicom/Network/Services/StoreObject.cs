using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Network.Dimse;
using Defacer.Dicom.Pixels;

namespace Defacer.Dicom.Network.Services;

/// <summary>An object to send: what the command must say of it, and its bytes in a transfer syntax.</summary>
internal sealed class StoreObject
{
    private readonly string? _path;
    private readonly long _dataSetPosition;
    private readonly Func<DicomDataset> _load;

    private StoreObject(DicomFile head, string? path, Func<DicomDataset> load)
    {
        _path = path;
        _dataSetPosition = head.DatasetPosition;
        _load = load;
        TransferSyntax = head.TransferSyntax;
        SOPClassUID = Uid(head, DicomTag.SOPClassUID, DicomTag.MediaStorageSOPClassUID);
        SOPInstanceUID = Uid(head, DicomTag.SOPInstanceUID, DicomTag.MediaStorageSOPInstanceUID);
    }

    internal string SOPClassUID { get; }

    internal string SOPInstanceUID { get; }

    /// <summary>The syntax in which it is stored.</summary>
    internal DicomTransferSyntax TransferSyntax { get; }

    /// <summary>Reads no more of a file than the identity of the object.</summary>
    /// <exception cref="DicomFormatException">No DICOM file, or one without the UIDs that the command
    /// needs.</exception>
    internal static StoreObject Open(string path)
    {
        var head = DicomFile.Open(path, new DicomReadOptions { StopBefore = new DicomTag(0x0008, 0x0019) });
        return new StoreObject(head, path, () => DicomFile.Open(path).Dataset);
    }

    /// <summary>An object in memory.</summary>
    internal static StoreObject From(DicomFile file) => new(file, null, () => file.Dataset);

    /// <summary>Whether the object can be sent as it is stored: a deflated data set only from its file.</summary>
    internal bool CanStay => _path is not null || !(TransferSyntax.IsDeflated || TransferSyntax.IsBigEndian);

    /// <summary>
    /// Whether the object can be sent uncompressed; of its pixels, when they are compressed, only decoding tells.
    /// </summary>
    internal bool CanBecomeNative(string transferSyntax) =>
        (transferSyntax == DicomTransferSyntax.ExplicitVRLittleEndian.UID
            || transferSyntax == DicomTransferSyntax.ImplicitVRLittleEndian.UID)
        && Transcoder.CanTranscode(TransferSyntax.UID, transferSyntax);

    /// <summary>Whether the object can be sent in another, lossless syntax.</summary>
    internal bool CanBecome(string transferSyntax) => Transcoder.CanTranscode(TransferSyntax.UID, transferSyntax)
        && DicomTransferSyntax.FromUid(transferSyntax).IsEncapsulated;

    /// <summary>
    /// The bytes of the data set: those of the file where the syntax is the stored one, else converted.
    /// </summary>
    /// <exception cref="DicomFormatException">The pixels cannot be brought into the syntax.</exception>
    internal IDataSetSource Read(string transferSyntax, CancellationToken cancellationToken)
    {
        if (_path is not null && transferSyntax == TransferSyntax.UID)
        {
            return new FileDataSetSource(_path, _dataSetPosition);
        }

        var syntax = DicomTransferSyntax.FromUid(transferSyntax);
        return new EncodedDataSetSource(
            Transcoder.Transcode(_load(), TransferSyntax, syntax, cancellationToken), syntax);
    }

    private static string Uid(DicomFile file, DicomTag tag, DicomTag metaTag) =>
        file.Dataset.GetString(tag) ?? file.FileMetaInfo.GetString(metaTag)
        ?? throw new DicomFormatException(
            $"The file has neither {tag} nor {metaTag}; an object without it cannot be sent.");
}
