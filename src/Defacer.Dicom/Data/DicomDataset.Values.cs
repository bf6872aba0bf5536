using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Defacer.Dicom.Data;

// Typed reading and writing of values. Reading never throws for a bad value: it gives null, so that passing on is never
// blocked by what a sender wrote. Writing pads and checks.
public sealed partial class DicomDataset
{
    /// <summary>The first value as text, decoded, padding removed; null when absent, empty or no text.</summary>
    public string? GetString(DicomTag tag) => GetStrings(tag) is { Count: > 0 } values && values[0].Length > 0 ? values[0] : null;

    /// <summary>All values as text, decoded, padding removed; empty when absent or empty. Numbers are formatted invariantly.</summary>
    public IReadOnlyList<string> GetStrings(DicomTag tag)
    {
        if (GetElement(tag) is not { Length: > 0 } element)
        {
            return [];
        }

        if (!element.VR.IsText && element.VR != DicomVR.UN)
        {
            return [.. GetDoubles(tag).Select(d => d.ToString("R", CultureInfo.InvariantCulture))];
        }

        var text = element.VR.UsesCharacterSet
            ? CharacterSet.Decode(element.Value.Span, element.VR)
            : Encoding.Latin1.GetString(element.Value.Span);
        return element.VR.IsSingleValue
            ? [text.TrimEnd(' ', '\0')]
            : [.. text.Split('\\').Select(v => v.Trim(' ', '\0'))];
    }

    /// <summary>The first value as an integer, or null when absent or none.</summary>
    public int? GetInt(DicomTag tag) =>
        GetDouble(tag) is { } value && value is >= int.MinValue and <= int.MaxValue && value == Math.Truncate(value) ? (int)value : null;

    /// <summary>The first value as a number, or null when absent or none.</summary>
    public double? GetDouble(DicomTag tag) => GetDoubles(tag) is { Count: > 0 } values ? values[0] : null;

    /// <summary>All values as numbers (DS, IS and the binary VRs); empty when absent or when one of them is no number.</summary>
    public IReadOnlyList<double> GetDoubles(DicomTag tag)
    {
        if (GetElement(tag) is not { Length: > 0 } element)
        {
            return [];
        }

        if (element.VR.IsText || element.VR == DicomVR.UN)
        {
            var parts = Encoding.Latin1.GetString(element.Value.Span).Split('\\');
            var numbers = new double[parts.Length];
            for (var i = 0; i < parts.Length; i++)
            {
                if (!double.TryParse(parts[i].AsSpan().Trim(" \0"), NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                {
                    return [];
                }
            }

            return numbers;
        }

        return ReadBinary(element.VR.Code, element.Value.Span);
    }

    /// <summary>Adds or replaces text values; they are encoded in the character set in force and padded to even length.</summary>
    public void AddOrUpdate(DicomTag tag, DicomVR vr, params ReadOnlySpan<string> values)
    {
        var text = string.Join('\\', values);
        var bytes = vr.UsesCharacterSet ? CharacterSet.Encode(text, vr) : Encoding.ASCII.GetBytes(text);
        if (bytes.Length % 2 == 1)
        {
            Array.Resize(ref bytes, bytes.Length + 1);
            bytes[^1] = vr.Padding;
        }

        AddOrUpdate(new DicomElement(tag, vr, bytes));
    }

    /// <summary>Adds or replaces US values.</summary>
    public void AddOrUpdateUS(DicomTag tag, params ReadOnlySpan<ushort> values)
    {
        var bytes = new byte[values.Length * 2];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), values[i]);
        }

        AddOrUpdate(new DicomElement(tag, DicomVR.US, bytes));
    }

    private static double[] ReadBinary(string vr, ReadOnlySpan<byte> bytes)
    {
        var unit = vr switch { "US" or "SS" or "OW" => 2, "UL" or "SL" or "FL" or "OF" or "OL" => 4, "FD" or "OD" or "SV" or "UV" => 8, _ => 0 };
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
