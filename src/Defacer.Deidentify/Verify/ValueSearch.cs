using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Verify;

/// <summary>Searches single values and decides, by what kind of value it is, whether a match is a hit.</summary>
internal sealed class ValueSearch(IdentitySet identities)
{
    private const int LongBytes = 8;

    // Coding schemes whose values and meanings are published (PS3.16 §8): names in them are names of things.
    private static readonly HashSet<string> s_publicSchemes = new(
        ["DCM", "SCT", "SRT", "SNM3", "99SDM", "LN", "UCUM", "FMA", "RADLEX", "NCIt", "MDC", "UMLS", "BI", "C4", "I9C",
            "I10", "ISO3166_1", "NYUMCCG", "UBERON"],
        StringComparer.Ordinal);

    internal List<VerifyHit> Hits { get; } = [];

    /// <summary>Dates that differ from those at their place in the original: where dates move, one may fall on another
    /// date of the study. Null where every date counts.</summary>
    internal HashSet<DicomElement>? MovedDates { get; init; }

    internal long BytesSearched { get; private set; }

    internal int ValuesSearched { get; private set; }

    internal int LongestBulkString => identities.Long.MaxLength;

    /// <summary>Searches bulk: only long strings count.</summary>
    internal void Bulk(ReadOnlySpan<byte> bytes, DicomTag tag, string path)
    {
        Count(bytes.Length);
        var sink = default(Matches);
        identities.Long.Search(bytes, ref sink);
        foreach (var (index, _, _) in sink.Found)
        {
            Hit(identities.All[identities.LongIndex[index]], tag, path);
        }
    }

    /// <summary>Searches the value of an element by the rules of its VR.</summary>
    internal void Value(DicomDataset dataset, DicomElement element, string path)
    {
        var bytes = element.Value.Span;
        if (bytes.Length < 3)
        {
            return;
        }

        var kind = ClassOf(element.VR.Code);
        if (kind == ValueClass.Bulk)
        {
            if (bytes.Length >= LongBytes)
            {
                Bulk(bytes, element.Tag, path);
            }

            return;
        }

        Count(bytes.Length);
        if (kind == ValueClass.Uid)
        {
            WholeUids(bytes, element.Tag, path);
        }

        var sink = default(Matches);
        identities.Text.Search(bytes, ref sink);
        foreach (var (index, position, length) in sink.Found)
        {
            var identity = identities.All[index];
            if (Counts(identity, kind, bytes, position, length)
                && !(identity.Kind == IdentityKind.Date && MovedDates?.Contains(element) == true)
                && !IsDefined(identity, dataset, element, kind, position))
            {
                Hit(identity, element.Tag, path);
            }
        }
    }

    private static ValueClass ClassOf(string vr) => vr switch
    {
        "CS" => ValueClass.Code,
        "DS" or "IS" => ValueClass.Number,
        "DA" or "DT" or "TM" or "AS" => ValueClass.Time,
        "UI" => ValueClass.Uid,
        "AE" or "LO" or "LT" or "PN" or "SH" or "ST" or "UC" or "UR" or "UT" or "UN" => ValueClass.Text,
        _ => ValueClass.Bulk,
    };

    private static bool Counts(Identity identity, ValueClass kind, ReadOnlySpan<byte> text, int at, int length)
    {
        var before = at == 0 ? (byte)' ' : text[at - 1];
        var after = at + length >= text.Length ? (byte)' ' : text[at + length];
        switch (identity.Kind)
        {
            case IdentityKind.Uid:
                return !IsUidCharacter(before) && !IsUidCharacter(after);
            case IdentityKind.Date:
                // Digits before are a longer number; digits after may be the time.
                return !IsDigit(before)
                    && kind is ValueClass.Text or ValueClass.Time or ValueClass.Code or ValueClass.Uid;
            default:
                break;
        }

        // Numbers, times and UIDs are digits: a short number in them is chance.
        if (kind is ValueClass.Number or ValueClass.Time or ValueClass.Uid
            && (length < LongBytes || IsDigit(before) || IsDigit(after)))
        {
            return false;
        }

        return !(identity.WordOnly || identity.IsDigits) || (!IsWord(before) && !IsWord(after));
    }

    // A coded value that is a defined term, and the words of a published code, name nobody.
    private static bool IsDefined(Identity identity, DicomDataset dataset, DicomElement element, ValueClass kind,
        int position)
    {
        if (kind == ValueClass.Code)
        {
            return DefinedTerms.Contains(ValueAt(element.Value.Span, position));
        }

        // Ours, whoever else is called so.
        if (element.Tag == DicomTag.ImplementationVersionName)
        {
            return ValueAt(element.Value.Span, position).StartsWith("DEFACER_", StringComparison.Ordinal);
        }

        if (element.Tag == DicomTag.DeidentificationMethod)
        {
            return ValueAt(element.Value.Span, position).StartsWith("Defacer: PS3.15 ", StringComparison.Ordinal);
        }

        var isCode = element.Tag == DicomTag.CodeValue || element.Tag == DicomTag.CodeMeaning
            || element.Tag == DicomTag.CodingSchemeDesignator;
        return isCode && identity.Kind is IdentityKind.Name or IdentityKind.Place
            && s_publicSchemes.Contains(dataset.GetString(DicomTag.CodingSchemeDesignator) ?? string.Empty);
    }

    private static string ValueAt(ReadOnlySpan<byte> text, int position)
    {
        var start = text[..position].LastIndexOf((byte)'\\') + 1;
        var end = text[position..].IndexOf((byte)'\\');
        return Encoding.Latin1.GetString(text[start..(end < 0 ? text.Length : position + end)]).Trim(' ', '\0');
    }

    // Short UIDs are found here only: as text they are version numbers.
    private void WholeUids(ReadOnlySpan<byte> bytes, DicomTag tag, string path)
    {
        if (IdentifyingAttributes.ClassUids.Contains(tag.Value))
        {
            return;
        }

        foreach (var uid in Encoding.Latin1.GetString(bytes).Split('\\'))
        {
            var trimmed = uid.Trim(' ', '\0');
            if (trimmed.Length < LongBytes && identities.Uids.Contains(trimmed))
            {
                Hits.Add(new VerifyHit(IdentityKind.Uid, path + tag, tag.Keyword));
            }
        }
    }

    private void Hit(Identity identity, DicomTag tag, string path) =>
        Hits.Add(new VerifyHit(identity.Kind, path + tag, identity.Source.Keyword));

    private void Count(int bytes)
    {
        BytesSearched += bytes;
        ValuesSearched++;
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    private static bool IsUidCharacter(byte b) => IsDigit(b) || b == '.';

    private static bool IsWord(byte b) =>
        IsDigit(b) || b is >= (byte)'A' and <= (byte)'Z' or >= (byte)'a' and <= (byte)'z' or >= 0x80;

    /// <summary>How a VR's values are searched.</summary>
    private enum ValueClass
    {
        Text,
        Code,
        Number,
        Time,
        Uid,
        Bulk,
    }

    private struct Matches : IMatchSink
    {
        private static readonly List<(int, int, int)> s_none = [];
        private List<(int Index, int Position, int Length)>? _found;

        internal readonly List<(int Index, int Position, int Length)> Found => _found ?? s_none;

        public void Match(int pattern, int position, int length) => (_found ??= []).Add((pattern, position, length));
    }
}
