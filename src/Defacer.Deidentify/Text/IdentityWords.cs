using System.Collections.Frozen;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Text;

namespace Defacer.Deidentify.Text;

/// <summary>Collects names, numbers and places from data sets, for <see cref="OwnIdentity"/>.</summary>
internal sealed class IdentityWords
{
    private const int MinLength = 3;
    private const int FreeLength = 5;
    private static readonly char[] s_separators =
        ['^', '=', ' ', '\\', ',', ';', '.', '-', '_', '/', '(', ')', '\t', '\r', '\n'];

    private static readonly FrozenSet<uint> s_numbers = Tags(
        "PatientID", "OtherPatientIDs", "AccessionNumber", "StudyID", "AdmissionID", "RequestedProcedureID",
        "ScheduledProcedureStepID", "PerformedProcedureStepID", "FillerOrderNumberImagingServiceRequest",
        "PlacerOrderNumberImagingServiceRequest", "MilitaryRank", "PatientTelephoneNumbers", "DeviceSerialNumber",
        "StationName", "PatientBirthDate", "MedicalRecordLocator", "ServiceEpisodeID", "ClinicalTrialSubjectID",
        "PerformedStationName", "ScheduledStationName", "PersonTelephoneNumbers", "OrderCallbackPhoneNumber");

    private static readonly FrozenSet<uint> s_places = Tags(
        "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "PatientAddress", "RequestingService",
        "ResponsibleOrganization", "CurrentPatientLocation", "ReferringPhysicianAddress", "PersonAddress",
        "ClinicalTrialSiteName", "PatientInstitutionResidence", "CountryOfResidence", "RegionOfResidence");

    // What stands where there is no name says nothing; titles name nobody.
    private static readonly FrozenSet<string> s_nobody = new[]
    {
        "REMOVED", "ANONYMOUS", "ANONYMIZED", "ANONYMISED", "ANONYM", "ANON", "DEIDENTIFIED", "UNKNOWN", "UNNAMED",
        "NONE", "NULL", "NOBODY", "EMPTY", "PROF", "MRS", "PHD", "MISS", "RTR", "N/A",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, (ReadOnlyMemory<byte> Bytes, DicomCharacterSet Set)> _last = [];
    private readonly HashSet<string> _makers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Parts of names, and numbers as written.</summary>
    internal HashSet<string> Words { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Parts of names alone.</summary>
    internal HashSet<string> PersonWords { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal HashSet<string> Numbers { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal HashSet<string> Places { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal HashSet<string> PlaceWords { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an element says who or where; also used to tell whether two instances know the same.</summary>
    internal static bool Names(DicomElement element) =>
        element.Length is > 0 and <= 4096
        && (element.VR == DicomVR.PN || element.VR == DicomVR.AE || s_numbers.Contains(element.Tag.Value)
            || s_places.Contains(element.Tag.Value) || element.Tag == DicomTag.Manufacturer
            || element.Tag == DicomTag.ManufacturerModelName);

    internal void Add(DicomFile file)
    {
        var open = new Stack<DicomDataset>();
        open.Push(file.Dataset);
        open.Push(file.FileMetaInfo);
        while (open.TryPop(out var dataset))
        {
            for (var i = 0; i < dataset.Count; i++)
            {
                if (dataset[i] is DicomSequence sequence)
                {
                    foreach (var child in sequence.Items)
                    {
                        open.Push(child);
                    }
                }
                else if (dataset[i] is DicomElement element && Names(element))
                {
                    Add(dataset, element);
                }
            }
        }
    }

    /// <summary>To be called after the last file: only then all makers are known, whose names are no secret.</summary>
    internal void Complete()
    {
        foreach (var place in _places.Where(p => p.Length >= MinLength && !_makers.Contains(p)))
        {
            Places.Add(place);
            foreach (var word in place.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
            {
                if (word.Length >= FreeLength && !_makers.Contains(word))
                {
                    PlaceWords.Add(word);
                }
            }
        }
    }

    private void Add(DicomDataset dataset, DicomElement element)
    {
        // A study repeats itself: what equals the last value of its attribute is not even decoded.
        var set = dataset.CharacterSet;
        if (_last.TryGetValue(element.Tag.Value, out var last) && last.Set == set
            && last.Bytes.Span.SequenceEqual(element.Value.Span))
        {
            return;
        }

        _last[element.Tag.Value] = (element.Value, set);
        foreach (var value in dataset.GetStrings(element.Tag))
        {
            if (element.VR == DicomVR.PN)
            {
                foreach (var word in value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
                {
                    AddWord(word);
                    if (Words.Contains(word))
                    {
                        PersonWords.Add(word);
                    }
                }
            }
            else if (s_numbers.Contains(element.Tag.Value))
            {
                AddWord(value);
                if (value.Length >= MinLength)
                {
                    Numbers.Add(value);
                }
            }
            else if (element.VR == DicomVR.AE || s_places.Contains(element.Tag.Value))
            {
                _places.Add(value);
            }
            else
            {
                _makers.Add(value);
                _makers.UnionWith(value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries));
            }
        }
    }

    private void AddWord(string value)
    {
        // Two ideographs are a name.
        if ((value.Length >= MinLength || (value.Length == 2 && value[0] > 0x2E80)) && !s_nobody.Contains(value))
        {
            Words.Add(value);
        }
    }

    private static FrozenSet<uint> Tags(params string[] keywords) =>
        keywords.Select(k => DicomTag.Parse(k).Value).ToFrozenSet();
}
