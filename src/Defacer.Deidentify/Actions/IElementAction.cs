using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>One action code. Registered in <see cref="ElementActions"/>.</summary>
internal interface IElementAction
{
    /// <summary>The code.</summary>
    ActionCode Code { get; }

    /// <summary>
    /// What stands in the place of the item: null when it is removed; the same item when it stays, the items of a
    /// sequence then being judged one by one; another item that needs no further judging.
    /// </summary>
    DicomItem? Apply(DicomItem item, in ElementScope scope);
}

/// <summary>What an action may know.</summary>
/// <param name="Rule">The rule that called for it.</param>
/// <param name="Place">The place of the element, with the rules of what an item of it holds.</param>
/// <param name="Source">The original data set that holds the element, for its character set.</param>
/// <param name="Instance">The instance that is treated.</param>
internal readonly record struct ElementScope(ElementRule Rule, PlanNode Place, DicomDataset Source,
    InstanceContext Instance);

/// <summary>What is known of an instance while it is treated.</summary>
/// <param name="Key">The site's secret.</param>
/// <param name="PatientPseudonym">The patient's pseudonym.</param>
/// <param name="Shift">By how much the patient's dates move.</param>
/// <param name="Cleaner">Cleans texts of what the instance or its study knows about persons.</param>
internal sealed record InstanceContext(
    SiteKey Key, string PatientPseudonym, Text.DateShift Shift, Text.DescriptorCleaner Cleaner)
{
    /// <summary>What the instance or its study knows about persons.</summary>
    internal Text.OwnIdentity Identity => Cleaner.Identity;
}
