using System.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;

namespace Defacer.Deidentify.Verify;

/// <summary>
/// What the original study knew about the person, as byte strings to search for. Collected from every instance, at
/// every depth, in the forms and character sets in which it could have survived.
/// </summary>
public sealed class IdentitySet
{
    /// <summary>Shorter strings occur by chance in bulk values.</summary>
    private const int BulkMinBytes = BulkSearch.MinLength;

    internal IdentitySet(List<Identity> identities, HashSet<string> uids, RetainedIdentity retained)
    {
        All = identities;
        Uids = uids;
        Retained = retained;
        Text = new PatternSearch([.. identities.Select(i => i.Bytes)]);
        LongIndex = [.. Enumerable.Range(0, identities.Count).Where(i => IsNoChance(identities[i]))];
        Long = new BulkSearch([.. LongIndex.Select(i => identities[i].Bytes)]);
    }

    /// <summary>How many byte strings are searched for.</summary>
    public int Count => All.Count;

    /// <summary>What the outputs may keep.</summary>
    public RetainedIdentity Retained { get; }

    internal IReadOnlyList<Identity> All { get; }

    /// <summary>Every UID of the study that names a thing; for whole values of UI.</summary>
    internal HashSet<string> Uids { get; }

    /// <summary>The search for text: all strings.</summary>
    internal PatternSearch Text { get; }

    /// <summary>The search for bulk: long strings only.</summary>
    internal BulkSearch Long { get; }

    /// <summary>The strings of <see cref="Long"/> as indexes into <see cref="All"/>.</summary>
    internal int[] LongIndex { get; }

    // Eight characters; and not of one or two: a flat image is full of "00000000". Wide characters are pixels of 16
    // bits.
    private static bool IsNoChance(Identity identity) =>
        identity.Bytes.Length >= (identity.IsWide ? 2 * BulkMinBytes : BulkMinBytes)
            && identity.Bytes.Distinct().Count() > (identity.IsWide ? 4 : 3);

    /// <summary>Collects from the original files of a study.</summary>
    public static IdentitySet Collect(
        IEnumerable<DicomFile> study, RetainedIdentity retained = RetainedIdentity.None)
    {
        var collector = new IdentityCollector();
        foreach (var file in study)
        {
            collector.Add(file);
        }

        return collector.Complete(retained);
    }

    /// <summary>Whether a text, such as the path of a file, names somebody or something of these.</summary>
    public bool IsNamedIn(string text)
    {
        var search = new ValueSearch(this);
        var element = new DicomElement(DicomTag.PatientComments, DicomVR.UT, Encoding.UTF8.GetBytes(text));
        search.Value([], element, string.Empty);
        return search.Hits.Count > 0;
    }
}

/// <summary>One byte string to search for.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Source">Where it was found.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="WordOnly">Whether it counts only between characters that are no letters and digits.</param>
/// <param name="IsWide">Whether a character has two bytes (UTF-16).</param>
internal sealed record Identity(IdentityKind Kind, DicomTag Source, byte[] Bytes, bool WordOnly, bool IsWide = false)
{
    internal bool IsDigits { get; } = Bytes.AsSpan().IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
