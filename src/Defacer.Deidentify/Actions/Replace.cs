using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// D: a dummy that is valid for the attribute and the same for everybody, so that nothing of the source can be read
/// back from it. An empty value stays empty: there is nothing to hide. A UID becomes a mapped one, or references break.
/// </summary>
internal sealed class Replace : IElementAction
{
    public ActionCode Code => ActionCode.Replace;

    public DicomItem? Apply(DicomItem item, in ElementScope scope)
    {
        var vr = DummyValues.VRFor(item, scope.Rule);
        if (vr == DicomVR.SQ)
        {
            return item is DicomSequence sequence ? ReplaceItems(sequence, scope)
                : new DicomSequence(item.Tag, DicomVR.SQ, false);
        }

        if (item is DicomElement { Length: 0 } empty)
        {
            return empty;
        }

        return vr == DicomVR.UI && item is DicomElement uids
            ? MapUid.Map(uids, scope.Instance.Key)
            : DummyValues.For(item.Tag, vr, scope.Rule.Entry?.VM);
    }

    // One item: the children that the IOD requires and the source had, with dummies; a code becomes "Unknown".
    private static DicomSequence ReplaceItems(DicomSequence sequence, in ElementScope scope)
    {
        var result = new DicomSequence(sequence.Tag, DicomVR.SQ, undefinedLength: false);
        if (sequence.Items.Count == 0)
        {
            return result;
        }

        var inside = scope.Place.Inside(sequence.Tag);
        var source = sequence.Items[0];
        var dummy = new DicomDataset();
        if (source.Contains(DicomTag.CodeMeaning))
        {
            AddUnknownCode(dummy);
        }
        else
        {
            foreach (var child in source)
            {
                if (ReplaceChild(child, source, inside, scope.Instance) is { } replaced)
                {
                    dummy.AddOrUpdate(replaced);
                }
            }
        }

        result.Items.Add(dummy);
        return result;
    }

    // Nesting follows the tree of the IOD, whose depth is bounded, never the data.
    private static DicomItem? ReplaceChild(DicomItem child, DicomDataset source, PlanNode place,
        InstanceContext instance)
    {
        var rule = place.For(child.Tag);
        ActionCode? action = rule.Type switch
        {
            AttributeType.Type1 or AttributeType.Type1C => ActionCode.Replace,
            AttributeType.Type2 or AttributeType.Type2C => ActionCode.Zero,
            _ => null,
        };
        if (action is null || child.Tag.IsPrivate)
        {
            return null;
        }

        if (rule.Judged == UnlistedKind.ClassUid || rule.Action == ActionCode.MapUid)
        {
            action = rule.Judged == UnlistedKind.ClassUid ? ActionCode.Keep : ActionCode.MapUid;
        }

        return ElementActions.For(action.Value).Apply(child, new ElementScope(rule, place, source, instance));
    }

    // SNOMED CT 261665006, Unknown (qualifier value).
    private static void AddUnknownCode(DicomDataset dummy)
    {
        dummy.AddOrUpdate(DummyValues.Element(DicomTag.CodeValue, DicomVR.SH, "261665006"));
        dummy.AddOrUpdate(DummyValues.Element(DicomTag.CodingSchemeDesignator, DicomVR.SH, "SCT"));
        dummy.AddOrUpdate(DummyValues.Element(DicomTag.CodeMeaning, DicomVR.LO, "Unknown"));
    }
}
