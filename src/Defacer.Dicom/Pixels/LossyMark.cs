using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// Keeps the mark of an image that was once compressed with loss (PS3.3 §C.7.6.1.1.5): no later encoding takes the loss
/// back.
/// </summary>
public static class LossyMark
{
    private const string Lossy = "01";

    /// <summary>Marks a data set that comes out of a lossy syntax, where it is not marked already.</summary>
    /// <param name="dataset">Changed in place.</param>
    /// <param name="original">The data set as it came, with its encoded pixel data.</param>
    /// <param name="syntax">That it came in.</param>
    public static void Keep(DicomDataset dataset, DicomDataset original, DicomTransferSyntax syntax)
    {
        if (!syntax.IsLossy || !original.TryGet(DicomTag.PixelData, out var item)
            || item is not DicomFragmentSequence fragments)
        {
            return;
        }

        // Syntaxes that allow loss without requiring it: then what the data set says counts.
        var mark = original.GetString(DicomTag.LossyImageCompression);
        var isAlwaysLossy = syntax == DicomTransferSyntax.JPEGBaseline8Bit
            || syntax == DicomTransferSyntax.JPEGExtended12Bit;
        if (mark == Lossy || (mark == "00" && !isAlwaysLossy))
        {
            return;
        }

        dataset.AddOrUpdate(DicomTag.LossyImageCompression, DicomVR.CS, Lossy);
        if (!dataset.Contains(DicomTag.LossyImageCompressionMethod))
        {
            dataset.AddOrUpdate(DicomTag.LossyImageCompressionMethod, DicomVR.CS, Method(syntax));
        }

        var encoded = fragments.Fragments.Sum(f => f.Length);
        if (!dataset.Contains(DicomTag.LossyImageCompressionRatio) && encoded > 0
            && PixelDescription.From(original) is { } description)
        {
            dataset.AddOrUpdateDS(
                DicomTag.LossyImageCompressionRatio, Math.Round((double)description.NativeBytes / encoded, 2));
        }
    }

    // Defined terms of PS3.3 §C.7.6.1.1.5.1.
    private static string Method(DicomTransferSyntax syntax) => syntax switch
    {
        _ when syntax == DicomTransferSyntax.JPEGLSNearLossless => "ISO_14495_1",
        _ when syntax == DicomTransferSyntax.JPEG2000 => "ISO_15444_1",
        _ when syntax == DicomTransferSyntax.HTJ2K => "ISO_15444_15",
        _ => "ISO_10918_1",
    };
}
