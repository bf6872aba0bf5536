using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>
/// C on text: words that may stay do, everything else goes (PS3.15 E.3.7). What is no text, or has nothing left, gets
/// the Basic Profile's action. The items of a sequence are judged one by one.
/// </summary>
internal sealed class Clean : IElementAction
{
    // A report of this length is no descriptor.
    private const int MaxBytes = 64 * 1024;

    public ActionCode Code => ActionCode.Clean;

    public DicomItem? Apply(DicomItem item, in ElementScope scope)
    {
        if (item is DicomSequence && (scope.Rule.KnownVR ?? DicomVR.SQ) == DicomVR.SQ)
        {
            return item;
        }

        return item is DicomElement { Length: 0 } empty ? empty
            : item is DicomElement element && element.VR.UsesCharacterSet && element.VR != DicomVR.PN
                && (scope.Rule.Entry?.VRs.Contains(element.VR) ?? true) && Text(element, scope) is { } cleaned ? cleaned
            : ElementActions.For(scope.Rule.Fallback).Apply(item, scope);
    }

    /// <summary>The element with cleaned values; the same one when all stay; null when nothing is left.</summary>
    internal static DicomElement? Text(DicomElement element, in ElementScope scope)
    {
        if (element.Length > MaxBytes)
        {
            return null;
        }

        var characters = scope.Source.CharacterSet;
        var values = characters.DecodeValues(element.Value.Span, element.VR);
        var cleaned = new string[values.Count];
        var (changed, any) = (false, false);
        for (var i = 0; i < cleaned.Length; i++)
        {
            var text = values[i].Trim(' ', '\0');
            cleaned[i] = scope.Instance.Cleaner.Clean(text);
            changed |= !ReferenceEquals(cleaned[i], text);
            any |= cleaned[i].Length > 0;
        }

        return !any ? null : !changed ? element
            : TextElement.Encode(element.Tag, element.VR, string.Join('\\', cleaned), characters);
    }
}
