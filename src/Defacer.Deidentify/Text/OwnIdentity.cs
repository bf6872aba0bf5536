using System.Buffers;
using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify.Text;

/// <summary>
/// What one instance knows about persons and places, to keep it out of text that is otherwise kept: parts of names,
/// numbers, institution, station. Names of fewer than three letters are no evidence in a text.
/// </summary>
internal sealed class OwnIdentity
{
    private const int MinLength = 3;
    private const int FreeLength = 5;
    private static readonly char[] s_nameSeparators = ['^', '=', ' ', '\\', ',', '.', '-', '/', '(', ')'];

    private static readonly DicomTag[] s_whole =
    [
        DicomTag.PatientID, DicomTag.OtherPatientIDs, DicomTag.AccessionNumber, DicomTag.StudyID, DicomTag.AdmissionID,
        DicomTag.RequestedProcedureID, DicomTag.ScheduledProcedureStepID, DicomTag.PerformedProcedureStepID,
        DicomTag.FillerOrderNumberImagingServiceRequest, DicomTag.PlacerOrderNumberImagingServiceRequest,
        DicomTag.MilitaryRank, DicomTag.PatientTelephoneNumbers, DicomTag.DeviceSerialNumber, DicomTag.StationName,
        DicomTag.PatientBirthDate,
    ];

    private static readonly DicomTag[] s_places =
    [
        DicomTag.InstitutionName, DicomTag.InstitutionAddress, DicomTag.InstitutionalDepartmentName,
        DicomTag.PatientAddress, DicomTag.RequestingService, DicomTag.ResponsibleOrganization,
        DicomTag.CurrentPatientLocation,
    ];

    private readonly SearchValues<string>? _long;
    private readonly string[] _short;

    private OwnIdentity(HashSet<string> tokens)
    {
        var free = tokens.Where(t => t.Length >= FreeLength).ToArray();
        _long = free.Length == 0 ? null : SearchValues.Create(free, StringComparison.OrdinalIgnoreCase);
        _short = [.. tokens.Where(t => t.Length < FreeLength)];
    }

    /// <summary>Collects from a file, at every depth.</summary>
    internal static OwnIdentity Collect(DicomFile file)
    {
        var tokens = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var places = new List<string>();
        var makers = new StringBuilder();
        var open = new Stack<DicomDataset>();
        open.Push(file.Dataset);
        open.Push(file.FileMetaInfo);
        while (open.TryPop(out var dataset))
        {
            foreach (var item in dataset)
            {
                if (item is DicomSequence sequence)
                {
                    foreach (var child in sequence.Items)
                    {
                        open.Push(child);
                    }
                }
                else if (item.VR == DicomVR.PN)
                {
                    AddWords(tokens, dataset, item.Tag);
                }
                else if (item.VR == DicomVR.AE)
                {
                    places.Add(dataset.GetString(item.Tag) ?? string.Empty);
                }
            }

            foreach (var value in s_whole.SelectMany(dataset.GetStrings))
            {
                Add(tokens, value);
            }

            places.AddRange(s_places.SelectMany(dataset.GetStrings));
            makers.Append(dataset.GetString(DicomTag.Manufacturer)).Append(' ');
            makers.Append(dataset.GetString(DicomTag.ManufacturerModelName)).Append(' ');
        }

        AddPlaces(tokens, places, makers.ToString());
        return new OwnIdentity(tokens);
    }

    /// <summary>Whether a text names somebody or something of these: long ones anywhere, short ones as words.</summary>
    internal bool IsNamedIn(string text)
    {
        if (_long is not null && text.AsSpan().ContainsAny(_long))
        {
            return true;
        }

        foreach (var token in _short)
        {
            for (var at = text.IndexOf(token, StringComparison.OrdinalIgnoreCase); at >= 0;
                at = text.IndexOf(token, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                if ((at == 0 || !char.IsLetterOrDigit(text[at - 1]))
                    && (at + token.Length == text.Length || !char.IsLetterOrDigit(text[at + token.Length])))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // A maker's name is no secret, even where it also names the place.
    private static void AddPlaces(HashSet<string> tokens, List<string> places, string makers)
    {
        foreach (var value in places.Where(p => !makers.Contains(p, StringComparison.OrdinalIgnoreCase)))
        {
            Add(tokens, value);
            foreach (var word in value.Split(s_nameSeparators, StringSplitOptions.RemoveEmptyEntries))
            {
                if (word.Length >= FreeLength && !makers.Contains(word, StringComparison.OrdinalIgnoreCase))
                {
                    Add(tokens, word);
                }
            }
        }
    }

    private static void AddWords(HashSet<string> tokens, DicomDataset dataset, DicomTag tag)
    {
        foreach (var value in dataset.GetStrings(tag))
        {
            foreach (var word in value.Split(s_nameSeparators, StringSplitOptions.RemoveEmptyEntries))
            {
                Add(tokens, word);
            }
        }
    }

    private static void Add(HashSet<string> tokens, string value)
    {
        // Two ideographs are a name.
        if (value.Length >= MinLength || (value.Length == 2 && value[0] > 0x2E80))
        {
            tokens.Add(value);
        }
    }
}
