namespace Defacer.Deidentify.Standard;

/// <summary>The Type of an attribute (PS3.5 §7.4) at one path of one IOD; a lower number is stricter.</summary>
internal enum AttributeType
{
    /// <summary>Required, with a value.</summary>
    Type1,

    /// <summary>Required with a value under a condition.</summary>
    Type1C,

    /// <summary>Required, may be empty.</summary>
    Type2,

    /// <summary>Required under a condition, may be empty.</summary>
    Type2C,

    /// <summary>Optional, or in no module of the IOD (Standard Extended).</summary>
    Type3,

    /// <summary>In a module whose Types the tables do not hold: it may be required.</summary>
    Unknown,
}
