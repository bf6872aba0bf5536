using System.Globalization;
using System.Text.Json;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Json;

/// <summary>
/// Writes data sets in the DICOM JSON model (PS3.18 Annex F): an object with a member a tag, each with its VR and
/// "Value", "InlineBinary" or "BulkDataURI". Group lengths are left out; texts are UTF-8, and (0008,0005) says so.
/// </summary>
public sealed class DicomJsonWriter(Utf8JsonWriter writer, DicomJsonOptions options)
{
    // PS3.18 F.2.3: a reader may hold numbers as doubles, which are exact to here.
    private const long LargestExactInteger = 1L << 53;
    private const string Utf8Term = "ISO_IR 192";
    private static readonly string[] s_nameGroups = ["Alphabetic", "Ideographic", "Phonetic"];

    /// <summary>One data set as text in UTF-8.</summary>
    public static byte[] ToUtf8(DicomDataset dataset, DicomJsonOptions options, bool isIndented = false)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = isIndented }))
        {
            new DicomJsonWriter(json, options).Write(dataset);
        }

        return stream.ToArray();
    }

    /// <summary>Writes one data set as an object.</summary>
    /// <exception cref="IOException">A value that lies in a file cannot be read.</exception>
    public void Write(DicomDataset dataset)
    {
        writer.WriteStartObject();
        foreach (var item in dataset)
        {
            if (!item.Tag.IsGroupLength)
            {
                writer.WriteStartObject($"{item.Tag.Group:X4}{item.Tag.Element:X4}");
                WriteItem(dataset, item);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
    }

    private void WriteItem(DicomDataset dataset, DicomItem item)
    {
        switch (item)
        {
            case DicomSequence sequence:
                writer.WriteString("vr", "SQ");
                WriteItems(sequence);
                break;
            case DicomElement element:
                writer.WriteString("vr", element.VR.IsUnknownCode ? "UN" : element.VR.Code);
                WriteElement(dataset, element);
                break;
            default:
                writer.WriteString("vr", item.VR.Code);
                WriteReference(item);
                break;
        }
    }

    private void WriteItems(DicomSequence sequence)
    {
        if (sequence.Items.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("Value");
        foreach (var child in sequence.Items)
        {
            Write(child);
        }

        writer.WriteEndArray();
    }

    private void WriteElement(DicomDataset dataset, DicomElement element)
    {
        if (element.Length == 0)
        {
            return;
        }

        if (IsBinary(element.VR))
        {
            WriteBinary(element);
            return;
        }

        // PS3.18 F.2.5: nothing but padding is an empty value.
        var texts = element.VR.IsText ? dataset.GetStrings(element.Tag) : [];
        if (texts is [{ Length: 0 }])
        {
            return;
        }

        writer.WriteStartArray("Value");
        if (element.Tag == DicomTag.SpecificCharacterSet)
        {
            writer.WriteStringValue(Utf8Term);
        }
        else if (element.VR.IsText)
        {
            WriteTexts(texts, element.VR);
        }
        else if (element.VR == DicomVR.AT)
        {
            foreach (var tag in dataset.GetTags(element.Tag))
            {
                writer.WriteStringValue($"{tag.Group:X4}{tag.Element:X4}");
            }
        }
        else
        {
            JsonNumbers.Write(writer, element.VR, element.Value.Span);
        }

        writer.WriteEndArray();
    }

    private void WriteBinary(DicomElement element)
    {
        if (element.Length <= options.MaxInlineBytes)
        {
            writer.WriteBase64String("InlineBinary", element.Value.Span);
        }
        else
        {
            WriteReference(element);
        }
    }

    private void WriteReference(DicomItem item)
    {
        if (options.BulkDataUri?.Invoke(item) is { } uri)
        {
            writer.WriteString("BulkDataURI", uri);
        }
    }

    private void WriteTexts(IReadOnlyList<string> values, DicomVR vr)
    {
        foreach (var value in values)
        {
            if (value.Length == 0)
            {
                // PS3.18 F.2.5: an empty value between others keeps its place.
                writer.WriteNullValue();
            }
            else if (vr == DicomVR.PN)
            {
                WriteName(value);
            }
            else if (vr == DicomVR.DS || vr == DicomVR.IS)
            {
                WriteDecimal(value);
            }
            else
            {
                writer.WriteStringValue(value);
            }
        }
    }

    // PS3.5 6.2.1: alphabetic=ideographic=phonetic.
    private void WriteName(string value)
    {
        writer.WriteStartObject();
        foreach (var (name, group) in s_nameGroups.Zip(value.Split('=')))
        {
            if (group.Length > 0)
            {
                writer.WriteString(name, group);
            }
        }

        writer.WriteEndObject();
    }

    // As it stands where JSON allows the form, so that no digit changes; else as a string, which PS3.18 F.2.3 allows.
    private void WriteDecimal(string value)
    {
        if (JsonNumbers.IsJsonNumber(value)
            && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            && (value.AsSpan().IndexOfAny('.', 'e', 'E') >= 0 || Math.Abs(number) <= LargestExactInteger))
        {
            writer.WriteRawValue(value);
        }
        else
        {
            writer.WriteStringValue(value);
        }
    }

    private static bool IsBinary(DicomVR vr) => vr.IsUnknownCode || vr.Code is
        "OB" or "OD" or "OF" or "OL" or "OV" or "OW" or "UN";
}
