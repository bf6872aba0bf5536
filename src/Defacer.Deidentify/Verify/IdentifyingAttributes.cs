using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// Which attributes say who, where and when. Its own list, made from the meaning of the attributes: were it the
/// engine's table, a fault there would be a fault here.
/// </summary>
internal static class IdentifyingAttributes
{
    /// <summary>Numbers and codes.</summary>
    internal static readonly HashSet<uint> Identifiers = Tags(
        "PatientID", "OtherPatientIDs", "IssuerOfPatientID", "PatientInsurancePlanCodeSequence", "MedicalRecordLocator",
        "AccessionNumber", "StudyID", "AdmissionID", "ServiceEpisodeID", "RequestedProcedureID",
        "ScheduledProcedureStepID", "PerformedProcedureStepID", "PlacerOrderNumberImagingServiceRequest",
        "FillerOrderNumberImagingServiceRequest", "ClinicalTrialSubjectID", "ClinicalTrialSubjectReadingID",
        "ClinicalTrialSiteID", "ClinicalTrialProtocolID", "DeviceSerialNumber", "DetectorID", "PlateID", "CassetteID",
        "GantryID", "GeneratorID", "StationName", "PerformedStationName", "ScheduledStationName", "SpecimenIdentifier",
        "ContainerIdentifier", "BarcodeValue", "LabelText",
        "UniqueDeviceIdentifier", "DeviceLabel", "PatientBirthDateInAlternativeCalendar",
        "PatientDeathDateInAlternativeCalendar");

    /// <summary>Places and how to reach somebody.</summary>
    internal static readonly HashSet<uint> Places = Tags(
        "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "PatientAddress",
        "PatientTelephoneNumbers", "PatientTelecomInformation", "PersonAddress", "PersonTelephoneNumbers",
        "PersonTelecomInformation", "CountryOfResidence", "RegionOfResidence", "CurrentPatientLocation",
        "PatientInstitutionResidence", "ReferringPhysicianAddress", "ReferringPhysicianTelephoneNumbers",
        "RequestingService", "ResponsibleOrganization", "ClinicalTrialSiteName", "ClinicalTrialSponsorName",
        "ClinicalTrialCoordinatingCenterName", "OrderEntererLocation", "OrderCallbackPhoneNumber",
        "ScheduledProcedureStepLocation", "PerformedLocation", "MilitaryRank", "Occupation");

    /// <summary>Of the identifiers: what Retain Device Identity (PS3.15 E.3.8) keeps.</summary>
    internal static readonly HashSet<uint> Devices = Tags(
        "DeviceSerialNumber", "DetectorID", "PlateID", "CassetteID", "GantryID", "GeneratorID", "StationName",
        "PerformedStationName", "ScheduledStationName", "UniqueDeviceIdentifier", "DeviceLabel");

    /// <summary>Of the places: what Retain Institution Identity (PS3.15 E.3.9) keeps.</summary>
    internal static readonly HashSet<uint> Institutions = Tags(
        "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "ResponsibleOrganization");

    /// <summary>Of the places: telephone numbers, addresses of mail and web.</summary>
    internal static readonly HashSet<uint> Telecoms = Tags(
        "PatientTelephoneNumbers", "PatientTelecomInformation", "PersonTelephoneNumbers", "PersonTelecomInformation",
        "ReferringPhysicianTelephoneNumbers", "OrderCallbackPhoneNumber");

    /// <summary>Dates of a life, which no option retains.</summary>
    internal static readonly HashSet<uint> Lifetime = Tags("PatientBirthDate");

    /// <summary>UIDs that name a class, a scheme or a syntax.</summary>
    internal static readonly HashSet<uint> ClassUids = Tags(
        "MediaStorageSOPClassUID", "TransferSyntaxUID", "ImplementationClassUID", "SOPClassUID",
        "RelatedGeneralSOPClassUID", "OriginalSpecializedSOPClassUID", "SOPClassesInStudy", "CodingSchemeUID",
        "ContextUID", "MappingResourceUID", "ReferencedSOPClassUID", "ContextGroupExtensionCreatorUID",
        "MACCalculationTransferSyntaxUID", "EncryptedContentTransferSyntaxUID", "ReferencedSOPClassUIDInFile",
        "ReferencedTransferSyntaxUIDInFile",
        "AvailableTransferSyntaxUID", "StoredInstanceTransferSyntaxUID");

    /// <summary>What the file meta information of an output must not hold (PS3.10 §7.1).</summary>
    internal static readonly IReadOnlyList<DicomTag> ForbiddenMeta =
    [
        DicomTag.SourceApplicationEntityTitle, DicomTag.SendingApplicationEntityTitle,
        DicomTag.ReceivingApplicationEntityTitle, DicomTag.SourcePresentationAddress,
        DicomTag.SendingPresentationAddress, DicomTag.ReceivingPresentationAddress,
        DicomTag.PrivateInformationCreatorUID, DicomTag.PrivateInformation,
    ];

    /// <summary>Words that stand where there is no name, and titles: they name nobody.</summary>
    internal static readonly HashSet<string> Nobody = new([
            "REMOVED", "ANONYMOUS", "ANONYMIZED", "ANONYMISED", "ANONYM", "ANON", "DEIDENTIFIED", "UNKNOWN", "UNNAMED",
            "NONE", "NULL", "NOBODY", "EMPTY", "PROF", "MRS", "PHD", "MISS", "RTR", "N/A",
        ], StringComparer.OrdinalIgnoreCase);

    /// <summary>The date that stands where there is none; it is nobody's.</summary>
    internal const string NoDate = "19010203";

    /// <summary>The UID that stands where there is none; it refers to nothing.</summary>
    internal const string NoUid = "2.25.0";

    /// <summary>Words of names of institutions and streets that are no evidence alone.</summary>
    internal static readonly HashSet<string> PlaceWords = new([
            "HOSPITAL", "UNIVERSITY", "MEDICAL", "CENTER", "CENTRE", "CLINIC", "CLINICAL", "RADIOLOGY", "DEPARTMENT",
            "IMAGING", "INSTITUTE", "HEALTH", "HEALTHCARE", "GENERAL", "STREET", "AVENUE", "RESEARCH", "SCHOOL",
            "MEDICINE", "FACULTY", "GROUP", "NATIONAL", "SYSTEM", "SYSTEMS", "NEURO", "BRAIN", "RESONANCE", "MAGNETIC",
            "LABORATORY", "SERVICE", "SERVICES", "KLINIK", "KLINIKUM", "HOPITAL", "OSPEDALE", "CHILDREN", "STATE",
            "COLLEGE", "NUCLEAR", "DIAGNOSTIC", "DIAGNOSTICS", "THERAPY", "ONCOLOGY", "NORTH", "SOUTH", "UNITED",
            "STATES",
        ], StringComparer.OrdinalIgnoreCase);

    private static HashSet<uint> Tags(params string[] keywords) =>
        keywords.Select(k => DicomTag.Parse(k).Value).ToHashSet();
}
