using System.Globalization;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// The shape of pixel data, from the Image Pixel module (PS3.3 §C.7.6.3), checked for coherence: sizes that do not
/// fit each other or the bytes that are there never reach a decoder.
/// </summary>
public sealed record PixelDescription
{
    /// <summary>The element that holds the pixels: Pixel Data, Float Pixel Data or Double Float Pixel Data.</summary>
    public DicomTag Tag { get; init; } = DicomTag.PixelData;

    /// <summary>Rows of a frame, at least 1.</summary>
    public required int Rows { get; init; }

    /// <summary>Columns of a frame, at least 1.</summary>
    public required int Columns { get; init; }

    /// <summary>Number of frames, at least 1; 1 where the attribute is absent.</summary>
    public int NumberOfFrames { get; init; } = 1;

    /// <summary>1 for grey and palette, 3 for colour, 4 for retired colour spaces.</summary>
    public int SamplesPerPixel { get; init; } = 1;

    /// <summary>Bits of the container of a sample: 1, 8, 16, 32 or 64.</summary>
    public required int BitsAllocated { get; init; }

    /// <summary>Bits of the container that carry the value.</summary>
    public required int BitsStored { get; init; }

    /// <summary>Index of the most significant bit of the value in its container.</summary>
    public required int HighBit { get; init; }

    /// <summary>Whether the stored value is two's complement (Pixel Representation 1).</summary>
    public bool IsSigned { get; init; }

    /// <summary>MONOCHROME2, RGB and so on; empty where absent.</summary>
    public string PhotometricInterpretation { get; init; } = string.Empty;

    /// <summary>
    /// What the samples are once decoded: a wavelet codec undoes its colour transform, a JPEG decoder the subsampling.
    /// </summary>
    public string DecodedPhotometric => PhotometricInterpretation switch
    {
        "YBR_RCT" or "YBR_ICT" => "RGB",
        "YBR_FULL_422" when !IsSubsampled => "YBR_FULL",
        _ => PhotometricInterpretation,
    };

    /// <summary>0: colour by pixel; 1: colour by plane. As stored; frames are always handed out by pixel.</summary>
    public int PlanarConfiguration { get; init; }

    /// <summary>Whether the values are floating point (Float or Double Float Pixel Data).</summary>
    public bool IsFloat => Tag != DicomTag.PixelData;

    /// <summary>
    /// Whether two neighbouring pixels share their colour in the native form (YBR_FULL_422, YBR_PARTIAL_422).
    /// </summary>
    public bool IsSubsampled { get; init; }

    /// <summary>Pixels of a frame.</summary>
    public long FramePixels => (long)Rows * Columns;

    /// <summary>Bits of a frame without padding.</summary>
    public long FrameBits => FramePixels * (IsSubsampled ? 2 : SamplesPerPixel) * BitsAllocated;

    /// <summary>
    /// Bytes of a frame as handed out by <see cref="PixelDataReader"/>; a frame of 1-bit pixels is filled up to a
    /// byte.
    /// </summary>
    public long FrameBytes => (FrameBits + 7) / 8;

    /// <summary>
    /// Bytes of all frames in native form without the pad byte; 1-bit frames follow each other without padding
    /// (PS3.5 §8.1.1).
    /// </summary>
    public long NativeBytes => ((FrameBits * NumberOfFrames) + 7) / 8;

    /// <summary>The description of a data set's pixel data; null when it has none.</summary>
    /// <exception cref="DicomFormatException">The attributes contradict each other or the number of bytes.</exception>
    public static PixelDescription? From(DicomDataset d)
    {
        if (PixelItem(d) is not { } item)
        {
            return null;
        }

        var bitsAllocated = item.Tag == DicomTag.FloatPixelData ? 32
            : item.Tag == DicomTag.DoubleFloatPixelData ? 64
            : Required(d, DicomTag.BitsAllocated);

        // Float pixel data have neither Bits Stored nor High Bit.
        var isInteger = item.Tag == DicomTag.PixelData;
        var bitsStored = (isInteger ? Optional(d, DicomTag.BitsStored) : null) ?? bitsAllocated;
        var photometric = d.GetString(DicomTag.PhotometricInterpretation) ?? string.Empty;
        var description = new PixelDescription
        {
            Tag = item.Tag,
            Rows = Required(d, DicomTag.Rows),
            Columns = Required(d, DicomTag.Columns),
            NumberOfFrames = Optional(d, DicomTag.NumberOfFrames) ?? 1,
            SamplesPerPixel = Optional(d, DicomTag.SamplesPerPixel) ?? 1,
            BitsAllocated = bitsAllocated,
            BitsStored = bitsStored,
            HighBit = (isInteger ? Optional(d, DicomTag.HighBit) : null) ?? (bitsStored - 1),
            IsSigned = Optional(d, DicomTag.PixelRepresentation) is { } representation && IsSignedValue(representation),
            PhotometricInterpretation = photometric,
            PlanarConfiguration = Optional(d, DicomTag.PlanarConfiguration) ?? 0,
            IsSubsampled = item is DicomElement && photometric is "YBR_FULL_422" or "YBR_PARTIAL_422",
        };
        description.CheckNumbers();
        description.CheckColour();
        description.CheckSize(item as DicomElement);
        return description;
    }

