using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>The value that the profile gives, in ASCII; its VR was checked when the profile was loaded.</summary>
internal sealed class SetValue : IElementAction
{
    public ActionCode Code => ActionCode.Set;

    public DicomItem? Apply(DicomItem item, in ElementScope scope) =>
        item is DicomElement ? DummyValues.Element(item.Tag, DummyValues.VRFor(item, scope.Rule), scope.Rule.Value!)
            : null;
}
