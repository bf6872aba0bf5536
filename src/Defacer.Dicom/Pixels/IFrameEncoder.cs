namespace Defacer.Dicom.Pixels;

/// <summary>Encodes frames of an encapsulated transfer syntax, without loss.</summary>
internal interface IFrameEncoder
{
    /// <summary>Why frames of this shape cannot stand in the syntax; null when they can.</summary>
    string? Objection(PixelDescription description);

    /// <summary>The Photometric Interpretation that the encoded frames must bear.</summary>
    string Photometric(PixelDescription description) => description.DecodedPhotometric;

    /// <summary>Encodes a frame as <see cref="PixelDataReader"/> hands it out.</summary>
    /// <param name="frame">Little endian containers of Bits Allocated, colour by pixel.</param>
    /// <param name="description">Of the frame.</param>
    /// <param name="cancellationToken">Looked at once a line or segment.</param>
    /// <returns>The frame, of even length.</returns>
    /// <exception cref="Data.DicomFormatException">The frame cannot be encoded; nothing is kept of it.</exception>
    byte[] Encode(ReadOnlySpan<byte> frame, PixelDescription description, CancellationToken cancellationToken);
}
