using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify;

/// <summary>
/// A new group 0002 (PS3.10 §7.1): of the received one only the transfer syntax is left. AE titles, addresses and
/// private information of the sender are dropped, the implementation is ours.
/// </summary>
internal static class FileMetaInformation
{
    internal static DicomDataset For(DicomDataset dataset, DicomTransferSyntax syntax) =>
        DicomFileMeta.Create(dataset, syntax.IsBigEndian ? DicomTransferSyntax.ExplicitVRLittleEndian : syntax);
}
