using Defacer.Deidentify.Profiles;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// Retain Safe Private (PS3.15 E.3.10): what the table lists stays as far as its value is what the table says; numbers
/// as they are, UIDs mapped, text without names, items judged one by one. All else goes.
/// </summary>
internal static class PrivateJudge
{
    /// <summary>What stays of a private element; null when it goes.</summary>
    internal static DicomItem? Keep(DicomItem original, DicomDataset source, ElementRule rule, Profile profile,
        InstanceContext instance)
    {
        if (original.Tag.Element < 0x1000 || source.GetPrivateCreator(original.Tag) is not { } creator
            || profile.Tables.SafePrivate.Find(creator, original.Tag) is not { Risk: not PrivateRisk.Bulk } row)
        {
            return null;
        }

        var item = UnknownVR.Resolve(original, row.VR);
        if (item is DicomSequence)
        {
            return row.Risk == PrivateRisk.Nested ? item : null;
        }

        if (item is not DicomElement { Bulk: null } element)
        {
            return null;
        }

        if (element.Length == 0)
        {
            return element;
        }

        return row.Risk switch
        {
            PrivateRisk.Uid when element.VR == DicomVR.UI =>
                profile.Retains("retain-uids") ? element : MapUid.Map(element, instance.Key),
            PrivateRisk.Text when element.VR.UsesCharacterSet && element.VR != DicomVR.PN =>
                Clean.Text(element, new ElementScope(rule, null!, source, instance)),
            PrivateRisk.None when row.VR is null || element.VR == row.VR || IsSameKind(element.VR, row.VR) =>
                Plain(element),
            _ => null,
        };
    }

    private static DicomElement? Plain(DicomElement element) => element.VR.Code switch
    {
        "US" or "SS" or "UL" or "SL" or "FL" or "FD" or "SV" or "UV" or "AT" => element,
        "DS" or "IS" => ValueJudge.IsNumbers(element) ? element : null,
        "CS" => ValueJudge.AllCodes(element.Value.Span) ? element : null,
        _ => null,
    };

    private static bool IsSameKind(DicomVR one, DicomVR other) =>
        one.Code is "US" or "SS" or "UL" or "SL" or "FL" or "FD" or "DS" or "IS"
        && other.Code is "US" or "SS" or "UL" or "SL" or "FL" or "FD" or "DS" or "IS";
}
