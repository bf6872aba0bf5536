using Defacer.Deidentify.Objects;

namespace Defacer.Deidentify.Profiles;

/// <summary>What parts of a profile contradict each other; each is a sentence for the administrator.</summary>
internal static class ProfileConflicts
{
    internal static IEnumerable<string> Find(IReadOnlyList<ProfileOption> options, PixelTextPolicy pixelText,
        IReadOnlySet<ObjectKind> objects, OverrideReader overrides, Trial.ClinicalTrial? trial)
    {
        bool Has(string name) => options.Any(o => o.Name == name);

        foreach (var twice in options.GroupBy(o => o.Name).Where(g => g.Count() > 1))
        {
            yield return $"options: '{twice.Key}' is named twice; remove one.";
        }

        if (Has("retain-longitudinal-full-dates") && Has("retain-longitudinal-modified-dates"))
        {
            yield return "options: retain-longitudinal-full-dates keeps dates as they are and "
                + "retain-longitudinal-modified-dates moves them; choose one (PS3.15 E.3.6).";
        }

        if (Has("clean-pixel-data") && pixelText == PixelTextPolicy.Pass)
        {
            yield return "options: clean-pixel-data says that burnt-in text is removed, and \"unverifiedPixelText\": "
                + "\"pass\" lets images out that nobody checked; choose one.";
        }

        if (objects.Contains(ObjectKind.Presentation) && !Has("clean-graphics"))
        {
            yield return "objects: presentationStates can be cleaned only with the option clean-graphics, because the "
                + "Basic Profile takes their graphics away (PS3.15 E.3.3); add it, or park them.";
        }

        if (trial is not null && !(overrides.IsPseudonym(Dicom.Data.DicomTag.PatientID)
            && overrides.IsPseudonym(Dicom.Data.DicomTag.PatientName)))
        {
            yield return "trial: the subject id takes the place of the patient's pseudonym, so the overrides must have "
                + "PatientID and PatientName as pseudonym.";
        }

        foreach (var conflict in overrides.Conflicts(options))
        {
            yield return conflict;
        }
    }
}
