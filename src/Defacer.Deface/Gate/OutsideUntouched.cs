using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;

namespace Defacer.Deface.Gate;

/// <summary>
/// Every stored pixel outside the masks is bit for bit what it was, unused bits too except planes of overlays.
/// </summary>
internal sealed class OutsideUntouched : ISeriesCheck
{
    public string Name => "outside-changed";

    public IEnumerable<GateFigure> Measure(GateSeries series, CancellationToken cancellationToken)
    {
        var masks = new Dictionary<(int, int), (GatePart Part, int Slice)>();
        foreach (var part in series.Parts)
        {
            for (var slice = 0; slice < part.Stack.Frames.Count; slice++)
            {
                masks[(part.Stack.Frames[slice].Instance, part.Stack.Frames[slice].Frame)] = (part, slice);
            }
        }

        var (changed, uncovered) = (0L, 0L);
        for (var instance = 0; instance < series.Originals.Count; instance++)
        {
            if (series.Outputs[instance] is not { } output)
            {
                yield return GateFigure.Failed(Name, 0, "pixels");
                yield break;
            }

            var counts = Compare(series.Originals[instance], output, instance, masks, cancellationToken);
            (changed, uncovered) = (changed + counts.Changed, uncovered + counts.Uncovered);
        }

        yield return GateFigure.AtMost(Name, changed, 0, "pixels");
        yield return GateFigure.AtMost("frames-without-mask", uncovered, 0, "frames");
    }

    private static (long Changed, long Uncovered) Compare(
        DicomFile original,
        DicomFile output,
        int instance,
        Dictionary<(int, int), (GatePart Part, int Slice)> masks,
        CancellationToken cancellationToken)
    {
        var (before, after) = (new PixelDataReader(original.Dataset, original.TransferSyntax), new PixelDataReader(output.Dataset, output.TransferSyntax));
        var description = before.Description;
        var (a, b) = (new byte[description.FrameBytes], new byte[description.FrameBytes]);
        var width = description.BitsAllocated / 8;
        var ignored = OverlayBits(original.Dataset, description);
        var (changed, uncovered) = (0L, 0L);
        for (var frame = 0; frame < description.NumberOfFrames; frame++)
        {
            before.ReadFrame(frame, a, cancellationToken);
            after.ReadFrame(frame, b, cancellationToken);
            var found = masks.TryGetValue((instance, frame), out var at);
            uncovered += found ? 0 : 1;
            var labels = found
                ? at.Part.Mask.Labels.AsSpan(at.Slice * (int)description.FramePixels, (int)description.FramePixels)
                : new byte[description.FramePixels];
            changed += Different(a, b, labels, width, ignored);
        }

        return (changed, uncovered);
    }

    private static long Different(byte[] a, byte[] b, ReadOnlySpan<byte> labels, int width, byte[] ignored)
    {
        var changed = 0L;
        for (var pixel = 0; pixel < labels.Length; pixel++)
        {
            if (labels[pixel] != 0)
            {
                continue;
            }

            for (var i = 0; i < width; i++)
            {
                if (((a[(pixel * width) + i] ^ b[(pixel * width) + i]) & ~ignored[i]) != 0)
                {
                    changed++;
                    break;
                }
            }
        }

        return changed;
    }

    private static byte[] OverlayBits(DicomDataset dataset, PixelDescription description)
    {
        var bits = new byte[description.BitsAllocated / 8];
        var lowest = description.HighBit + 1 - description.BitsStored;
        for (var group = 0x6000; group < 0x6020; group += 2)
        {
            if (dataset.Contains(new DicomTag((ushort)group, 0x3000))
                || dataset.GetInt(new DicomTag((ushort)group, 0x0102)) is not { } position
                || position <= 0 || position >= description.BitsAllocated
                || (position >= lowest && position <= description.HighBit))
            {
                continue;
            }

            bits[position / 8] |= (byte)(1 << (position % 8));
        }

        return bits;
    }
}
