using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>X: the item goes, a sequence with all that is in it.</summary>
internal sealed class Remove : IElementAction
{
    public ActionCode Code => ActionCode.Remove;

    public DicomItem? Apply(DicomItem item, in ElementScope scope) => null;
}
