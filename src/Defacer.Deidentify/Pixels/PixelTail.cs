using System.Text;
using Defacer.Deidentify.Text;
using Defacer.Dicom.Data;
using Defacer.Dicom.Pixels;

namespace Defacer.Deidentify.Pixels;

/// <summary>
/// Cuts what stands behind the last pixel of native pixel data (PS3.5 §8.1.1) where it names somebody: no reader shows
/// it, and anything can be written there. Where it names nobody it stays: some writers count their pixels wrong.
/// </summary>
internal static class PixelTail
{
    // What is longer is more pixels than the header says, and for the verifier.
    private const int MaxTailBytes = 1024 * 1024;

    internal static void Cut(DicomDataset output, DicomTransferSyntax syntax, OwnIdentity identity)
    {
        if (syntax.IsEncapsulated || !output.TryGet(DicomTag.PixelData, out var item)
            || item is not DicomElement pixels || NeededBytes(output) is not { } needed || pixels.Length <= needed)
        {
            return;
        }

        if (!identity.IsNamedIn(Encoding.Latin1.GetString(Tail(pixels, needed))))
        {
            return;
        }

        output.AddOrUpdate(pixels.Bulk is { } bulk
            ? new DicomElement(pixels.Tag, pixels.VR, new LeadingBytes(bulk, needed))
            : new DicomElement(pixels.Tag, pixels.VR, pixels.Value[..(int)needed]));
    }

    private static byte[] Tail(DicomElement pixels, long needed)
    {
        var tail = new byte[Math.Min(pixels.Length - needed, MaxTailBytes)];
        pixels.Read(needed, tail);
        return tail;
    }

    private static long? NeededBytes(DicomDataset dataset)
    {
        try
        {
            return PixelDescription.From(dataset) is { NativeBytes: > 0 and var bytes } ? bytes + (bytes & 1) : null;
        }
        catch (DicomFormatException)
        {
            // How many pixels there are is not known: the verifier searches all of it.
            return null;
        }
    }

    private sealed class LeadingBytes(DicomBulk inner, long length) : DicomBulk
    {
        public override long Length => length;

        public override void Read(long offset, Span<byte> buffer)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length - buffer.Length);
            inner.Read(offset, buffer);
        }
    }
}
