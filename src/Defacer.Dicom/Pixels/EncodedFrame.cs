namespace Defacer.Dicom.Pixels;

/// <summary>Receives an encoded frame; fragments are of even length (PS3.5 §A.4).</summary>
internal sealed class EncodedFrame
{
    internal byte[] Bytes { get; private set; } = [];

    internal void Set(ReadOnlySpan<byte> encoded)
    {
        Bytes = new byte[encoded.Length + (encoded.Length & 1)];
        encoded.CopyTo(Bytes);
    }
}
