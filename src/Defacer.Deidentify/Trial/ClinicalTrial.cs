using Defacer.Deidentify.Actions;
using Defacer.Dicom.Data;
using Defacer.Imaging;

namespace Defacer.Deidentify.Trial;

/// <summary>
/// A clinical trial: the attributes of PS3.3 C.7.1.3 and C.7.2.3, with the subject of a mapping. A patient whom the
/// mapping does not know is parked.
/// </summary>
internal sealed record ClinicalTrial(string Sponsor, string ProtocolId, string ProtocolName, SubjectMap Subjects)
{
    internal Parked UnknownSubject() => new(
        ParkCause.Deidentification,
        $"The mapping {Path.GetFileName(Subjects.Path)} names no subject for this patient.",
        "Add a line with the patient's number to the mapping, then retry the job; or reject it when the patient is not "
        + "of the trial.");

    internal void Write(DicomDataset dataset, TrialSubject subject)
    {
        Set(dataset, DicomTag.ClinicalTrialSponsorName, DicomVR.LO, Sponsor);
        Set(dataset, DicomTag.ClinicalTrialProtocolID, DicomVR.LO, ProtocolId);
        Set(dataset, DicomTag.ClinicalTrialProtocolName, DicomVR.LO, ProtocolName);
        Set(dataset, DicomTag.ClinicalTrialSiteID, DicomVR.LO, subject.SiteId);
        Set(dataset, DicomTag.ClinicalTrialSiteName, DicomVR.LO, subject.SiteName);
        Set(dataset, DicomTag.ClinicalTrialSubjectID, DicomVR.LO, subject.SubjectId);
        Set(dataset, DicomTag.ClinicalTrialTimePointID, DicomVR.LO, subject.TimePoint);
    }

    private static void Set(DicomDataset dataset, DicomTag tag, DicomVR vr, string value) =>
        dataset.AddOrUpdate(DummyValues.Element(tag, vr, value));
}
