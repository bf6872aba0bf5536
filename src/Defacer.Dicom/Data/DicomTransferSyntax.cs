namespace Defacer.Dicom.Data;

/// <summary>How a data set is put into bytes (PS3.5 §10, Annex A).</summary>
/// <param name="UID">The registered UID.</param>
/// <param name="IsExplicitVR">Whether each element carries its VR.</param>
/// <param name="IsBigEndian">Whether numbers are big endian (retired).</param>
/// <param name="IsEncapsulated">Whether pixel data are fragments.</param>
/// <param name="IsDeflated">Whether the data set is deflated as a whole.</param>
/// <param name="IsLossy">Whether the syntax is defined as lossy only, or allows loss.</param>
public sealed record DicomTransferSyntax(
    string UID,
    bool IsExplicitVR = true,
    bool IsBigEndian = false,
    bool IsEncapsulated = false,
    bool IsDeflated = false,
    bool IsLossy = false)
{
#pragma warning disable CS1591 // The names are the standard's keywords (PS3.6 Table A-1).
    public static readonly DicomTransferSyntax ImplicitVRLittleEndian =
        new(DicomUID.ImplicitVRLittleEndian.UID, IsExplicitVR: false);
    public static readonly DicomTransferSyntax ExplicitVRLittleEndian = new(DicomUID.ExplicitVRLittleEndian.UID);
    public static readonly DicomTransferSyntax DeflatedExplicitVRLittleEndian =
        new(DicomUID.DeflatedExplicitVRLittleEndian.UID, IsDeflated: true);
    public static readonly DicomTransferSyntax ExplicitVRBigEndian =
        new(DicomUID.ExplicitVRBigEndian.UID, IsBigEndian: true);
    public static readonly DicomTransferSyntax RLELossless = Encapsulated("1.2.840.10008.1.2.5");
    public static readonly DicomTransferSyntax JPEGBaseline8Bit = Encapsulated("1.2.840.10008.1.2.4.50", lossy: true);
    public static readonly DicomTransferSyntax JPEGExtended12Bit = Encapsulated("1.2.840.10008.1.2.4.51", lossy: true);
    public static readonly DicomTransferSyntax JPEGLossless = Encapsulated("1.2.840.10008.1.2.4.57");
    public static readonly DicomTransferSyntax JPEGLosslessSV1 = Encapsulated("1.2.840.10008.1.2.4.70");
    public static readonly DicomTransferSyntax JPEGLSLossless = Encapsulated("1.2.840.10008.1.2.4.80");
    public static readonly DicomTransferSyntax JPEGLSNearLossless =
        Encapsulated("1.2.840.10008.1.2.4.81", lossy: true);
    public static readonly DicomTransferSyntax JPEG2000Lossless = Encapsulated("1.2.840.10008.1.2.4.90");
    public static readonly DicomTransferSyntax JPEG2000 = Encapsulated("1.2.840.10008.1.2.4.91", lossy: true);
    public static readonly DicomTransferSyntax HTJ2KLossless = Encapsulated("1.2.840.10008.1.2.4.201");
    public static readonly DicomTransferSyntax HTJ2KLosslessRPCL = Encapsulated("1.2.840.10008.1.2.4.202");
    public static readonly DicomTransferSyntax HTJ2K = Encapsulated("1.2.840.10008.1.2.4.203", lossy: true);
#pragma warning restore CS1591

    private static readonly Dictionary<string, DicomTransferSyntax> s_known = new DicomTransferSyntax[]
    {
        ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian,
        RLELossless,
        JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEGLSNearLossless,
        JPEG2000Lossless, JPEG2000, HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K,
    }.ToDictionary(s => s.UID, StringComparer.Ordinal);

    /// <summary>
    /// The syntax with this UID. One that is not known is taken as explicit little endian with fragments (PS3.5 A.4).
    /// </summary>
    public static DicomTransferSyntax FromUid(string uid) =>
        s_known.TryGetValue(uid, out var syntax) ? syntax : Encapsulated(uid);

    /// <summary>Whether the UID is one of the syntaxes named here.</summary>
    public static bool IsKnown(string uid) => s_known.ContainsKey(uid);

    /// <inheritdoc/>
    public override string ToString() => UID;

    private static DicomTransferSyntax Encapsulated(string uid, bool lossy = false) =>
        new(uid, IsEncapsulated: true, IsLossy: lossy);
}
