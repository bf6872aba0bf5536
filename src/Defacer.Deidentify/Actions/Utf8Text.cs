using Defacer.Dicom.Data;
using Defacer.Dicom.Text;

namespace Defacer.Deidentify.Actions;

/// <summary>Puts kept text into UTF-8 (ISO_IR 192, PS3.3 §C.12.1.1.2) where the profile asks for it.</summary>
internal static class Utf8Text
{
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The element with its text in UTF-8; the same one where its bytes are ASCII or no text.</summary>
    internal static DicomElement Of(DicomElement element, DicomDataset source)
    {
        if (element.Tag == DicomTag.SpecificCharacterSet)
        {
            return element.Length == 0 ? element : DummyValues.Element(element.Tag, DicomVR.CS, "ISO_IR 192");
        }

        if (!element.VR.UsesCharacterSet || element.Bulk is not null || element.Length > MaxBytes
            || (System.Text.Ascii.IsValid(element.Value.Span) && !element.Value.Span.Contains((byte)0x1B)))
        {
            return element;
        }

        var text = source.CharacterSet.Decode(element.Value.Span, element.VR).TrimEnd(' ', '\0');
        return TextElement.Encode(element.Tag, element.VR, text, DicomCharacterSet.Utf8) ?? element;
    }
}
