using Defacer.Dicom.Data;

namespace Defacer.Dicom.Files;

/// <summary>Group 0002 of the files that we write (PS3.10 §7.1).</summary>
public static class DicomFileMeta
{
    /// <summary>(0002,0012) of what this library writes: a UUID as a UID (PS3.5 §B.2), chosen once.</summary>
    public const string ImplementationClassUID = "2.25.121022644525561526599201567938747355559";

    /// <summary>(0002,0013) and the name given to peers: at most 16 characters.</summary>
    public static string ImplementationVersionName { get; } =
        $"DEFACER_{typeof(DicomFileMeta).Assembly.GetName().Version?.ToString(3) ?? "0"}";

    /// <summary>
    /// A group 0002 of our own. UIDs are taken as they are: an instance that is passed on keeps its invalid one.
    /// </summary>
    /// <param name="sopClassUid">(0002,0002).</param>
    /// <param name="sopInstanceUid">(0002,0003).</param>
    /// <param name="transferSyntax">(0002,0010).</param>
    /// <param name="sourceAeTitle">(0002,0016), the AE title that sent the instance; null leaves it out.</param>
    public static DicomDataset Create(
        string sopClassUid, string sopInstanceUid, DicomTransferSyntax transferSyntax, string? sourceAeTitle = null)
    {
        var meta = new DicomDataset(
            new DicomElement(DicomTag.FileMetaInformationVersion, DicomVR.OB, new byte[] { 0, 1 }),
            DicomElement.FromText(DicomTag.MediaStorageSOPClassUID, DicomVR.UI, sopClassUid),
            DicomElement.FromText(DicomTag.MediaStorageSOPInstanceUID, DicomVR.UI, sopInstanceUid),
            DicomElement.FromText(DicomTag.TransferSyntaxUID, DicomVR.UI, transferSyntax.UID),
            DicomElement.FromText(DicomTag.ImplementationClassUID, DicomVR.UI, ImplementationClassUID),
            DicomElement.FromText(DicomTag.ImplementationVersionName, DicomVR.SH, ImplementationVersionName));
        if (sourceAeTitle is not null)
        {
            meta.AddOrUpdate(DicomElement.FromText(DicomTag.SourceApplicationEntityTitle, DicomVR.AE, sourceAeTitle));
        }

        return meta;
    }

    /// <summary>A group 0002 for a data set, with the SOP class and instance it names.</summary>
    public static DicomDataset Create(
        DicomDataset dataset, DicomTransferSyntax transferSyntax, string? sourceAeTitle = null) =>
        Create(
            dataset.GetString(DicomTag.SOPClassUID) ?? string.Empty,
            dataset.GetString(DicomTag.SOPInstanceUID) ?? string.Empty,
            transferSyntax,
            sourceAeTitle);
}
