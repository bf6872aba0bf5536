namespace Defacer.Deidentify.Actions;

/// <summary>The action codes of PS3.15 Table E.1-1a.</summary>
public enum ActionCode
{
    /// <summary>K: keep; the items of a sequence are still judged one by one.</summary>
    Keep,

    /// <summary>X: remove.</summary>
    Remove,

    /// <summary>Z: zero length.</summary>
    Zero,

    /// <summary>D: a dummy value, valid for VR and VM.</summary>
    Replace,

    /// <summary>U: another UID, the same one for the same original.</summary>
    MapUid,

    /// <summary>C: clean; what no cleaner makes safe gets the action of the Basic Profile.</summary>
    Clean,

    /// <summary>Not of the table: a keyed pseudonym, the same one for the same original.</summary>
    Pseudonym,

    /// <summary>Not of the table: a value that the profile gives.</summary>
    Set,

    /// <summary>C of the dates: moved by the patient's shift.</summary>
    ShiftDate,

    /// <summary>Not of the table: what a pattern of the profile finds is replaced.</summary>
    Edit,
}
