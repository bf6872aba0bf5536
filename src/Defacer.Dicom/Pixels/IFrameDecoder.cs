namespace Defacer.Dicom.Pixels;

/// <summary>
/// Decodes one frame of an encapsulated transfer syntax. The bytes are untrusted: nothing is allocated by what they
/// say.
/// </summary>
internal interface IFrameDecoder
{
    /// <summary>
    /// The fewest bytes that can decode into a frame of this shape. What is shorter is refused before the caller
    /// allocates a frame: a header of 64 bytes may claim gigabytes.
    /// </summary>
    long MinimumEncodedBytes(PixelDescription description);

    /// <summary>
    /// Whether a fragment that begins like this begins a frame, where the syntax can tell; used when no offset
    /// table says so.
    /// </summary>
    bool? BeginsFrame(ReadOnlySpan<byte> fragment);

    /// <summary>Decodes into little endian containers of Bits Allocated, colour by pixel.</summary>
    /// <param name="encoded">The fragments of the frame, joined.</param>
    /// <param name="description">The shape that the data set gives.</param>
    /// <param name="destination">Exactly <see cref="PixelDescription.FrameBytes"/> bytes; all are written.</param>
    /// <param name="cancellationToken">Looked at once a line or segment.</param>
    /// <exception cref="Data.DicomFormatException">
    /// The bytes are not what the syntax says, or of another shape.
    /// </exception>
    void Decode(
        ReadOnlySpan<byte> encoded,
        PixelDescription description,
        Span<byte> destination,
        CancellationToken cancellationToken);
}
