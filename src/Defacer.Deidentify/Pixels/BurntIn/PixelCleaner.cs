using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels;
using Defacer.Imaging;

namespace Defacer.Deidentify.Pixels.BurntIn;

/// <summary>What came of the pixels of an instance.</summary>
/// <param name="Parked">Why they may not leave, or null.</param>
/// <param name="IsCleaned">Whether regions were blanked, so that the option may be claimed.</param>
/// <param name="Syntax">The transfer syntax in which the data set must now be written.</param>
internal readonly record struct PixelOutcome(Parked? Parked, bool IsCleaned, DicomTransferSyntax Syntax);

/// <summary>
/// Clean Pixel Data (PS3.15 E.3.1): blanks what the device's rules name and, in ultrasound, what lies outside the
/// regions of (0018,6011); then looks for text at the border. An image of a kind that often shows text and for which
/// there is no rule is parked.
/// </summary>
internal sealed class PixelCleaner(DeviceRules rules)
{
    // All frames are decoded at once; a longer clip is for a person.
    private const long MaxBytes = 512L * 1024 * 1024;

    // A region that is nearly the whole image says nothing about where text is.
    private const double MaxRegionShare = 0.98;

    /// <summary>Cleans the pixels of a treated data set.</summary>
    internal PixelOutcome Clean(DicomDataset source, DicomDataset output, DicomTransferSyntax syntax, bool isAtRisk,
        CancellationToken cancellationToken)
    {
        var unchanged = new PixelOutcome(null, false, syntax);
        var burntIn = source.GetString(DicomTag.BurnedInAnnotation);
        var blank = rules.Find(source, out var isWhole);
        var keep = UltrasoundRegions(source);
        if (isWhole)
        {
            return Park("image that is a page of text by the rules for its device", syntax);
        }

        if (blank is null && keep.Count == 0)
        {
            return burntIn != "NO" && (isAtRisk || burntIn == "YES" || IsPage(source))
                ? Park("image of a kind that often shows text or a person, and no rule knows its device", syntax)
                : (isAtRisk || rules.AskForOverlayOf(source)) && ShowsText(output, syntax, cancellationToken)
                    ? Park("image that says it has no burnt-in text and shows what looks like it", syntax)
                    : unchanged;
        }

        if (!isAtRisk && blank is null)
        {
            return unchanged;
        }

        return Blank(output, syntax, blank ?? [], keep, cancellationToken);
    }

    // The source's word is believed only where the border does not speak against it.
    private static bool ShowsText(DicomDataset output, DicomTransferSyntax syntax, CancellationToken cancellationToken)
    {
        try
        {
            var reader = new PixelDataReader(output, syntax);
            var frame = new byte[reader.Description.FrameBytes];
            reader.ReadFrame(0, frame, cancellationToken);
            return TextDetector.FindsText(frame, reader.Description);
        }
        catch (DicomFormatException)
        {
            // What cannot be looked at is left to what the source says of it.
            return false;
        }
    }

    private static PixelOutcome Blank(DicomDataset output, DicomTransferSyntax syntax,
        IReadOnlyList<PixelRegion> blank, List<PixelRegion> keep, CancellationToken cancellationToken)
    {
        var reader = new PixelDataReader(output, syntax);
        var shape = reader.Description;
        if (shape.BitsAllocated is not (8 or 16) || shape.IsSubsampled
            || shape.FrameBytes * shape.NumberOfFrames > MaxBytes)
        {
            return Park("image whose pixels are too many or of a form that cannot be blanked here", syntax);
        }

        if (keep.Sum(r => (double)r.Width * r.Height) / shape.FramePixels > MaxRegionShare && blank.Count == 0)
        {
            return Park("ultrasound image whose regions (0018,6011) fill it", syntax);
        }

        var frames = new byte[shape.FrameBytes * shape.NumberOfFrames];
        var mask = Mask(shape, blank, keep);
        for (var i = 0; i < shape.NumberOfFrames; i++)
        {
            var frame = frames.AsSpan((int)(i * shape.FrameBytes), (int)shape.FrameBytes);
            reader.ReadFrame(i, frame, cancellationToken);
            Fill(frame, shape, mask);
            if (TextDetector.FindsText(frame, shape))
            {
                return Park("image that still shows what looks like text at its border", syntax);
            }
        }

        var native = syntax.IsEncapsulated || syntax.IsBigEndian ? DicomTransferSyntax.ExplicitVRLittleEndian : syntax;
        NativePixelData.Replace(output, shape, frames, native);
        Describe(output, shape, syntax);
        return new PixelOutcome(null, true, native);
    }

