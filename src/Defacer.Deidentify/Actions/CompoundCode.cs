using Defacer.Deidentify.Standard;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// Resolves a code of PS3.15 Table E.1-1 by the attribute's Type at its path in this IOD. An attribute that is present
/// with a conditional Type is taken as required: its condition cannot be evaluated here. Where the Type is not known,
/// the choice keeps the object valid and still removes the value.
/// </summary>
internal static class CompoundCode
{
    /// <summary>The action for a code, or null for a code that the table does not use.</summary>
    internal static ActionCode? Resolve(string code, AttributeType type)
    {
        var required = type is AttributeType.Type1 or AttributeType.Type1C;
        var mayBeEmpty = type is AttributeType.Type2 or AttributeType.Type2C;
        var unknown = type == AttributeType.Unknown;
        return code switch
        {
            // X on what must be there would break the object: the weakest action that keeps it valid and removes the
            // value.
            "X" => required ? ActionCode.Replace : mayBeEmpty ? ActionCode.Zero : ActionCode.Remove,
            // PS3.15 allows a dummy for Z, and Type 1 needs one.
            "Z" => required ? ActionCode.Replace : ActionCode.Zero,
            "D" => ActionCode.Replace,
            "K" => ActionCode.Keep,
            "C" => ActionCode.Clean,
            "U" => ActionCode.MapUid,
            "Z/D" => required || unknown ? ActionCode.Replace : ActionCode.Zero,
            "X/D" => required || mayBeEmpty || unknown ? ActionCode.Replace : ActionCode.Remove,
            "X/Z" or "X/Z/D" =>
                required || unknown ? ActionCode.Replace : mayBeEmpty ? ActionCode.Zero : ActionCode.Remove,
            // A required sequence of references stays, with the UIDs inside replaced by their own rows.
            "X/Z/U*" => required || unknown ? ActionCode.Keep : mayBeEmpty ? ActionCode.Zero : ActionCode.Remove,
            _ => null,
        };
    }
}
