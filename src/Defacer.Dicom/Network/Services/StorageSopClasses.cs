using System.Collections.Frozen;
using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Network.Services;

/// <summary>
/// The storage SOP classes of PS3.4 B.5 and the retired ones, from the dictionary. Not those of GG.3, which hold no
/// patient's images.
/// </summary>
public static class StorageSopClasses
{
    /// <summary>The service class UID of storage (PS3.4 B), as common extended negotiation names it.</summary>
    public const string ServiceClassUID = "1.2.840.10008.4.2";

    // All UIDs of the standard, also those of later editions, begin so.
    private const string StandardRoot = "1.2.840.10008.";
    private const string ImageStorageRoot = "1.2.840.10008.5.1.4.1.1.";

    // Below the same root without being composite instances of a patient: protocols' and inventories' queries and
    // retrievals.
    private static readonly string[] s_otherServices = ["1.2.840.10008.5.1.4.1.1.200.", "1.2.840.10008.5.1.4.1.1.201."];

    private static readonly string[] s_elsewhere =
    [
        "1.2.840.10008.5.1.1.27", "1.2.840.10008.5.1.1.29", "1.2.840.10008.5.1.1.30",
        "1.2.840.10008.5.1.4.34.1", "1.2.840.10008.5.1.4.34.7", "1.2.840.10008.5.1.4.34.10",
    ];

    private static readonly FrozenSet<string> s_all = DicomDictionary.Uids
        .Where(u => u.Type == "SOP Class" && u.UID.StartsWith(ImageStorageRoot, StringComparison.Ordinal)
            && (!Array.Exists(s_otherServices, p =>
                u.UID.StartsWith(p, StringComparison.Ordinal)) || IsPatientProtocol(u.UID)))
        .Select(u => u.UID)
        .Concat(s_elsewhere)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Every UID of the list.</summary>
    public static IReadOnlyCollection<string> All => s_all;

    /// <summary>Whether the UID is a storage SOP class of the standard.</summary>
    public static bool IsStandard(string uid) => s_all.Contains(uid);

    /// <summary>Whether the UID is outside the standard's root: somebody's own.</summary>
    public static bool IsPrivate(string uid) => !uid.StartsWith(StandardRoot, StringComparison.Ordinal);

    // CT and XA Performed Procedure Protocol belong to a patient (PS3.4 B.5); the Defined ones do not (GG.3).
    private static bool IsPatientProtocol(string uid) =>
        uid is "1.2.840.10008.5.1.4.1.1.200.2" or "1.2.840.10008.5.1.4.1.1.200.8";
}
