using System.Buffers;
using System.Text;
using Defacer.Deidentify.Standard;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>Decides whether the value of an attribute that PS3.15 Table E.1-1 does not name may stay.</summary>
internal static class ValueJudge
{
    // PS3.5 §6.2.
    private const int MaxCodeLength = 16;
    private const int MaxIntegerLength = 12;

    // Scanners write DS longer than the 16 characters of PS3.5: full precision of a double has 24.
    private const int MaxDecimalLength = 26;

    private static readonly SearchValues<byte> s_code =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ \0"u8);

    private static readonly SearchValues<byte> s_number = SearchValues.Create("0123456789+-.eE \\\0"u8);

    // Scanners write "ISO-IR 100" and "iso_ir 100"; without the character set the kept text cannot be read.
    private static readonly SearchValues<byte> s_characterSet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_- \\\0"u8);

    /// <summary>
    /// What stays of the item: the item itself, or a part of it that is safe; null when the rule's action must be
    /// applied.
    /// A VR that contradicts the dictionary is judged by what was written, not by what it should have been.
    /// </summary>
    internal static DicomItem? Keep(DicomItem item, DicomDataset source, ElementRule rule, InstanceContext instance)
    {
        var kind = rule.Judged!.Value;
        if (item is DicomSequence)
        {
            return kind == UnlistedKind.Sequence ? item : null;
        }

        if (item is not DicomElement element)
        {
            return kind == UnlistedKind.ReviewedBulk && item.Tag.Group == 0x7FE0 ? item : null;
        }

        if (element.Length == 0)
        {
            return element;
        }

        var isBytes = element.VR.Code is "OB" or "OW" or "UN" || element.VR.IsUnknownCode;
        return kind switch
        {
            UnlistedKind.Number or UnlistedKind.NumberText when element.VR.Code is "DS" or "IS" =>
                IsNumbers(element) ? element : null,
            UnlistedKind.Number or UnlistedKind.NumberText when !element.VR.IsText
                && (!isBytes || rule.Entry!.VRs.Contains(element.VR)) => element,
            UnlistedKind.Code when element.VR == DicomVR.CS =>
                IsPersonsLabel(element, instance) ? null : KeepCodes(element, rule),
            UnlistedKind.Code when element.VR.IsText && element.Bulk is null =>
                AllCodes(element.Value.Span) ? element : null,
            UnlistedKind.ReviewedText when element.VR.UsesCharacterSet && element.VR != DicomVR.PN =>
                IsNameless(element, source, instance) ? element : null,
            UnlistedKind.ClassUid when element.VR == DicomVR.UI => KeepClassUids(element, source, instance),
            UnlistedKind.InstanceUid when element.VR == DicomVR.UI => MapUid.Map(element, instance.Key),
            UnlistedKind.ReviewedBulk when !element.VR.IsText && !element.VR.IsUnknownCode
                && element.VR != DicomVR.UN => IsNamelessProfile(element, instance) ? element : null,
            _ => null,
        };
    }

    internal static bool IsNumbers(DicomElement element)
    {
        if (element.Bulk is not null || element.Value.Span.IndexOfAnyExcept(s_number) >= 0)
        {
            return false;
        }

        var limit = element.VR == DicomVR.IS ? MaxIntegerLength : MaxDecimalLength;
        foreach (var part in element.Value.Span.Split((byte)'\\'))
        {
            if (element.Value.Span[part].Trim(" \0"u8).Length > limit)
            {
                return false;
            }
        }

        return true;
    }

    // Content Label is a word that people choose; other codes are terms, and a patient may be called HEAD.
    private static bool IsPersonsLabel(DicomElement element, InstanceContext instance)
    {
        if (element.Bulk is not null || element.Length > MaxDecimalLength * MaxCodeLength)
        {
            return false;
        }

        Span<char> text = stackalloc char[(int)element.Length];
        Encoding.Latin1.GetChars(element.Value.Span, text);
        return instance.Identity.NamesPerson(
            text, element.Tag == DicomTag.ContentLabel ? null : instance.Cleaner.Words);
    }

    // Where a code is required, only the values that are none are replaced.
    private static DicomElement? KeepCodes(DicomElement element, ElementRule rule)
    {
        if (element.Bulk is not null)
        {
            return null;
        }

        var span = element.Value.Span;
        if (element.Tag == DicomTag.SpecificCharacterSet)
        {
            return span.Length <= 256 && span.IndexOfAnyExcept(s_characterSet) < 0 ? element : null;
        }

        if (AllCodes(span))
        {
            return element;
        }

        if (rule.Action == ActionCode.Remove)
        {
            return null;
        }

        var values = Encoding.Latin1.GetString(span).Split('\\');
        for (var i = 0; i < values.Length; i++)
        {
            if (!AllCodes(Encoding.Latin1.GetBytes(values[i])))
            {
                values[i] = DummyValues.Text;
            }
        }

        return DummyValues.Element(element.Tag, DicomVR.CS, string.Join('\\', values));
    }

    internal static bool AllCodes(ReadOnlySpan<byte> span)
    {
        var length = 0;
        foreach (var b in span)
        {
            if (b == '\\')
            {
                length = 0;
                continue;
            }

            // Leading and trailing spaces do not count; inner ones do, so this is the lenient side by a few.
            length += b is (byte)' ' or 0 ? 0 : 1;
            if (length > MaxCodeLength || !s_code.Contains(b))
            {
                return false;
            }
        }

        return true;
    }

    // Text of another person is for the verifier, who knows the whole study; this is what the instance itself knows.
    private static bool IsNameless(DicomElement element, DicomDataset source, InstanceContext instance) =>
        element.Bulk is null
        && !instance.Identity.IsNamedIn(source.CharacterSet.Decode(element.Value.Span, element.VR));

    // A colour profile has texts of its own (ISO 15076-1 §10.15: in UTF-16), of whoever made it.
    private static bool IsNamelessProfile(DicomElement element, InstanceContext instance) =>
        element.Tag != DicomTag.ICCProfile
        || !(instance.Identity.IsNamedIn(Encoding.Latin1.GetString(element.Value.Span))
            || instance.Identity.IsNamedIn(Encoding.BigEndianUnicode.GetString(element.Value.Span))
            || instance.Identity.IsNamedIn(Encoding.BigEndianUnicode.GetString(element.Value.Span[Math.Min(1, (int)element.Length)..])));

    // Classes and schemes of DICOM and HL7 say nothing about a site; another organisation's root may.
    private static DicomElement? KeepClassUids(DicomElement element, DicomDataset source, InstanceContext instance)
    {
        if (element.Tag == DicomTag.SOPClassUID)
        {
            // The first one is in the tables, or the object would not be here; it has no second.
            return element.Value.Span.Contains((byte)'\\')
                ? DummyValues.Element(element.Tag, DicomVR.UI, source.GetString(element.Tag)!) : element;
        }

        foreach (var uid in Encoding.Latin1.GetString(element.Value.Span).Split('\\'))
        {
            var trimmed = uid.Trim(' ', '\0');
            if (trimmed.Length > 0 && !MapUid.IsRegistered(trimmed)
                && !trimmed.StartsWith("2.16.840.1.113883.", StringComparison.Ordinal))
            {
                return MapUid.Map(element, instance.Key);
            }
        }

        return element;
    }
}
