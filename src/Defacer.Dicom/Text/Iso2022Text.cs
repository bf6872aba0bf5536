using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Text;

/// <summary>
/// Text of single-byte sets and of code extensions (PS3.5 §6.1.2.3 to §6.1.2.5): escape sequences change G0 or G1;
/// delimiters bring back what the first value of (0008,0005) says.
/// </summary>
internal sealed class Iso2022Text
{
    private const byte Escape = 0x1B;
    private readonly CodeElement _g0;
    private readonly CodeElement _g1;
    private readonly CodeElement? _encodingG1;
    private readonly CodeElement[] _declared;

    /// <summary>Text that begins in these sets.</summary>
    /// <param name="g0">G0 at the start and after delimiters.</param>
    /// <param name="g1">G1 at the start and after delimiters; null when none is said.</param>
    /// <param name="undeclared">What bytes above 7F are then taken for.</param>
    /// <param name="declared">What may be switched to when encoding, in order.</param>
    internal Iso2022Text(CodeElement g0, CodeElement? g1, CodeElement undeclared, CodeElement[] declared)
    {
        _g0 = g0;
        _g1 = g1 ?? undeclared;
        _encodingG1 = g1;
        _declared = declared;
    }

    internal List<string> Decode(ReadOnlySpan<byte> bytes, DicomVR vr)
    {
        var values = new List<string>();
        var text = new StringBuilder(bytes.Length);
        var (g0, g1) = (_g0, _g1);
        for (var i = 0; i < bytes.Length;)
        {
            var value = bytes[i];
            if (value == Escape && CodeElements.AtEscape(bytes[i..]) is { } element)
            {
                (g0, g1) = element.IsRight ? (g0, element) : (element, g1);
                i += element.Escape.Length;
                continue;
            }

            var set = value < 0x80 ? g0 : g1;
            if (value > 0x20 && set.IsPairs)
            {
                i += DecodePair(set, bytes[i..], text);
                continue;
            }

            i++;
            if (value == '\\' && !vr.IsSingleValue)
            {
                values.Add(text.ToString());
                text.Clear();
                (g0, g1) = (_g0, _g1);
                continue;
            }

            if (Resets(value, vr))
            {
                (g0, g1) = (_g0, _g1);
            }

            text.Append(value <= 0x20 ? (char)value : set.Decode(value));
        }

        values.Add(text.ToString());
        return values;
    }

    /// <summary>
    /// Bytes of text, values separated by backslashes; false when no declared set has one of the characters.
    /// </summary>
    internal bool TryEncode(string text, DicomVR vr, out byte[] encoded)
    {
        var bytes = new List<byte>(text.Length + 16);
        var (g0, g1) = (_g0, _encodingG1);
        encoded = [];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == ' ')
            {
                bytes.Add((byte)' ');
            }
            else if (rune.Value < ' ' || IsDelimiter(rune, vr))
            {
                // G0 must be back before a delimiter or control character (PS3.5 §6.1.2.5.3); G1 comes back by itself.
                bytes.AddRange(g0 == _g0 ? [] : _g0.Escape);
                bytes.Add((byte)rune.Value);
                (g0, g1) = (_g0, Resets((byte)rune.Value, vr) ? _encodingG1 : g1);
            }
            else if (!EncodeOne(rune, ref g0, ref g1, bytes))
            {
                return false;
            }
        }

        bytes.AddRange(g0 == _g0 ? [] : _g0.Escape);
        encoded = [.. bytes];
        return true;
    }

    private bool EncodeOne(Rune rune, ref CodeElement g0, ref CodeElement? g1, List<byte> bytes)
    {
        Span<byte> one = stackalloc byte[2];
        var count = g0.Encode(rune, one);
        count = count == 0 && g1 is not null ? g1.Encode(rune, one) : count;
        if (count > 0)
        {
            bytes.AddRange(one[..count]);
            return true;
        }

        foreach (var element in _declared)
        {
            count = element.Encode(rune, one);
            if (count == 0)
            {
                continue;
            }

            bytes.AddRange(element.Escape);
            bytes.AddRange(one[..count]);
            (g0, g1) = element.IsRight ? (g0, element) : (element, g1);
            return true;
        }

        return false;
    }

    private static int DecodePair(CodeElement set, ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        // The second byte lies in the same half; one that does not is no part of the pair.
        if (bytes.Length > 1 && (bytes[1] & 0x80) == (bytes[0] & 0x80) && (bytes[1] & 0x7F) is >= 0x21 and <= 0x7E)
        {
            set.Decode(bytes[0], bytes[1], text);
            return 2;
        }

        text.Append('\uFFFD');
        return 1;
    }

    private static bool IsDelimiter(Rune rune, DicomVR vr) =>
        (rune.Value == '\\' && !vr.IsSingleValue) || (vr == DicomVR.PN && rune.Value is '^' or '=');

    private static bool Resets(byte value, DicomVR vr) => value switch
    {
        (byte)'\t' or (byte)'\n' or (byte)'\f' or (byte)'\r' => true,
        (byte)'\\' => !vr.IsSingleValue,
        (byte)'^' or (byte)'=' => vr == DicomVR.PN,
        _ => false,
    };
}
