using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// A keyed pseudonym in the place of the value: the patient's own for (0010,0010) and (0010,0020), else one derived
/// from the attribute and its value. Empty stays empty, except for the patient: two unnamed patients must not become
/// one.
/// </summary>
internal sealed class Pseudonym : IElementAction
{
    // SH holds 16 characters (PS3.5 §6.2).
    internal const int MaxLength = 16;

    public ActionCode Code => ActionCode.Pseudonym;

    public DicomItem? Apply(DicomItem item, in ElementScope scope)
    {
        if (item is not DicomElement element)
        {
            return null;
        }

        var vr = DummyValues.VRFor(item, scope.Rule);
        if (element.Tag == DicomTag.PatientName || element.Tag == DicomTag.PatientID)
        {
            return DummyValues.Element(item.Tag, vr, scope.Instance.PatientPseudonym);
        }

        var text = element.Length is > 0 and <= 4096
            ? scope.Source.CharacterSet.Decode(element.Value.Span, vr).Trim(' ', '\0')
            : string.Empty;
        return DummyValues.Element(item.Tag, vr, text.Length == 0 ? string.Empty
            : scope.Instance.Key.Derive(item.Tag, text, MaxLength));
    }
}
