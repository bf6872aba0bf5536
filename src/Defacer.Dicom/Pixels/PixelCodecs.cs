using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// The transfer syntaxes whose pixel data are decoded here. A new one is a file of its own and a line in this list.
/// </summary>
public static class PixelCodecs
{
    private static readonly JpegDct s_jpegDct = new();
    private static readonly JpegLs s_jpegLs = new();
    private static readonly Jpeg2000 s_jpeg2000 = new();

    // Null: native pixel data, which NativeFrames reads.
    private static readonly (DicomTransferSyntax Syntax, IFrameDecoder? Decoder)[] s_decoders =
    [
        (DicomTransferSyntax.ExplicitVRLittleEndian, null),
        (DicomTransferSyntax.ImplicitVRLittleEndian, null),
        (DicomTransferSyntax.DeflatedExplicitVRLittleEndian, null),
        (DicomTransferSyntax.ExplicitVRBigEndian, null),
        (DicomTransferSyntax.JPEGBaseline8Bit, s_jpegDct),
        (DicomTransferSyntax.JPEGExtended12Bit, s_jpegDct),
        (DicomTransferSyntax.JPEGLosslessSV1, new JpegLossless()),
        (DicomTransferSyntax.JPEGLossless, new JpegLossless()),
        (DicomTransferSyntax.RLELossless, new RleLossless()),
        (DicomTransferSyntax.JPEGLSLossless, s_jpegLs),
        (DicomTransferSyntax.JPEGLSNearLossless, s_jpegLs),
        (DicomTransferSyntax.JPEG2000Lossless, s_jpeg2000),
        (DicomTransferSyntax.JPEG2000, s_jpeg2000),
        (DicomTransferSyntax.HTJ2KLossless, s_jpeg2000),
        (DicomTransferSyntax.HTJ2KLosslessRPCL, s_jpeg2000),
        (DicomTransferSyntax.HTJ2K, s_jpeg2000),
    ];

    /// <summary>UIDs of the syntaxes that can be decoded, in the order of the list.</summary>
    public static IReadOnlyList<string> DecodableSyntaxes { get; } = [.. s_decoders.Select(d => d.Syntax.UID)];

    /// <summary>Whether pixel data in this syntax can be decoded.</summary>
    public static bool CanDecode(string transferSyntaxUid) =>
        DecodableSyntaxes.Contains(transferSyntaxUid, StringComparer.Ordinal);

    internal static IFrameDecoder? FindDecoder(string transferSyntaxUid) =>
        Array.Find(s_decoders, d => d.Syntax.UID == transferSyntaxUid).Decoder;
}
