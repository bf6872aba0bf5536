using System.Text;

namespace Defacer.Dicom.Text;

/// <summary>Encodings of the framework's code page provider, with what they do with what they do not have.</summary>
internal static class CodePages
{
    /// <summary>Decodes the unknown to U+FFFD; encodes what it does not have to nothing.</summary>
    internal static Encoding Lenient(int codePage) => CodePagesEncodingProvider.Instance.GetEncoding(
            codePage, new EncoderReplacementFallback(string.Empty), new DecoderReplacementFallback("\uFFFD"))
        ?? Encoding.GetEncoding(codePage, new EncoderReplacementFallback(string.Empty), new DecoderReplacementFallback("\uFFFD"));

    /// <summary>Decodes the unknown to U+FFFD; what it cannot encode is an <see cref="EncoderFallbackException"/>.</summary>
    internal static Encoding Strict(int codePage) => CodePagesEncodingProvider.Instance.GetEncoding(
            codePage, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback("\uFFFD"))
        ?? Encoding.GetEncoding(codePage, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback("\uFFFD"));
}
