using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Interop.Peers;

/// <summary>CT objects with what a hierarchy needs and no pixels: quick to send, store and count.</summary>
internal static class EmptyCt
{
    /// <summary>Instance <paramref name="number"/> of a series; its UIDs continue that of the study.</summary>
    internal static DicomFile Slice(string study, string series, int number)
    {
        var dataset = new DicomDataset(
            DicomElement.FromText(DicomTag.SOPClassUID, DicomVR.UI, DicomUID.CTImageStorage.UID),
            DicomElement.FromText(DicomTag.SOPInstanceUID, DicomVR.UI, $"{study}.{series}.{number}"),
            DicomElement.FromText(DicomTag.Modality, DicomVR.CS, "CT"),
            DicomElement.FromText(DicomTag.PatientID, DicomVR.LO, "PHANTOM"),
            DicomElement.FromText(DicomTag.StudyInstanceUID, DicomVR.UI, study),
            DicomElement.FromText(DicomTag.SeriesInstanceUID, DicomVR.UI, $"{study}.{series}"));
        return new DicomFile(DicomFileMeta.Create(dataset, DicomTransferSyntax.ExplicitVRLittleEndian), dataset);
    }
}
