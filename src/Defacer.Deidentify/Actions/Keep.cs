using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>K: the item stays as it is; it does not shield the items of a sequence.</summary>
internal sealed class Keep : IElementAction
{
    public ActionCode Code => ActionCode.Keep;

    public DicomItem? Apply(DicomItem item, in ElementScope scope) => item;
}
