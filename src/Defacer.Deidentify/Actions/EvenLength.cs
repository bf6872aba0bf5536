using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Actions;

/// <summary>Every value we write has an even length (PS3.5 §7.1.1): one that was received odd gets the pad byte of its
/// VR.</summary>
internal static class EvenLength
{
    internal static DicomItem Of(DicomItem item) => item switch
    {
        DicomElement element when element.Length % 2 == 1 => Pad(element),
        DicomFragmentSequence fragments when fragments.Fragments.Any(f => f.Length % 2 == 1) =>
            new DicomFragmentSequence(
                fragments.Tag, fragments.VR, fragments.OffsetTable,
                [.. fragments.Fragments.Select(f => f.Length % 2 == 1 ? Pad(f) : f)]),
        _ => item,
    };

    private static DicomElement Pad(DicomElement element)
    {
        if (element.Bulk is { } bulk)
        {
            return new DicomElement(element.Tag, element.VR, new PaddedBulk(bulk, element.VR.Padding));
        }

        var bytes = new byte[element.Length + 1];
        element.Value.Span.CopyTo(bytes);
        bytes[^1] = element.VR.Padding;
        return new DicomElement(element.Tag, element.VR, bytes);
    }

    private sealed class PaddedBulk(DicomBulk inner, byte padding) : DicomBulk
    {
        public override long Length => inner.Length + 1;

        public override void Read(long offset, Span<byte> buffer)
        {
            if (offset + buffer.Length == Length && buffer.Length > 0)
            {
                buffer[^1] = padding;
                buffer = buffer[..^1];
            }

            inner.Read(offset, buffer);
        }
    }
}
