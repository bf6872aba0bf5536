using Defacer.Dicom.Network.Dimse;

namespace Defacer.Dicom.Network.Services;

/// <summary>What became of one object.</summary>
/// <param name="SOPClassUID">Its SOP class.</param>
/// <param name="SOPInstanceUID">Its instance UID.</param>
/// <param name="Status">The peer's status; 0122H with a comment of ours when no context fits.</param>
/// <param name="TransferSyntaxUID">The syntax in which it went; null when it was not sent.</param>
/// <param name="DataSetBytes">Bytes of the data set sent.</param>
public sealed record StoreResponse(
    string SOPClassUID, string SOPInstanceUID, DicomStatus Status, string? TransferSyntaxUID, long DataSetBytes)
{
    /// <summary>Whether it was sent at all.</summary>
    public bool WasSent => TransferSyntaxUID is not null;

    /// <summary>The peer's comment on a failure or warning; null when there is none.</summary>
    public string? Comment => Status.ErrorComment;
}
