using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Json;

/// <summary>Numbers of the binary VRs as JSON has them, both ways (PS3.18 Table F.2.3-1).</summary>
internal static class JsonNumbers
{
    private const long LargestExactInteger = 1L << 53;

    /// <summary>Writes the values one after another; bytes beyond a whole value are left out.</summary>
    internal static void Write(Utf8JsonWriter writer, DicomVR vr, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= vr.UnitBytes; bytes = bytes[vr.UnitBytes..])
        {
            switch (vr.Code)
            {
                case "US":
                    writer.WriteNumberValue(BinaryPrimitives.ReadUInt16LittleEndian(bytes));
                    break;
                case "SS":
                    writer.WriteNumberValue(BinaryPrimitives.ReadInt16LittleEndian(bytes));
                    break;
                case "UL":
                    writer.WriteNumberValue(BinaryPrimitives.ReadUInt32LittleEndian(bytes));
                    break;
                case "SL":
                    writer.WriteNumberValue(BinaryPrimitives.ReadInt32LittleEndian(bytes));
                    break;
                case "FL":
                    WriteFloat(writer, BinaryPrimitives.ReadSingleLittleEndian(bytes));
                    break;
                case "FD":
                    WriteFloat(writer, BinaryPrimitives.ReadDoubleLittleEndian(bytes));
                    break;
                case "SV":
                    WriteLong(writer, BinaryPrimitives.ReadInt64LittleEndian(bytes));
                    break;
                default:
                    WriteLong(writer, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                    break;
            }
        }
    }

    /// <summary>The bytes of one value.</summary>
    /// <exception cref="FormatException">It is no number of the VR.</exception>
    /// <exception cref="OverflowException">It is out of the VR's range.</exception>
    internal static byte[] Read(DicomVR vr, JsonElement value)
    {
        var bytes = new byte[vr.UnitBytes];
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        const NumberStyles Integer = NumberStyles.AllowLeadingSign;
        var culture = CultureInfo.InvariantCulture;
        switch (vr.Code)
        {
            case "US":
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, ushort.Parse(text, Integer, culture));
                break;
            case "SS":
                BinaryPrimitives.WriteInt16LittleEndian(bytes, short.Parse(text, Integer, culture));
                break;
            case "UL":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, uint.Parse(text, Integer, culture));
                break;
            case "SL":
                BinaryPrimitives.WriteInt32LittleEndian(bytes, int.Parse(text, Integer, culture));
                break;
            case "FL":
                BinaryPrimitives.WriteSingleLittleEndian(bytes, float.Parse(text, NumberStyles.Float, culture));
                break;
            case "FD":
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, double.Parse(text, NumberStyles.Float, culture));
                break;
            case "SV":
                BinaryPrimitives.WriteInt64LittleEndian(bytes, long.Parse(text, Integer, culture));
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.Parse(text, Integer, culture));
                break;
        }

        return bytes;
    }

    /// <summary>Whether the text is a number by the grammar of JSON (RFC 8259, 6).</summary>
    internal static bool IsJsonNumber(ReadOnlySpan<char> text)
    {
        var rest = text.StartsWith("-") ? text[1..] : text;
        var whole = Digits(ref rest);
        if (whole.Length == 0 || (whole.Length > 1 && whole[0] == '0'))
        {
            return false;
        }

        if (rest.StartsWith("."))
        {
            rest = rest[1..];
            if (Digits(ref rest).Length == 0)
            {
                return false;
            }
        }

        if (rest.Length > 0 && rest[0] is 'e' or 'E')
        {
            rest = rest[1..];
            rest = rest.Length > 0 && rest[0] is '+' or '-' ? rest[1..] : rest;
            if (Digits(ref rest).Length == 0)
            {
                return false;
            }
        }

        return rest.IsEmpty;
    }

    private static ReadOnlySpan<char> Digits(ref ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
        {
            count++;
        }

        var digits = text[..count];
        text = text[count..];
        return digits;
    }

    // JSON has no word for these; as strings they come back as they were.
    private static void WriteFloat(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteFloat(Utf8JsonWriter writer, float value)
    {
        if (float.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteLong(Utf8JsonWriter writer, long value)
    {
        if (value is >= -LargestExactInteger and <= LargestExactInteger)
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteLong(Utf8JsonWriter writer, ulong value)
    {
        if (value <= LargestExactInteger)
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }
}
