using System.Text.Json;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;

namespace Defacer.Deidentify.Standard;

/// <summary>How the value of an attribute that PS3.15 Table E.1-1 does not name is judged.</summary>
internal enum UnlistedKind
{
    /// <summary>Nothing makes it safe: out, as its Type allows.</summary>
    Unsafe,

    /// <summary>A sequence: kept, its items judged one by one.</summary>
    Sequence,

    /// <summary>Numbers in binary, or tags: kept.</summary>
    Number,

    /// <summary>Numbers in characters: kept where they are numbers.</summary>
    NumberText,

    /// <summary>A coded string: kept where it keeps to the characters and length of CS.</summary>
    Code,

    /// <summary>A text that this project reviewed: kept where it names nobody.</summary>
    ReviewedText,

    /// <summary>A UID of a class, a scheme or a syntax: kept.</summary>
    ClassUid,

    /// <summary>A UID of a thing: replaced.</summary>
    InstanceUid,

    /// <summary>Bulk that this project reviewed: kept.</summary>
    ReviewedBulk,
}

/// <summary>This project's decision about what the table does not name: an allow-list (<c>unlisted.json</c>).</summary>
internal sealed class UnlistedAttributes
{
    private readonly HashSet<uint> _text;
    private readonly HashSet<uint> _classUids;
    private readonly HashSet<uint> _bulk;

    private UnlistedAttributes(HashSet<uint> text, HashSet<uint> classUids, HashSet<uint> bulk)
    {
        _text = text;
        _classUids = classUids;
        _bulk = bulk;
    }

    /// <summary>The kind of a known standard attribute, by the dictionary's VR and the lists.</summary>
    internal UnlistedKind KindOf(DicomDictionaryEntry entry)
    {
        var tag = entry.Tag.Value;
        if (_bulk.Contains(tag))
        {
            return UnlistedKind.ReviewedBulk;
        }

        return (entry.VRs.Count > 0 ? entry.VRs[0].Code : string.Empty) switch
        {
            "SQ" => UnlistedKind.Sequence,
            "US" or "SS" or "UL" or "SL" or "FL" or "FD" or "SV" or "UV" or "AT" => UnlistedKind.Number,
            "OF" or "OD" or "OL" or "OV" => UnlistedKind.Number,
            "DS" or "IS" => UnlistedKind.NumberText,
            "CS" => UnlistedKind.Code,
            "UI" => _classUids.Contains(tag) ? UnlistedKind.ClassUid : UnlistedKind.InstanceUid,
            "SH" or "LO" or "UC" or "ST" or "LT" or "UT" when _text.Contains(tag) => UnlistedKind.ReviewedText,
            _ => UnlistedKind.Unsafe,
        };
    }

    internal static UnlistedAttributes Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new UnlistedAttributes(Tags(root, "text"), Tags(root, "classUids"), Tags(root, "bulk"));
    }

    private static HashSet<uint> Tags(JsonElement root, string list) =>
        root.GetProperty(list).EnumerateArray().Select(k => DicomTag.Parse(k.GetString()!).Value).ToHashSet();
}
