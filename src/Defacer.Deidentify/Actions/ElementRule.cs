using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;
using Defacer.Dicom.Dictionary;

namespace Defacer.Deidentify.Actions;

/// <summary>Where a rule comes from.</summary>
public enum RuleSource
{
    /// <summary>PS3.15 Table E.1-1, Basic Profile.</summary>
    Table,

    /// <summary>A column of an option in PS3.15 Table E.1-1.</summary>
    Option,

    /// <summary>An override of the profile.</summary>
    Profile,

    /// <summary>This project's decision about what the table does not name.</summary>
    Unlisted,

    /// <summary>The structure of a data set: group lengths, groups that have no place in it, trailing
    /// padding.</summary>
    Structure,
}

/// <summary>What happens to one attribute at one place of one IOD. Made once, used for every instance.</summary>
internal sealed class ElementRule
{
    /// <summary>The action; for what the table does not name, the one that holds when the value is not found
    /// safe.</summary>
    internal required ActionCode Action { get; init; }

    internal required RuleSource Source { get; init; }

    /// <summary>The code as printed, such as X/Z/D; empty where there is none.</summary>
    internal string Code { get; init; } = string.Empty;

    internal required AttributeType Type { get; init; }

    /// <summary>The dictionary's entry, or null for an unknown or private attribute.</summary>
    internal DicomDictionaryEntry? Entry { get; init; }

    /// <summary>How a value is judged that the table does not name; null when <see cref="Action"/> holds in any
    /// case.</summary>
    internal UnlistedKind? Judged { get; init; }

    /// <summary>The value that the profile gives, for <see cref="ActionCode.Set"/>.</summary>
    internal string? Value { get; init; }

    /// <summary>What holds when the action cannot be carried out on a value: the Basic Profile's action.</summary>
    internal ActionCode Fallback { get; init; } = ActionCode.Remove;

    /// <summary>The profile's conditions on the value, or null.</summary>
    internal ValueFilter? Filter { get; init; }

    /// <summary>The time that belongs to a date, or the date that belongs to a time; for shifts that are no whole
    /// days.</summary>
    internal DicomTag? Partner { get; init; }

    /// <summary>Codes of CID 7050 that this instance may not claim when the attribute is present: bits of
    /// <see cref="Profiles.ProfileOption.Bit"/>.</summary>
    internal int Waives { get; init; }

    /// <summary>The VR to take when the element has UN.</summary>
    internal DicomVR? KnownVR => Entry is { VRs.Count: > 0 } ? Entry.VRs[0] : null;
}
