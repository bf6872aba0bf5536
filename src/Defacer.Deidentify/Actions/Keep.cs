using System.Globalization;
using System.Text;
using Defacer.Deidentify.Text;
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

        return (scope.Rule.Entry is { } entry && !entry.VRs.Contains(item.VR)) || !IsOfItsKind(element)
            ? ElementActions.For(scope.Rule.Fallback).Apply(item, scope)
            : item.VR == DicomVR.AS ? CapAge(element)
            : item.VR.UsesCharacterSet && NamesPerson(element, scope)
                ? ElementActions.For(scope.Rule.Fallback).Apply(item, scope) : item;
    }

    // Words in the place of a date or a number are somebody's note.
    private static bool IsOfItsKind(DicomElement element)
    {
        if (element.Length is 0 or > MaxText
            || element.VR.Code is not ("DA" or "DT" or "TM" or "AS" or "DS" or "IS" or "CS"))
        {
            return true;
        }

        return element.VR.Code switch
        {
            "CS" => ValueJudge.AllCodes(element.Value.Span),
            "DS" or "IS" => ValueJudge.IsNumbers(element),
            _ => AllTemporal(Encoding.Latin1.GetString(element.Value.Span), element.VR),
        };
    }

    private static bool AllTemporal(string text, DicomVR vr)
    {
        foreach (var part in text.AsSpan().Split('\\'))
        {
            var value = text.AsSpan(part).Trim(" \0");
            var fits = value.IsEmpty || vr.Code switch
            {
                "DA" => TemporalText.ParseDate(value) is not null,
                "DT" => TemporalText.ParseDateTime(value) is not null,
                "TM" => TemporalText.ParseTime(value) is not null,
                _ => value.Length == 4 && !value[..3].ContainsAnyExceptInRange('0', '9') && "DWMY".Contains(value[3]),
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
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
