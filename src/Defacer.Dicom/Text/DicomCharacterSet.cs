using System.Globalization;
using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Text;

/// <summary>The character repertoire of a data set (PS3.3 §C.12.1.1.2).</summary>
public sealed class DicomCharacterSet
{
    // More values than there are code elements say nothing new; a hostile file has hundreds.
    private const int MaxTerms = 32;
    private const string Unencodable =
        "It has a character that (0008,0005) does not provide; write the data set in ISO_IR 192.";
    private static readonly Encoding s_utf8 =
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);
    private readonly Encoding? _whole;
    private readonly Iso2022Text? _extended;
    private readonly bool _beginsInAscii;

    private DicomCharacterSet(Encoding whole, int encoderCodePage)
    {
        _whole = whole;
        EncoderCodePage = encoderCodePage;
    }

    private DicomCharacterSet(Iso2022Text extended, bool beginsInAscii, bool hasUnknownTerms)
    {
        _extended = extended;
        _beginsInAscii = beginsInAscii;
        HasUnknownTerms = hasUnknownTerms;
    }

    /// <summary>ISO-IR 6: ASCII. Bytes above 7F, which it does not allow, are read as Latin-1.</summary>
    public static DicomCharacterSet Default { get; } = FromTerms([string.Empty]);

    /// <summary>ISO_IR 192.</summary>
    public static DicomCharacterSet Utf8 { get; } = new(s_utf8, 65001);

    private static readonly DicomCharacterSet s_latin1 = FromTerms(["ISO_IR 100"]);

    /// <summary>
    /// Whether (0008,0005) has a term that the standard does not define; its text is read as ASCII and Latin-1.
    /// </summary>
    public bool HasUnknownTerms { get; }

    private int EncoderCodePage { get; }

    /// <summary>The set that a value of (0008,0005) names.</summary>
    public static DicomCharacterSet FromValue(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \0"u8);
        return value.Length == 0 ? Default
            : value.SequenceEqual("ISO_IR 100"u8) ? s_latin1
            : value.SequenceEqual("ISO_IR 192"u8) ? Utf8
            : FromTerms(Encoding.Latin1.GetString(value).Split('\\', MaxTerms + 1));
    }

    /// <summary>Text from bytes; what cannot be decoded becomes U+FFFD. Backslashes stay.</summary>
    public string Decode(ReadOnlySpan<byte> bytes, DicomVR vr) =>
        IsPlain(bytes) ? Encoding.ASCII.GetString(bytes)
        : _whole is not null ? _whole.GetString(bytes)
        : string.Join('\\', _extended!.Decode(bytes, vr));

    /// <summary>
    /// The values of bytes: split at backslashes that are characters and not part of one, untrimmed.
    /// </summary>
    public IReadOnlyList<string> DecodeValues(ReadOnlySpan<byte> bytes, DicomVR vr)
    {
        if (IsPlain(bytes) || _whole is not null)
        {
            var text = Decode(bytes, vr);
            return vr.IsSingleValue ? [text] : text.Split('\\');
        }

        return _extended!.Decode(bytes, vr);
    }

    /// <summary>Bytes from text; values are separated by backslashes.</summary>
    /// <exception cref="ArgumentException">The set has no such character. The message does not say which.</exception>
    public byte[] Encode(string text, DicomVR vr)
    {
        if (_beginsInAscii && Ascii.IsValid(text))
        {
            return Encoding.ASCII.GetBytes(text);
        }

        if (_extended is not null)
        {
            return _extended.TryEncode(text, vr, out var bytes)
                ? bytes
                : throw new ArgumentException(Unencodable, nameof(text));
        }

        try
        {
            return CodePages.Strict(EncoderCodePage).GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException(Unencodable, nameof(text), e);
        }
    }

    // Most text is ASCII: no escape, no byte above 7F.
    private bool IsPlain(ReadOnlySpan<byte> bytes) =>
        (_beginsInAscii || _whole is not null) && Ascii.IsValid(bytes) && !bytes.Contains((byte)0x1B);

    private static DicomCharacterSet FromTerms(string[] terms)
    {
        // These stand alone (PS3.3 §C.12.1.1.2), but some writers put an empty value before them.
        if (Array.Find(terms, t => t.Length > 0) is { } first && Whole(first) is { } whole)
        {
            return whole;
        }

        var declared = new List<CodeElement>();
        var unknown = false;
        CodeElement? g0 = null, g1 = null;
        for (var i = 0; i < Math.Min(terms.Length, MaxTerms); i++)
        {
            var elements = Elements(terms[i], ref unknown);
            if (i == 0)
            {
                g0 = elements.FirstOrDefault(e => !e.IsRight && !e.IsPairs);
                g1 = elements.FirstOrDefault(e => e.IsRight);
            }

            declared.AddRange(elements.Where(e => !declared.Contains(e)));
        }

        g0 ??= CodeElements.Ascii;
        // Bytes above 7F before any escape: the only set that was declared for them, else Latin-1.
        var rights = declared.Where(e => e.IsRight).ToList();
        var undeclared = rights.Count == 1 ? rights[0] : CodeElements.Latin1;
        return new DicomCharacterSet(
            new Iso2022Text(g0, g1, undeclared, [.. declared]), g0 == CodeElements.Ascii, unknown);
    }

    private static DicomCharacterSet? Whole(string term) => term.Trim(' ', '\0').ToUpperInvariant() switch
    {
        "ISO_IR 192" or "ISO 2022 IR 192" or "ISO IR 192" or "UTF-8" or "UTF8" => Utf8,
        "GB18030" => new DicomCharacterSet(CodePages.Lenient(54936), 54936),
        "GBK" or "GB2312" => new DicomCharacterSet(CodePages.Lenient(936), 936),
        _ => null,
    };

    // "ISO_IR 100", "ISO 2022 IR 100", and as misspelt: "ISO-IR 100", "ISO IR 100", "ISO_IR_100".
    private static CodeElement[] Elements(string term, ref bool unknown)
    {
        term = term.Trim(' ', '\0').ToUpperInvariant();
        if (term.Length == 0)
        {
            return [CodeElements.Ascii];
        }

        var at = term.LastIndexOf("IR", StringComparison.Ordinal);
        if (term.StartsWith("ISO", StringComparison.Ordinal) && at > 0
            && int.TryParse(
                term.AsSpan(at + 2).Trim(" _-"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && CodeElements.Find(number) is { } element)
        {
            return number switch
            {
                13 => [CodeElements.Romaji, element],
                14 => [element],
                _ => [CodeElements.Ascii, element],
            };
        }

        unknown = true;
        return [CodeElements.Ascii];
    }
}
