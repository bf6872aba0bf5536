namespace Defacer.Deidentify.Profiles;

/// <summary>An option of PS3.15 Annex E that a profile may name.</summary>
/// <param name="Name">As written in a profile.</param>
/// <param name="Column">The column of Table E.1-1 and the row of CID 7050; null where the table has no column.</param>
/// <param name="IsCarriedOut">Whether this version carries the option out completely; one that is not is
/// refused.</param>
internal sealed record ProfileOption(string Name, string Column, bool IsCarriedOut)
{
    /// <summary>All options of PS3.15 E.3.</summary>
    internal static IReadOnlyList<ProfileOption> All { get; } =
    [
        new("retain-safe-private", "retain_safe_private", false),
        new("retain-uids", "retain_uids", false),
        new("retain-device-identity", "retain_device_identity", false),
        new("retain-institution-identity", "retain_institution_identity", false),
        new("retain-patient-characteristics", "retain_patient_characteristics", false),
        new("retain-longitudinal-full-dates", "retain_longitudinal_full_dates", false),
        new("retain-longitudinal-modified-dates", "retain_longitudinal_modified_dates", false),
        new("clean-descriptors", "clean_descriptors", false),
        new("clean-structured-content", "clean_structured_content", false),
        new("clean-graphics", "clean_graphics", false),
        new("clean-pixel-data", "clean_pixel_data", false),
    ];

    internal static ProfileOption? Find(string name) => All.FirstOrDefault(o => o.Name == name);
}
