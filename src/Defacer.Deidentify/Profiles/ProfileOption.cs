namespace Defacer.Deidentify.Profiles;

/// <summary>How a C of a column of Table E.1-1 is carried out.</summary>
internal enum Cleaner
{
    /// <summary>Not at all: the column has none, or the Basic Profile's action holds.</summary>
    None,

    /// <summary>Words that may stay do.</summary>
    Text,

    /// <summary>Dates move by the patient's shift.</summary>
    Dates,

    /// <summary>Drawings stay, their texts and bitmaps do not.</summary>
    Graphics,

    /// <summary>AE titles become keyed ones.</summary>
    Pseudonyms,

    /// <summary>What Table E.3.10-1 lists stays.</summary>
    Private,
}

/// <summary>An option of PS3.15 Annex E that a profile may name.</summary>
/// <param name="Name">As written in a profile.</param>
/// <param name="Column">The column of Table E.1-1 and the row of CID 7050.</param>
/// <param name="Cleaner">What its C means.</param>
/// <param name="NotCarriedOut">Why this version refuses it, or null.</param>
internal sealed record ProfileOption(string Name, string Column, Cleaner Cleaner, string? NotCarriedOut = null)
{
    /// <summary>The bit of the Basic Profile itself in masks of options.</summary>
    internal const int BasicBit = 1 << 30;

    /// <summary>All options of PS3.15 E.3.</summary>
    internal static IReadOnlyList<ProfileOption> All { get; } =
    [
        new("retain-safe-private", "retain_safe_private", Cleaner.Private),
        new("retain-uids", "retain_uids", Cleaner.None),
        new("retain-device-identity", "retain_device_identity", Cleaner.Pseudonyms),
        new("retain-institution-identity", "retain_institution_identity", Cleaner.None),
        new("retain-patient-characteristics", "retain_patient_characteristics", Cleaner.Text),
        new("retain-longitudinal-full-dates", "retain_longitudinal_full_dates", Cleaner.None),
        new("retain-longitudinal-modified-dates", "retain_longitudinal_modified_dates", Cleaner.Dates),
        new("clean-descriptors", "clean_descriptors", Cleaner.Text),
        new("clean-structured-content", "clean_structured_content", Cleaner.None,
            "PS3.15 Table E.3.4-1 is not among the tables of this version; structured reports are parked, or cut down "
            + "with \"objects\": { \"structuredReports\": \"clean\" }"),
        new("clean-graphics", "clean_graphics", Cleaner.Graphics),
        new("clean-pixel-data", "clean_pixel_data", Cleaner.None),
        new("clean-recognizable-visual-features", "clean_recognizable_visual_features", Cleaner.None,
            "it is claimed for the instances whose face was removed and checked, and for no others; no profile "
            + "names it"),
    ];

    /// <summary>The option's bit in masks.</summary>
    internal int Bit
    {
        get
        {
            for (var i = 0; i < All.Count; i++)
            {
                if (All[i].Name == Name)
                {
                    return 1 << i;
                }
            }

            return 0;
        }
    }

    internal static ProfileOption? Find(string name) => All.FirstOrDefault(o => o.Name == name);
}
