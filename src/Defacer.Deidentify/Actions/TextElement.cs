using Defacer.Dicom.Data;
using Defacer.Dicom.Text;

namespace Defacer.Deidentify.Actions;

/// <summary>Text put back into the character set of its data set.</summary>
internal static class TextElement
{
    /// <summary>An element of this text, padded; null when the set cannot hold it, which only a wrong set brings
    /// about.</summary>
    internal static DicomElement? Encode(DicomTag tag, DicomVR vr, string text, DicomCharacterSet characters)
    {
        byte[] bytes;
        try
        {
            bytes = characters.Encode(text, vr);
        }
        catch (ArgumentException)
        {
            // The text was not in the set that the object declares: whoever called has a safe action instead.
            return null;
        }

        if (bytes.Length % 2 == 1)
        {
            Array.Resize(ref bytes, bytes.Length + 1);
            bytes[^1] = vr.Padding;
        }

        return new DicomElement(tag, vr, bytes);
    }
}
