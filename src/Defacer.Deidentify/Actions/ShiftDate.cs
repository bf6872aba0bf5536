using System.Text;
using Defacer.Deidentify.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// C of Retain Longitudinal Temporal Information with Modified Dates (PS3.15 E.3.6): every value moves by the patient's
/// shift. A value that is no date becomes empty among others; alone it gets the Basic Profile's action.
/// </summary>
internal sealed class ShiftDate : IElementAction
{
    // 64 values of a DT.
    private const int MaxBytes = 2048;

    public ActionCode Code => ActionCode.ShiftDate;

    public DicomItem? Apply(DicomItem item, in ElementScope scope)
    {
        if (item is DicomElement { Length: 0 } empty)
        {
            return empty;
        }

        return item is DicomElement { Length: <= MaxBytes } element && Shift(element, scope) is { } shifted ? shifted
            : ElementActions.For(scope.Rule.Fallback).Apply(item, scope);
    }

    private static DicomElement? Shift(DicomElement element, in ElementScope scope)
    {
        var text = Encoding.Latin1.GetString(element.Value.Span);
        if (element.Tag == DicomTag.TimezoneOffsetFromUTC)
        {
            // The offset of the clock, not a time: without it the kept times mean nothing.
            return IsZone(text.AsSpan().Trim(" \0")) ? element : null;
        }

        var shift = scope.Instance.Shift;
        if (element.VR == DicomVR.TM && !shift.MovesTimes)
        {
            return TemporalText.IsTimes(text) ? element : null;
        }

        if (element.VR.Code is not ("DA" or "DT" or "TM"))
        {
            return null;
        }

        var partner = scope.Rule.Partner is { } tag && shift.MovesTimes ? scope.Source.GetString(tag) : null;
        var values = text.Split('\\');
        var any = false;
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i].Trim(' ', '\0');
            values[i] = element.VR.Code switch
            {
                "DA" => shift.Date(value, i == 0 ? partner : null),
                "TM" => shift.Time(value),
                _ => shift.DateTime(value),
            }
            ?? string.Empty;
            any |= values[i].Length > 0;
        }

        return any ? DummyValues.Element(element.Tag, element.VR, string.Join('\\', values)) : null;
    }

    private static bool IsZone(ReadOnlySpan<char> text) =>
        text.Length == 5 && text[0] is '+' or '-' && !text[1..].ContainsAnyExceptInRange('0', '9');
}