    private static void Describe(DicomDataset output, PixelDescription shape, DicomTransferSyntax received)
    {
        output.AddOrUpdate(DicomTag.BurnedInAnnotation, DicomVR.CS, "NO");
        if (received.IsEncapsulated && shape.SamplesPerPixel == 3)
        {
            // What the decoder hands out is no longer subsampled or transformed.
            var photometric = shape.PhotometricInterpretation switch
            {
                "YBR_FULL_422" => "YBR_FULL",
                "YBR_ICT" or "YBR_RCT" => "RGB",
                var same => same,
            };
            output.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, photometric);
        }

        // PS3.3 C.7.6.1.1.2: pixels that were changed are derived.
        var type = output.GetStrings(DicomTag.ImageType);
        if (type.Count > 1 && type[0] == "ORIGINAL")
        {
            output.AddOrUpdate(DicomElement.FromText(DicomTag.ImageType, DicomVR.CS,
                string.Join('\\', type.Skip(1).Prepend("DERIVED"))));
        }
    }

    private static bool[] Mask(PixelDescription shape, IReadOnlyList<PixelRegion> blank, List<PixelRegion> keep)
    {
        var mask = new bool[shape.FramePixels];
        if (keep.Count > 0)
        {
            mask.AsSpan().Fill(true);
            keep.ForEach(r => Set(mask, shape, r, false));
        }

        foreach (var region in blank)
        {
            Set(mask, shape, region, true);
        }

        return mask;
    }

    private static void Set(bool[] mask, PixelDescription shape, PixelRegion region, bool value)
    {
        region = region.Clip(shape.Columns, shape.Rows);
        for (var row = region.Y; row < region.Y + region.Height; row++)
        {
            mask.AsSpan((row * shape.Columns) + region.X, region.Width).Fill(value);
        }
    }

    // Black: the highest value where white is zero, no colour where colour is a difference.
    private static void Fill(Span<byte> frame, PixelDescription shape, bool[] mask)
    {
        var bytes = shape.BitsAllocated / 8;
        var pixel = shape.SamplesPerPixel * bytes;
        Span<byte> black = stackalloc byte[16];
        black.Clear();
        if (shape.PhotometricInterpretation == "MONOCHROME1")
        {
            var most = (1 << (shape.BitsStored - (shape.IsSigned ? 1 : 0))) - 1;
            var white = most << (shape.HighBit + 1 - shape.BitsStored);
            (black[0], black[1]) = ((byte)white, (byte)(white >> 8));
        }
        else if (shape.PhotometricInterpretation.StartsWith("YBR_FULL", StringComparison.Ordinal) && bytes == 1)
        {
            (black[1], black[2]) = (128, 128);
        }

        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i])
            {
                black[..pixel].CopyTo(frame[(i * pixel)..]);
            }
        }
    }

    private static List<PixelRegion> UltrasoundRegions(DicomDataset source)
    {
        var regions = new List<PixelRegion>();
        foreach (var item in source.GetItems(DicomTag.SequenceOfUltrasoundRegions))
        {
            if (item.GetInt(DicomTag.RegionLocationMinX0) is { } x0
                && item.GetInt(DicomTag.RegionLocationMaxX1) is { } x1
                && item.GetInt(DicomTag.RegionLocationMinY0) is { } y0
                && item.GetInt(DicomTag.RegionLocationMaxY1) is { } y1 && x1 > x0 && y1 > y0 && x0 >= 0 && y0 >= 0)
            {
                regions.Add(new PixelRegion(x0, y0, x1 - x0 + 1, y1 - y0 + 1));
            }
        }

        return regions;
    }

    private static bool IsPage(DicomDataset source) => source.GetStrings(DicomTag.ImageType).Any(v =>
        v.Contains("SCREEN", StringComparison.OrdinalIgnoreCase) || v.Contains("SAVE", StringComparison.OrdinalIgnoreCase)
        || v.Contains("DOSE_INFO", StringComparison.OrdinalIgnoreCase));

    private static PixelOutcome Park(string what, DicomTransferSyntax syntax) => new(
        new Parked(
            ParkCause.Deidentification,
            $"An {what}: its pixels may name the patient.",
            "Look at the image; where it shows no text and no person, send it through a route whose profile has "
                + "\"unverifiedPixelText\": \"pass\" and not the option clean-pixel-data."),
        false, syntax);
}
