using System.Buffers.Binary;
using System.Text;
using Defacer.Deidentify.Text;
using Defacer.Dicom.Data;

namespace Defacer.Deidentify.Pixels;

/// <summary>
/// Blanks comments and application data of JPEG (ITU-T T.81 §B.2.4) and comments of JPEG 2000 (T.800 §A.9.2) that name
/// somebody: spaces in their place, so that no length and no offset changes, and no pixel.
/// </summary>
internal static class CompressedComments
{
    // Headers of images are shorter; what stands behind is entropy-coded.
    private const int MaxHeaderBytes = 64 * 1024;
    private const int StartOfImage = 0xFFD8;
    private const int StartOfScan = 0xFFDA;
    private const int StartOfCodestream = 0xFF4F;
    private const int StartOfTilePart = 0xFF90;

    internal static void Blank(DicomDataset output, OwnIdentity identity)
    {
        if (!output.TryGet(DicomTag.PixelData, out var item) || item is not DicomFragmentSequence pixels)
        {
            return;
        }

        var fragments = new List<DicomElement>(pixels.Fragments.Count);
        var changed = false;
        foreach (var fragment in pixels.Fragments)
        {
            var ranges = Named(Head(fragment), identity);
            changed |= ranges.Count > 0;
            fragments.Add(ranges.Count == 0 ? fragment : Blank(fragment, ranges));
        }

        if (changed)
        {
            output.AddOrUpdate(new DicomFragmentSequence(pixels.Tag, pixels.VR, pixels.OffsetTable, fragments));
        }
    }

    private static byte[] Head(DicomElement fragment)
    {
        var head = new byte[Math.Min(fragment.Length, MaxHeaderBytes)];
        fragment.Read(0, head);
        return head;
    }

    // Segments from one marker to the next, up to the coded data.
    private static List<Range> Named(ReadOnlySpan<byte> head, OwnIdentity identity)
    {
        var found = new List<Range>();
        if (head.Length < 4)
        {
            return found;
        }

        var start = BinaryPrimitives.ReadUInt16BigEndian(head);
        for (var at = start is StartOfImage or StartOfCodestream ? 2 : head.Length; at + 4 <= head.Length;)
        {
            var marker = BinaryPrimitives.ReadUInt16BigEndian(head[at..]);
            if (marker is StartOfScan or StartOfTilePart || marker < 0xFF00)
            {
                break;
            }

            var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(head[(at + 2)..]);
            var text = TextOf(start, marker, at);
            if (text < end && identity.IsNamedIn(Encoding.Latin1.GetString(head[Math.Min(text, head.Length)..Math.Min(end, head.Length)])))
            {
                found.Add(text..end);
            }

            at = Math.Max(end, at + 4);
        }

        return found;
    }

    // Where the free part of a segment begins; nowhere in those that decoders need.
    private static int TextOf(int start, int marker, int at) => (start, marker) switch
    {
        (StartOfCodestream, 0xFF64) => at + 6,
        // JFIF, the frame header of JPEG-LS (SPIFF) and Adobe's colour transform say how to decode.
        (StartOfImage, 0xFFE0 or 0xFFE8 or 0xFFEE) => int.MaxValue,
        (StartOfImage, 0xFFFE or (>= 0xFFE1 and <= 0xFFEF)) => at + 4,
        _ => int.MaxValue,
    };

    private static DicomElement Blank(DicomElement fragment, List<Range> ranges)
    {
        if (fragment.Bulk is { } bulk)
        {
            return new DicomElement(fragment.Tag, fragment.VR, new BlankedBytes(bulk, ranges));
        }

        var bytes = fragment.Value.ToArray();
        BlankedBytes.Fill(bytes, 0, ranges);
        return new DicomElement(fragment.Tag, fragment.VR, bytes);
    }

    private sealed class BlankedBytes(DicomBulk inner, List<Range> ranges) : DicomBulk
    {
        public override long Length => inner.Length;

        public override void Read(long offset, Span<byte> buffer)
        {
            inner.Read(offset, buffer);
            Fill(buffer, offset, ranges);
        }

        internal static void Fill(Span<byte> buffer, long offset, List<Range> ranges)
        {
            foreach (var range in ranges)
            {
                var from = Math.Clamp(range.Start.Value - offset, 0, buffer.Length);
                var to = Math.Clamp(range.End.Value - offset, 0, buffer.Length);
                buffer[(int)from..(int)to].Fill((byte)' ');
            }
        }
    }
}
