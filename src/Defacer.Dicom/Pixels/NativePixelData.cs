using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>Puts uncompressed frames into a data set (PS3.5 §8.1.1, §8.2, §A.2).</summary>
public static class NativePixelData
{
    /// <summary>
    /// Replaces the pixel data of a data set by these frames. What belongs to the old encoding goes: offset tables,
    /// Planar Configuration becomes 0, Photometric Interpretation what the samples are. The data set must then be written in a native syntax.
    /// </summary>
    /// <param name="dataset">Its Image Pixel attributes must be those of the description.</param>
    /// <param name="description">The shape, as read.</param>
    /// <param name="frames">
    /// All frames as <see cref="PixelDataReader"/> hands them out, one after the other, <see
    /// cref="PixelDescription.FrameBytes"/> each.
    /// Kept, not copied, where the bytes need no padding.
    /// </param>
    /// <param name="syntax">The native syntax in which the data set will be written.</param>
    public static void Replace(
        DicomDataset dataset, PixelDescription description, ReadOnlyMemory<byte> frames, DicomTransferSyntax syntax)
    {
        dataset.AddOrUpdate(Build(description, frames, syntax));
        dataset.Remove(DicomTag.ExtendedOffsetTable);
        dataset.Remove(DicomTag.ExtendedOffsetTableLengths);
        if (description.SamplesPerPixel > 1)
        {
            dataset.AddOrUpdateUS(DicomTag.PlanarConfiguration, 0);
        }

        if (description.DecodedPhotometric != description.PhotometricInterpretation)
        {
            dataset.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, description.DecodedPhotometric);
        }
    }

    /// <summary>The pixel data element of these frames: OW or OB as PS3.5 says, of even length.</summary>
    /// <exception cref="ArgumentException">The frames have another length, or the syntax is not native.</exception>
    public static DicomElement Build(
        PixelDescription description, ReadOnlyMemory<byte> frames, DicomTransferSyntax syntax)
    {
        if (syntax.IsEncapsulated)
        {
            throw new ArgumentException("Native pixel data cannot stand in an encapsulated syntax.", nameof(syntax));
        }

        if (frames.Length != description.FrameBytes * description.NumberOfFrames)
        {
            throw new ArgumentException(
                $"{frames.Length} bytes are not {description.NumberOfFrames} frames of {description.FrameBytes}.",
                nameof(frames));
        }

        if (description.FrameBits % 8 != 0 && description.NumberOfFrames > 1)
        {
            frames = Pack(description, frames.Span);
        }

        if (frames.Length % 2 == 1)
        {
            var padded = new byte[frames.Length + 1];
            frames.CopyTo(padded);
            frames = padded;
        }

        return new DicomElement(description.Tag, ValueRepresentation(description, syntax), frames);
    }

    // PS3.5 §A.1: implicit is always OW; §A.2: OW above 8 bits, else OB or OW.
    private static DicomVR ValueRepresentation(PixelDescription description, DicomTransferSyntax syntax)
    {
        if (description.IsFloat)
        {
            return description.Tag == DicomTag.FloatPixelData ? DicomVR.OF : DicomVR.OD;
        }

        return description.BitsAllocated > 8 || !syntax.IsExplicitVR ? DicomVR.OW : DicomVR.OB;
    }

    // Frames of 1-bit pixels follow each other without padding.
    private static byte[] Pack(PixelDescription description, ReadOnlySpan<byte> frames)
    {
        var packed = new byte[description.NativeBytes];
        var frameBytes = (int)description.FrameBytes;
        for (var frame = 0; frame < description.NumberOfFrames; frame++)
        {
            var source = frames.Slice(frame * frameBytes, frameBytes);
            var start = description.FrameBits * frame;
            for (long bit = 0; bit < description.FrameBits; bit++)
            {
                var to = start + bit;
                packed[to / 8] |= (byte)(((source[(int)(bit / 8)] >> (int)(bit % 8)) & 1) << (int)(to % 8));
            }
        }

        return packed;
    }
}
