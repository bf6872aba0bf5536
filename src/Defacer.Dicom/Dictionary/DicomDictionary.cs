using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Dictionary;

/// <summary>A data element of PS3.6.</summary>
/// <param name="Tag">The tag; of a repeating group the first one.</param>
/// <param name="Mask">Which bits of the tag count: all, or not the repeating ones (50xx, 60xx).</param>
/// <param name="Keyword">The keyword.</param>
/// <param name="VRs">The VRs allowed, the preferred one first.</param>
/// <param name="VM">The value multiplicity as printed: 1, 1-n, 2-2n.</param>
/// <param name="IsRetired">Whether the element is retired.</param>
/// <param name="Name">The name.</param>
public sealed record DicomDictionaryEntry(
    DicomTag Tag, uint Mask, string Keyword, IReadOnlyList<DicomVR> VRs, string VM, bool IsRetired, string Name);

/// <summary>A registered UID of PS3.6 Annex A.</summary>
/// <param name="UID">The UID.</param>
/// <param name="Type">Such as SOP Class or Transfer Syntax.</param>
/// <param name="IsRetired">Whether it is retired.</param>
/// <param name="Name">The name.</param>
public sealed record DicomUidEntry(string UID, string Type, bool IsRetired, string Name);

/// <summary>
/// The tables of PS3.6: elements, UIDs, and private elements by creator. Built at the first look-up.
/// </summary>
public static class DicomDictionary
{
    private static readonly Lazy<ElementTable> s_elements = new(() => new ElementTable());
    private static readonly Lazy<Dictionary<string, DicomUidEntry>> s_uids = new(LoadUids);
    private static readonly Lazy<PrivateTable> s_private = new(() => new PrivateTable());

    /// <summary>The edition of the standard that the tables are from.</summary>
    public static string Edition => DictionaryTables.Edition;

    /// <summary>Every element of the dictionary.</summary>
    public static IReadOnlyCollection<DicomDictionaryEntry> Elements => s_elements.Value.All;

    /// <summary>Every registered UID.</summary>
    public static IReadOnlyCollection<DicomUidEntry> Uids => s_uids.Value.Values;

    /// <summary>How many private elements are known.</summary>
    public static int PrivateCount => s_private.Value.Count;

    /// <summary>The entry of a tag, or null for one that is unknown or private.</summary>
    public static DicomDictionaryEntry? Find(DicomTag tag) => s_elements.Value.Find(tag);

    /// <summary>The entry with a keyword, or null.</summary>
    public static DicomDictionaryEntry? Find(string keyword) => s_elements.Value.Find(keyword);

    /// <summary>The entry of a UID, or null.</summary>
    public static DicomUidEntry? FindUid(string uid) => s_uids.Value.GetValueOrDefault(uid);

    /// <summary>
    /// The VR that an implicit data set's element has (PS3.5 §6.2): the dictionary's first, UL for group lengths, LO
    /// for
    /// private creators, the private dictionary's by creator, else UN. Choices that depend on other elements
    /// (US or SS, OB or OW) are the reader's.
    /// </summary>
    public static DicomVR ImplicitVR(DicomTag tag, string? privateCreator)
    {
        if (tag.IsGroupLength)
        {
            return DicomVR.UL;
        }

        if (!tag.IsPrivate)
        {
            return s_elements.Value.FindVR(tag) ?? DicomVR.UN;
        }

        if (tag.IsPrivateCreator)
        {
            return DicomVR.LO;
        }

        return privateCreator is null ? DicomVR.UN : FindPrivate(privateCreator, tag) ?? DicomVR.UN;
    }

    /// <summary>The VR of a private element, matched by creator, group and low byte, or null.</summary>
    public static DicomVR? FindPrivate(string creator, DicomTag tag) => s_private.Value.Find(creator, tag);

    private static Dictionary<string, DicomUidEntry> LoadUids()
    {
        var uids = new Dictionary<string, DicomUidEntry>(StringComparer.Ordinal);
        foreach (var line in Lines(DictionaryTables.Uids))
        {
            var f = line.Split('|');
            uids[f[0]] = new DicomUidEntry(f[0], f[1], f[2] == "R", f[3]);
        }

        return uids;
    }

    internal static string[] Lines(ReadOnlySpan<byte> table) => Encoding.UTF8.GetString(table).Split('\n');
}
