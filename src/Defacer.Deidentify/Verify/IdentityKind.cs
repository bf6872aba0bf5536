namespace Defacer.Deidentify.Verify;

/// <summary>What a searched string says about a person.</summary>
public enum IdentityKind
{
    /// <summary>A person's name, or a part of one.</summary>
    Name,

    /// <summary>A number or code of a patient, order, device or application.</summary>
    Identifier,

    /// <summary>A calendar date.</summary>
    Date,

    /// <summary>A UID of a thing.</summary>
    Uid,

    /// <summary>An institution, department, address or telephone number.</summary>
    Place,
}
