using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Imaging.Volumes;

namespace Defacer.Deface.Paint;

/// <summary>
/// Paints masked voxels of one instance at its stored values. What is not masked keeps its container bit for bit; the
/// result is native, in the syntax it came in where that was native and little endian.
/// </summary>
internal sealed class InstancePainter
{
    // Frame of each instance, by instance index: the slice of which stack it is.
    private readonly Dictionary<(int Instance, int Frame), (StackPaint Paint, int Slice)> _slices = [];

    /// <summary>A painter of a series.</summary>
    /// <param name="paints">Every stack of the series that is painted.</param>
    internal InstancePainter(IEnumerable<StackPaint> paints)
    {
        foreach (var paint in paints)
        {
            for (var slice = 0; slice < paint.Stack.Frames.Count; slice++)
            {
                var (instance, frame) = paint.Stack.Frames[slice];
                _slices[(instance, frame)] = (paint, slice);
            }
        }
    }

    /// <summary>The instance with its masked voxels painted.</summary>
    /// <param name="file">As it came.</param>
    /// <param name="instance">Its index in the series.</param>
    /// <param name="cancellationToken">Looked at once a frame.</param>
    internal DicomFile Paint(DicomFile file, int instance, CancellationToken cancellationToken)
    {
        var dataset = file.Dataset.Clone();
        var reader = new PixelDataReader(file.Dataset, file.TransferSyntax);
        var description = reader.Description;
        var frameBytes = checked((int)description.FrameBytes);
        var pixels = GC.AllocateUninitializedArray<byte>(checked(frameBytes * description.NumberOfFrames));
        var stored = new StoredValues(description);
        var overlayBits = OverlayPlanes.EmbeddedBits(file.Dataset, description);
        var extent = new PixelExtent();
        var painted = new bool[description.NumberOfFrames];
        for (var frame = 0; frame < description.NumberOfFrames; frame++)
        {
            var bytes = pixels.AsSpan(frame * frameBytes, frameBytes);
            reader.ReadFrame(frame, bytes, cancellationToken);
            OverlayPlanes.Clear(bytes, overlayBits, description.BitsAllocated / 8);
            if (_slices.TryGetValue((instance, frame), out var at))
            {
                painted[frame] = PaintFrame(
                    bytes, stored, ValueMapping.Of(file.Dataset, frame, description), at.Paint, at.Slice);
            }

            extent.Include(bytes, stored, description.FramePixels);
        }

        var syntax = file.TransferSyntax is { IsEncapsulated: false, IsBigEndian: false }
            ? file.TransferSyntax
            : DicomTransferSyntax.ExplicitVRLittleEndian;
        NativePixelData.Replace(dataset, description, pixels, syntax);
        LossyMark.Keep(dataset, file.Dataset, file.TransferSyntax);
        PaintedAttributes.Update(dataset, extent, painted);
        var meta = file.FileMetaInfo.Clone();
        meta.AddOrUpdate(DicomTag.TransferSyntaxUID, DicomVR.UI, syntax.UID);
        return new DicomFile(meta, dataset) { Preamble = file.Preamble };
    }

    // Whether anything was masked.
    private static bool PaintFrame(Span<byte> bytes, StoredValues stored, ValueMapping mapping, StackPaint paint, int slice)
    {
        var count = paint.Mask.Geometry.Rows * paint.Mask.Geometry.Columns;
        var start = slice * count;
        if (paint.Mask.Labels.AsSpan(start, count).IndexOfAnyExcept(MaskVolume.Keep) < 0)
        {
            return false;
        }

        for (var pixel = 0; pixel < count; pixel++)
        {
            if (paint.Mask.Labels[start + pixel] != MaskVolume.Keep)
            {
                stored.Set(bytes, pixel, mapping.ToStored(paint.Values.At(start + pixel), stored));
            }
        }

        return true;
    }
}
