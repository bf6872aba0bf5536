using Defacer.Dicom.Data;

namespace Defacer.Dicom.Pixels;

/// <summary>
/// Reads the frames of a data set's pixel data, decoded, one at a time. Frames may be read from several threads at
/// once;
/// nothing is kept between calls.
/// </summary>
public sealed class PixelDataReader
{
    private readonly NativeFrames? _native;
    private readonly EncapsulatedFrames? _encapsulated;

    /// <summary>Checks attributes, sizes and offset tables; decodes nothing yet.</summary>
    /// <exception cref="DicomFormatException">
    /// There are no pixel data, they contradict their attributes, or the syntax is not decoded here.
    /// </exception>
    public PixelDataReader(DicomDataset dataset, DicomTransferSyntax syntax)
    {
        Description = PixelDescription.From(dataset)
            ?? throw new DicomFormatException("The data set has no pixel data.");
        if (!PixelCodecs.CanDecode(syntax.UID))
        {
            throw new DicomFormatException($"Pixel data of transfer syntax {Name(syntax)} are not decoded here.");
        }

        var item = PixelDescription.PixelItem(dataset);
        if (PixelCodecs.FindDecoder(syntax.UID) is { } decoder)
        {
            var fragments = item as DicomFragmentSequence
                ?? throw new DicomFormatException("The syntax is encapsulated, but Pixel Data is one native value.");
            _encapsulated = new EncapsulatedFrames(dataset, fragments, Description, decoder);
            return;
        }

        var element = item as DicomElement
            ?? throw new DicomFormatException("The transfer syntax is native, but Pixel Data holds fragments.");
        _native = new NativeFrames(element, Description, syntax.IsBigEndian);
    }

    /// <summary>The shape of the frames.</summary>
    public PixelDescription Description { get; }

    /// <summary>
    /// Decodes a frame: little endian, containers of Bits Allocated, colour by pixel; 1-bit pixels packed, the
    /// first in the lowest bit.
    /// </summary>
    /// <param name="frame">From 0.</param>
    /// <param name="destination">
    /// At least <see cref="PixelDescription.FrameBytes"/> bytes; what is more stays as it is.
    /// </param>
    /// <param name="cancellationToken">Looked at once a line.</param>
    /// <exception cref="DicomFormatException">The frame is malformed; the destination then holds anything.</exception>
    public void ReadFrame(int frame, Span<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Description.NumberOfFrames);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Description.FrameBytes, nameof(destination));
        cancellationToken.ThrowIfCancellationRequested();
        destination = destination[..(int)Description.FrameBytes];
        try
        {
            _native?.Read(frame, destination);
            _encapsulated?.Read(frame, destination, cancellationToken);
        }
        catch (EndOfStreamException e)
        {
            throw new DicomFormatException("The file ends inside the pixel data; it was cut after it was read.", e);
        }
    }

    // Unknown UIDs come from outside and may hold anything.
    private static string Name(DicomTransferSyntax syntax) =>
        DicomUID.IsValid(syntax.UID) ? syntax.UID : "(no valid UID)";
}
