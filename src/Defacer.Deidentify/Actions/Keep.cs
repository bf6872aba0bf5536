using System.Globalization;
using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// K: the item stays as it is; it does not shield the items of a sequence. An option keeps only what is of the kind
/// that the standard says; an age above 89 becomes 90 (45 CFR 164.514(b)(2)(i)(C): 90 or older is one class).
/// </summary>
internal sealed class Keep : IElementAction
{
    private const int MaxAgeYears = 89;
    private const int MaxText = 64 * 1024;

    public ActionCode Code => ActionCode.Keep;

    public DicomItem? Apply(DicomItem item, in ElementScope scope)
    {
        if (scope.Rule.Source != RuleSource.Option || item is not DicomElement element)
        {
            return item;
        }

        return scope.Rule.Entry is { } entry && !entry.VRs.Contains(item.VR)
            ? ElementActions.For(scope.Rule.Fallback).Apply(item, scope)
            : item.VR == DicomVR.AS ? CapAge(element)
            : item.VR.UsesCharacterSet && NamesPerson(element, scope)
                ? ElementActions.For(scope.Rule.Fallback).Apply(item, scope) : item;
    }

    // A device that is described by its user's name is not kept for the device's sake.
    private static bool NamesPerson(DicomElement element, in ElementScope scope) =>
        element.Length is > 0 and <= MaxText && element.VR != DicomVR.PN
        && scope.Instance.Identity.NamesPerson(scope.Source.CharacterSet.Decode(element.Value.Span, element.VR));

    private static DicomElement CapAge(DicomElement element)
    {
        if (element.Length is 0 or > 64)
        {
            return element;
        }

        var text = Encoding.Latin1.GetString(element.Value.Span).Trim(' ', '\0');
        return text.EndsWith('Y')
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture,
                out var years)
            && years > MaxAgeYears
            ? DummyValues.Element(element.Tag, DicomVR.AS, "090Y")
            : element;
    }
}
