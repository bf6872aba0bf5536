using System.Text;

namespace Defacer.Dicom.Text;

/// <summary>Encodings of the framework's code page provider, with what they do with what they do not have.</summary>
internal static class CodePages
{
    private static readonly DecoderFallback s_replacement = new DecoderReplacementFallback("\uFFFD");

    /// <summary>Decodes the unknown to U+FFFD; encodes what it does not have to nothing.</summary>
    internal static Encoding Lenient(int codePage) => Get(codePage, new EncoderReplacementFallback(string.Empty));

    /// <summary>
    /// Decodes the unknown to U+FFFD; what it cannot encode is an <see cref="EncoderFallbackException"/>.
    /// </summary>
    internal static Encoding Strict(int codePage) => Get(codePage, EncoderFallback.ExceptionFallback);

    // The provider does not have the encodings that the framework has without it, such as Latin-1.
    private static Encoding Get(int codePage, EncoderFallback fallback) =>
        CodePagesEncodingProvider.Instance.GetEncoding(codePage, fallback, s_replacement)
        ?? Encoding.GetEncoding(codePage, fallback, s_replacement);
}
