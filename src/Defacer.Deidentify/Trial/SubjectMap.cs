using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Trial;

/// <summary>A subject of a trial, as the mapping names it.</summary>
/// <param name="SubjectId">(0012,0040), also Patient ID and name.</param>
/// <param name="SiteId">(0012,0030), or empty.</param>
/// <param name="SiteName">(0012,0031), or empty.</param>
/// <param name="TimePoint">(0012,0050), or empty.</param>
internal sealed record TrialSubject(string SubjectId, string SiteId, string SiteName, string TimePoint);

/// <summary>
/// The table of patients and subjects: a CSV file with the columns patient_id, issuer, accession, subject_id, site_id,
/// site_name, time_point. Only patient_id and subject_id are required; a line with an accession number holds for that
/// study alone. Read again when the file changes.
/// </summary>
internal sealed class SubjectMap(string path)
{
    private static readonly string[] s_columns =
        ["patient_id", "issuer", "accession", "subject_id", "site_id", "site_name", "time_point"];

    private readonly Lock _lock = new();
    private DateTime _readAt;
    private Dictionary<(string Id, string Issuer, string Accession), TrialSubject> _subjects = [];

    /// <summary>The file.</summary>
    internal string Path { get; } = path;

    /// <summary>The subject of an object's patient: by accession number, else by patient; an issuer that the table
    /// leaves empty is any.</summary>
    /// <exception cref="InvalidDataException">The file cannot be used.</exception>
    internal TrialSubject? Find(DicomDataset dataset)
    {
        if (dataset.GetString(DicomTag.PatientID) is not { } id)
        {
            return null;
        }

        var issuer = dataset.GetString(DicomTag.IssuerOfPatientID) ?? string.Empty;
        var accession = dataset.GetString(DicomTag.AccessionNumber) ?? string.Empty;
        var subjects = Current();
        foreach (var key in new[] { (id, issuer, accession), (id, "", accession), (id, issuer, ""), (id, "", "") })
        {
            if (subjects.TryGetValue(key, out var subject))
            {
                return subject;
            }
        }

        return null;
    }

    /// <summary>Reads the file now; what is wrong with it, line by line.</summary>
    internal IReadOnlyList<string> Check()
    {
        var errors = new List<string>();
        _ = File.Exists(Path) ? Parse(File.ReadAllLines(Path), errors) : [];
        return errors;
    }

    private Dictionary<(string Id, string Issuer, string Accession), TrialSubject> Current()
    {
        var changed = File.GetLastWriteTimeUtc(Path);
        lock (_lock)
        {
            if (changed == _readAt)
            {
                return _subjects;
            }

            var errors = new List<string>();
            var read = File.Exists(Path) ? Parse(File.ReadAllLines(Path), errors) : [];
            if (errors.Count > 0)
            {
                throw new InvalidDataException($"{Path}: {string.Join("; ", errors)}");
            }

            (_subjects, _readAt) = (read, changed);
            return read;
        }
    }

    private static Dictionary<(string Id, string Issuer, string Accession), TrialSubject> Parse(string[] lines,
        List<string> errors)
    {
        var subjects = new Dictionary<(string, string, string), TrialSubject>();
        var patientOf = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        string[]? header = null;
        for (var number = 1; number <= lines.Length; number++)
        {
            var line = lines[number - 1].Trim('\uFEFF', ' ');
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var fields = line
                .Split(line.Contains(';', StringComparison.Ordinal) ? ';' : ',', StringSplitOptions.TrimEntries)
                .Select(f => f.Trim('"')).ToArray();
            if (header is null)
            {
                header = fields;
                errors.AddRange(fields.Except(s_columns).Select(f => $"line {number}: '{f}' is no column; there are "
                    + string.Join(", ", s_columns)));
                continue;
            }

            string Field(string name) => Array.IndexOf(header, name) is >= 0 and var at && at < fields.Length
                ? fields[at] : string.Empty;

            var (patient, subject) = ((Field("patient_id"), Field("issuer")), Field("subject_id"));
            if (Fault(patient.Item1, subject, Field("site_id"), Field("site_name"), Field("time_point")) is { } fault)
            {
                errors.Add($"line {number}: {fault}");
            }
            else if (patientOf.TryGetValue(subject, out var other) && other != patient)
            {
                errors.Add($"line {number}: the subject has another patient on an earlier line; two persons would "
                    + "become one");
            }
            else if (!subjects.TryAdd((patient.Item1, patient.Item2, Field("accession")),
                new TrialSubject(subject, Field("site_id"), Field("site_name"), Field("time_point"))))
            {
                errors.Add($"line {number}: the patient is on an earlier line too");
            }
            else
            {
                patientOf[subject] = patient;
            }
        }

        return subjects;
    }

    // LO of 64 characters, and a part of a name: PS3.5 §6.2. The patient's number is not said.
    private static string? Fault(string patient, params string[] values) =>
        patient.Length == 0 || values[0].Length == 0 ? "patient_id or subject_id is empty"
        : values.Any(v => v.Length > 64 || !System.Text.Ascii.IsValid(v) || v.AsSpan().IndexOfAny("\\^=") >= 0)
            ? "a value is longer than 64 characters or holds characters that an id cannot" : null;
}
