using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Defacer.Dicom.Dictionary;

namespace Defacer.Dicom.Data;

// Typed reading of values. Reading never throws for a bad value: it gives null, so that passing on is never
// blocked by what a sender wrote.
public sealed partial class DicomDataset
{
    private static readonly string[] s_dateFormats = ["yyyyMMdd", "yyyy.MM.dd"];

    /// <summary>The first value as text, decoded, padding removed; null when absent, empty or no text.</summary>
    public string? GetString(DicomTag tag) =>
        GetStrings(tag) is { Count: > 0 } values && values[0].Length > 0 ? values[0] : null;

    /// <summary>
    /// All values as text, decoded, padding removed; empty when absent or empty. Numbers are formatted invariantly.
    /// </summary>
    public IReadOnlyList<string> GetStrings(DicomTag tag)
    {
        if (GetElement(tag) is not { Length: > 0 } element)
        {
            return [];
        }

        var vr = ReadAs(element);
        if (!vr.IsText && vr != DicomVR.UN)
        {
            return [.. GetDoubles(tag).Select(d => d.ToString("R", CultureInfo.InvariantCulture))];
        }

        var values = vr.UsesCharacterSet
            ? CharacterSet.DecodeValues(element.Value.Span, vr)
            : Split(Encoding.Latin1.GetString(element.Value.Span), vr);
        return vr.IsSingleValue
            ? [values[0].TrimEnd(' ', '\0')]
            : [.. values.Select(v => v.Trim(' ', '\0'))];
    }

    /// <summary>The first value as an integer, or null when absent or none.</summary>
    public int? GetInt(DicomTag tag) =>
        GetDouble(tag) is { } value && value is >= int.MinValue and <= int.MaxValue && value == Math.Truncate(value)
            ? (int)value
            : null;

    /// <summary>The first value as a number, or null when absent or none.</summary>
    public double? GetDouble(DicomTag tag) => GetDoubles(tag) is { Count: > 0 } values ? values[0] : null;

    /// <summary>
    /// All values as numbers (DS, IS and the binary VRs); empty when absent or when one of them is no number.
    /// </summary>
    public IReadOnlyList<double> GetDoubles(DicomTag tag)
    {
        if (GetElement(tag) is not { Length: > 0 } element)
        {
            return [];
        }

        var vr = ReadAs(element);
        if (vr.IsText || vr == DicomVR.UN)
        {
            var parts = Encoding.Latin1.GetString(element.Value.Span).Split('\\');
            var numbers = new double[parts.Length];
            for (var i = 0; i < parts.Length; i++)
            {
                var part = parts[i].AsSpan().Trim(" \0");
                if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                {
                    return [];
                }
            }

            return numbers;
        }

        return ReadBinary(vr.Code, element.Value.Span);
    }

    /// <summary>All values of an AT element; empty when absent or another VR.</summary>
    public IReadOnlyList<DicomTag> GetTags(DicomTag tag)
    {
        if (GetElement(tag) is not { Bulk: null } element || ReadAs(element) != DicomVR.AT)
        {
            return [];
        }

        var bytes = element.Value.Span;
        var tags = new DicomTag[bytes.Length / 4];
        for (var i = 0; i < tags.Length; i++)
        {
            var at = bytes[(i * 4)..];
            tags[i] = new DicomTag(
                BinaryPrimitives.ReadUInt16LittleEndian(at), BinaryPrimitives.ReadUInt16LittleEndian(at[2..]));
        }

        return tags;
    }

    /// <summary>
    /// The first value as a date, written <c>yyyyMMdd</c> or, as ACR-NEMA did, <c>yyyy.MM.dd</c>; null when absent or
    /// none.
    /// </summary>
    public DateOnly? GetDate(DicomTag tag) =>
        DateOnly.TryParseExact(
            GetString(tag), s_dateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : null;

    // A known element that a relay wrote as UN is read as what the dictionary says (PS3.5 §6.2.2).
    private static DicomVR ReadAs(DicomElement element) =>
        element.VR == DicomVR.UN && !element.Tag.IsPrivate
            ? DicomDictionary.ImplicitVR(element.Tag, null)
            : element.VR;

    private static string[] Split(string text, DicomVR vr) => vr.IsSingleValue ? [text] : text.Split('\\');

    private static double[] ReadBinary(string vr, ReadOnlySpan<byte> bytes)
    {
        var unit = vr switch
        {
            "US" or "SS" or "OW" => 2,
            "UL" or "SL" or "FL" or "OF" or "OL" => 4,
            "FD" or "OD" or "SV" or "UV" or "OV" => 8,
            _ => 0,
        };
        if (unit == 0)
        {
            return [];
        }

        var numbers = new double[bytes.Length / unit];
        for (var i = 0; i < numbers.Length; i++)
        {
            var at = bytes[(i * unit)..];
            numbers[i] = vr switch
            {
                "US" or "OW" => BinaryPrimitives.ReadUInt16LittleEndian(at),
                "SS" => BinaryPrimitives.ReadInt16LittleEndian(at),
                "UL" or "OL" => BinaryPrimitives.ReadUInt32LittleEndian(at),
                "SL" => BinaryPrimitives.ReadInt32LittleEndian(at),
                "FL" or "OF" => BinaryPrimitives.ReadSingleLittleEndian(at),
                "FD" or "OD" => BinaryPrimitives.ReadDoubleLittleEndian(at),
                "SV" => BinaryPrimitives.ReadInt64LittleEndian(at),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(at),
            };
        }

        return numbers;
    }
}
