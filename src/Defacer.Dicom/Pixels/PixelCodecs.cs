using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// The transfer syntaxes whose pixel data are decoded and encoded here. A new one is a file of its own and a line in this
/// list.
/// </summary>
public static class PixelCodecs
{
    private static readonly JpegDct s_jpegDct = new();
    private static readonly JpegLossless s_jpegLossless = new();
    private static readonly RleLossless s_rle = new();
    private static readonly JpegLs s_jpegLs = new();
    private static readonly Jpeg2000 s_jpeg2000 = new();

    // No decoder: native pixel data, which NativeFrames reads and NativePixelData writes. No encoder: lossy, retired, or
    // with constraints that the encoder does not keep.
    private static readonly Codec[] s_codecs =
    [
        new(DicomTransferSyntax.ExplicitVRLittleEndian, null, null, IsNativeTarget: true),
        new(DicomTransferSyntax.ImplicitVRLittleEndian, null, null, IsNativeTarget: true),
        new(DicomTransferSyntax.DeflatedExplicitVRLittleEndian, null, null, IsNativeTarget: true),
        new(DicomTransferSyntax.ExplicitVRBigEndian, null, null),
        new(DicomTransferSyntax.JPEGBaseline8Bit, s_jpegDct, null),
        new(DicomTransferSyntax.JPEGExtended12Bit, s_jpegDct, null),
        new(DicomTransferSyntax.JPEGLosslessSV1, s_jpegLossless, s_jpegLossless),
        new(DicomTransferSyntax.JPEGLossless, s_jpegLossless, null),
        new(DicomTransferSyntax.RLELossless, s_rle, s_rle),
        new(DicomTransferSyntax.JPEGLSLossless, s_jpegLs, s_jpegLs),
        new(DicomTransferSyntax.JPEGLSNearLossless, s_jpegLs, null),
        new(DicomTransferSyntax.JPEG2000Lossless, s_jpeg2000, new Jpeg2000Encoder(highThroughput: false)),
        new(DicomTransferSyntax.JPEG2000, s_jpeg2000, null),
        new(DicomTransferSyntax.HTJ2KLossless, s_jpeg2000, new Jpeg2000Encoder(highThroughput: true)),
        new(DicomTransferSyntax.HTJ2KLosslessRPCL, s_jpeg2000, null),
        new(DicomTransferSyntax.HTJ2K, s_jpeg2000, null),
    ];

    /// <summary>UIDs of the syntaxes that can be decoded, in the order of the list.</summary>
    public static IReadOnlyList<string> DecodableSyntaxes { get; } = [.. s_codecs.Select(c => c.Syntax.UID)];

    /// <summary>UIDs of the syntaxes that can be written, all of them lossless, in the order of the list.</summary>
    public static IReadOnlyList<string> EncodableSyntaxes { get; } =
        [.. s_codecs.Where(c => c.IsNativeTarget || c.Encoder is not null).Select(c => c.Syntax.UID)];

    /// <summary>Whether pixel data in this syntax can be decoded.</summary>
    public static bool CanDecode(string transferSyntaxUid) =>
        DecodableSyntaxes.Contains(transferSyntaxUid, StringComparer.Ordinal);

    /// <summary>Whether data sets can be written in this syntax.</summary>
    public static bool CanEncode(string transferSyntaxUid) =>
        EncodableSyntaxes.Contains(transferSyntaxUid, StringComparer.Ordinal);

    internal static IFrameDecoder? FindDecoder(string transferSyntaxUid) =>
        Array.Find(s_codecs, c => c.Syntax.UID == transferSyntaxUid)?.Decoder;

    internal static IFrameEncoder? FindEncoder(string transferSyntaxUid) =>
        Array.Find(s_codecs, c => c.Syntax.UID == transferSyntaxUid)?.Encoder;

    private sealed record Codec(
        DicomTransferSyntax Syntax, IFrameDecoder? Decoder, IFrameEncoder? Encoder, bool IsNativeTarget = false);
}
