using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>Z: zero length; a sequence without items.</summary>
internal sealed class Zero : IElementAction
{
    public ActionCode Code => ActionCode.Zero;

    public DicomItem? Apply(DicomItem item, in ElementScope scope)
    {
        var vr = DummyValues.VRFor(item, scope.Rule);
        return vr == DicomVR.SQ
            ? new DicomSequence(item.Tag, DicomVR.SQ, undefinedLength: false)
            : new DicomElement(item.Tag, vr, ReadOnlyMemory<byte>.Empty);
    }
}