    internal static DicomItem? PixelItem(DicomDataset d)
    {
        foreach (var tag in (ReadOnlySpan<DicomTag>)
            [DicomTag.PixelData, DicomTag.FloatPixelData, DicomTag.DoubleFloatPixelData])
        {
            if (d.TryGet(tag, out var item))
            {
                return item;
            }
        }

        return null;
    }

    private void CheckNumbers()
    {
        Check(Rows > 0 && Columns > 0, $"Rows {Rows} and Columns {Columns} make no image.");
        Check(NumberOfFrames > 0, $"Number of Frames {NumberOfFrames} makes no image.");
        Check(SamplesPerPixel is 1 or 3 or 4, $"Samples per Pixel {SamplesPerPixel} is not 1, 3 or 4.");
        Check(BitsAllocated is 1 or 8 or 16 or 32 or 64, $"Bits Allocated {BitsAllocated} is not 1, 8, 16, 32 or 64.");
        Check(
            BitsStored >= 1 && BitsStored <= BitsAllocated,
            $"Bits Stored {BitsStored} does not fit into Bits Allocated {BitsAllocated}.");
        Check(
            HighBit < BitsAllocated && HighBit >= BitsStored - 1,
            $"High Bit {HighBit} does not fit Bits Stored {BitsStored} and Bits Allocated {BitsAllocated}.");
        Check(PlanarConfiguration is 0 or 1, $"Planar Configuration {PlanarConfiguration} is not 0 or 1.");
    }

    private void CheckColour()
    {
        var expected = PhotometricInterpretation switch
        {
            "MONOCHROME1" or "MONOCHROME2" or "PALETTE COLOR" => 1,
            "RGB" or "HSV" or "YBR_FULL" or "YBR_FULL_422" => 3,
            "YBR_PARTIAL_422" or "YBR_PARTIAL_420" or "YBR_ICT" or "YBR_RCT" => 3,
            "ARGB" or "CMYK" => 4,
            _ => SamplesPerPixel,
        };
        Check(
            SamplesPerPixel == expected,
            $"{PhotometricInterpretation} has {expected} samples per pixel, not {SamplesPerPixel}.");
        Check(SamplesPerPixel == 1 || BitsAllocated >= 8, "Colour of one bit is not defined.");
        Check(
            !IsSubsampled || (Columns % 2 == 0 && PlanarConfiguration == 0),
            "Native 4:2:2 needs an even number of columns and colour by pixel.");
    }

    private void CheckSize(DicomElement? native)
    {
        // A frame is decoded into one span; 65,535 x 65,535 x 4 samples of 64 bits is still far below the range of
        // long.
        Check(FrameBytes <= Array.MaxLength, $"A frame of {FrameBytes} bytes is larger than can be held in memory.");
        Check(
            native is null || native.Length >= NativeBytes,
            $"{Tag.Keyword} holds {native?.Length} bytes; {NumberOfFrames} x {Rows} x {Columns} need {NativeBytes}.");
    }

    private static bool IsSignedValue(int representation)
    {
        Check(representation is 0 or 1, $"Pixel Representation {representation} is not 0 or 1.");
        return representation == 1;
    }

    private static int Required(DicomDataset d, DicomTag tag) =>
        Optional(d, tag) ?? throw new DicomFormatException($"{tag.Keyword} is missing beside pixel data.");

    // Null when absent or empty; text that is no number is not passed over.
    private static int? Optional(DicomDataset d, DicomTag tag)
    {
        if (d.GetElement(tag) is not { Length: > 0 })
        {
            return null;
        }

        return d.GetInt(tag) ?? throw new DicomFormatException($"{tag.Keyword} is no integer.");
    }

    private static void Check(bool condition, FormattableString message)
    {
        if (!condition)
        {
            throw new DicomFormatException(message.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Check(bool condition, string message)
    {
        if (!condition)
        {
            throw new DicomFormatException(message);
        }
    }
}
