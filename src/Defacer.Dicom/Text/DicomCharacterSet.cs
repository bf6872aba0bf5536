using System.Text;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Text;

/// <summary>The character repertoire of a data set (PS3.3 §C.12.1.1.2).</summary>
public sealed class DicomCharacterSet
{
    private readonly Encoding _encoding;

    private DicomCharacterSet(Encoding encoding) => _encoding = encoding;

    /// <summary>ISO-IR 6: ASCII. Bytes above 7F, which it does not allow, are read as Latin-1.</summary>
    public static DicomCharacterSet Default { get; } = new(Encoding.Latin1);

    /// <summary>The set that a value of (0008,0005) names.</summary>
    public static DicomCharacterSet FromValue(ReadOnlySpan<byte> value) =>
        value.IndexOf("ISO_IR 192"u8) >= 0 ? new(new UTF8Encoding(false)) : Default;

    /// <summary>Text from bytes; what cannot be decoded becomes U+FFFD.</summary>
    public string Decode(ReadOnlySpan<byte> bytes, DicomVR vr) => _encoding.GetString(bytes);

    /// <summary>Bytes from text.</summary>
    /// <exception cref="EncoderFallbackException">The set has no such character.</exception>
    public byte[] Encode(string text, DicomVR vr) => _encoding.GetBytes(text);
}
