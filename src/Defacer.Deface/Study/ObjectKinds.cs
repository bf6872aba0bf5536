namespace Defacer.Deface.Study;

/// <summary>Objects without volumes that show no face. What is not listed here is parked, not guessed about.</summary>
internal static class ObjectKinds
{
    // Prefixes of SOP class UIDs (PS3.4 Annex B): SR documents, presentation states of grey and colour images, RT
    // plans and records.
    private static readonly string[] s_withoutPicture =
    [
        "1.2.840.10008.5.1.4.1.1.88.", "1.2.840.10008.5.1.4.1.1.11.", "1.2.840.10008.5.1.4.1.1.481.5",
        "1.2.840.10008.5.1.4.1.1.481.8", "1.2.840.10008.5.1.4.1.1.481.4", "1.2.840.10008.5.1.4.1.1.481.6",
        "1.2.840.10008.5.1.4.1.1.67",
    ];

    private static readonly string[] s_modalities = ["MR", "CT", "PT"];

    /// <summary>Whether objects of the class hold neither pixels nor outlines of the body.</summary>
    internal static bool ShowsNothing(string? sopClassUid) =>
        sopClassUid is not null && s_withoutPicture.Any(prefix => sopClassUid.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Whether objects of the class draw the body again: RT structure sets and dose grids.</summary>
    internal static bool IsOutline(string? sopClassUid) =>
        sopClassUid is "1.2.840.10008.5.1.4.1.1.481.3" or "1.2.840.10008.5.1.4.1.1.481.2";

    /// <summary>Whether the methods know the modality.</summary>
    internal static bool IsKnownModality(string modality) => s_modalities.Contains(modality, StringComparer.Ordinal);
}
