using System.Buffers.Binary;
using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// Puts losslessly encoded frames into a data set (PS3.5 §A.4): a fragment a frame. Each is decoded again and compared
/// before it is taken.
/// </summary>
internal static class EncapsulatedPixelData
{
    /// <summary>Replaces the pixel data of a data set by those of a reader, encoded.</summary>
    /// <exception cref="DicomFormatException">The syntax cannot hold the frames without loss.</exception>
    internal static void Replace(
        DicomDataset dataset, PixelDataReader reader, DicomTransferSyntax syntax, CancellationToken cancellationToken)
    {
        var description = reader.Description;
        var encoder = PixelCodecs.FindEncoder(syntax.UID)
            ?? throw new DicomFormatException($"Pixel data cannot be encoded in {syntax.UID} here.");
        if (Objection(encoder, description) is { } objection)
        {
            throw new DicomFormatException($"{objection}.");
        }

        var decoder = PixelCodecs.FindDecoder(syntax.UID)!;
        var photometric = encoder.Photometric(description);
        var encodedAs = description with { PhotometricInterpretation = photometric, PlanarConfiguration = 0 };
        var frame = new byte[description.FrameBytes];
        var again = new byte[description.FrameBytes];
        var fragments = new List<DicomElement>(description.NumberOfFrames);
        for (var i = 0; i < description.NumberOfFrames; i++)
        {
            reader.ReadFrame(i, frame, cancellationToken);
            var encoded = encoder.Encode(frame, description, cancellationToken);
            decoder.Decode(encoded, encodedAs, again, cancellationToken);
            if (!frame.AsSpan().SequenceEqual(again))
            {
                throw new DicomFormatException($"Frame {i + 1} does not come back from {syntax.UID} as it was.");
            }

            fragments.Add(new DicomElement(DicomTag.Item, DicomVR.OB, encoded));
        }

        dataset.AddOrUpdate(new DicomFragmentSequence(DicomTag.PixelData, DicomVR.OB, Offsets(fragments), fragments));
        dataset.Remove(DicomTag.ExtendedOffsetTable);
        dataset.Remove(DicomTag.ExtendedOffsetTableLengths);
        if (description.SamplesPerPixel > 1)
        {
            dataset.AddOrUpdateUS(DicomTag.PlanarConfiguration, 0);
        }

        if (photometric != description.PhotometricInterpretation)
        {
            dataset.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, photometric);
        }
    }

    private static string? Objection(IFrameEncoder encoder, PixelDescription description) => description switch
    {
        { IsFloat: true } => "Floating point pixels have no encapsulated form",
        { IsSubsampled: true } => "Native 4:2:2 pixels are not encoded here",
        _ => encoder.Objection(description),
    };

    // The basic offset table; left empty where 32 bits do not suffice (PS3.5 §A.4: it may be).
    private static DicomElement Offsets(List<DicomElement> fragments)
    {
        var table = new byte[fragments.Count > 1 ? fragments.Count * 4 : 0];
        long offset = 0;
        for (var i = 0; i < fragments.Count && table.Length > 0; i++)
        {
            if (offset > uint.MaxValue)
            {
                table = [];
                break;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(i * 4), (uint)offset);
            offset += fragments[i].Length + 8;
        }

        return new DicomElement(DicomTag.Item, DicomVR.OB, table);
    }
}
