using Defacer.Deidentify.Actions;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify;

/// <summary>
/// A new group 0002 (PS3.10 §7.1): of the received one only the transfer syntax is left. AE titles, addresses and
/// private information of the sender are dropped, the implementation is ours.
/// </summary>
internal static class FileMetaInformation
{
    /// <summary>Ours, of the UUID form (PS3.5 §B.2); it never changes.</summary>
    internal const string ImplementationClassUid = "2.25.121806384921760382717365410598243751169";

    private static readonly string s_versionName = MakeVersionName();

    internal static DicomDataset For(DicomDataset dataset, DicomTransferSyntax syntax)
    {
        var written = syntax.IsBigEndian ? DicomTransferSyntax.ExplicitVRLittleEndian : syntax;
        return new DicomDataset(
            new DicomElement(DicomTag.FileMetaInformationVersion, DicomVR.OB, new byte[] { 0, 1 }),
            Uid(DicomTag.MediaStorageSOPClassUID, dataset.GetString(DicomTag.SOPClassUID)!),
            Uid(DicomTag.MediaStorageSOPInstanceUID, dataset.GetString(DicomTag.SOPInstanceUID)!),
            Uid(DicomTag.TransferSyntaxUID, written.UID),
            Uid(DicomTag.ImplementationClassUID, ImplementationClassUid),
            DummyValues.Element(DicomTag.ImplementationVersionName, DicomVR.SH, s_versionName));
    }

    private static DicomElement Uid(DicomTag tag, string value) => DummyValues.Element(tag, DicomVR.UI, value);

    private static string MakeVersionName()
    {
        var version = typeof(FileMetaInformation).Assembly.GetName().Version!;
        return $"DEFACER_{version.Major}_{version.Minor}";
    }
}
