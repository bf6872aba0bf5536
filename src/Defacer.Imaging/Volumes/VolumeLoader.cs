using System.Buffers;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;

namespace Defacer.Imaging.Volumes;

/// <summary>Reads the voxels of a stack.</summary>
public static class VolumeLoader
{
    /// <summary>Decodes every slice, in parallel, into the modality's unit.</summary>
    /// <param name="stack">Of <see cref="SeriesVolumes.Build"/>.</param>
    /// <param name="instances">The list that was given there.</param>
    /// <param name="cancellationToken">Looked at once a line of encoded pixels, else once a slice.</param>
    /// <exception cref="DicomFormatException">Pixel data are malformed.</exception>
    public static Volume Load(
        SeriesStack stack, IReadOnlyList<DicomFile> instances, CancellationToken cancellationToken)
    {
        var geometry = stack.Geometry;
        var readers = new PixelDataReader?[instances.Count];
        foreach (var location in stack.Frames)
        {
            readers[location.Instance] ??= OpenInstance(instances[location.Instance], stack);
        }

        var voxels = GC.AllocateUninitializedArray<float>(geometry.VoxelCount);
        var slicePixels = geometry.Rows * geometry.Columns;
        SideBySide.For(
            0,
            geometry.Slices,
            slice =>
            {
                var (instance, frame) = stack.Frames[slice];
                LoadSlice(
                    instances[instance].Dataset,
                    readers[instance]!,
                    frame,
                    voxels.AsSpan(slice * slicePixels, slicePixels),
                    cancellationToken);
            },
            cancellationToken);
        return new Volume(geometry, voxels, stack.Modality);
    }

    private static PixelDataReader OpenInstance(DicomFile file, SeriesStack stack)
    {
        var reader = new PixelDataReader(file.Dataset, file.TransferSyntax);
        if (reader.Description.Rows != stack.Geometry.Rows || reader.Description.Columns != stack.Geometry.Columns)
        {
            throw new ArgumentException("The instances are not those from which the stack was built.", nameof(stack));
        }

        return reader;
    }

    private static void LoadSlice(
        DicomDataset dataset,
        PixelDataReader reader,
        int frame,
        Span<float> voxels,
        CancellationToken cancellationToken)
    {
        var description = reader.Description;
        var mapping = ValueMapping.Of(dataset, frame, description);
        var buffer = ArrayPool<byte>.Shared.Rent((int)description.FrameBytes); // Returned below, on every way out.
        try
        {
            reader.ReadFrame(frame, buffer, cancellationToken);
            new StoredValues(description).Scale(buffer, voxels, mapping.Slope, mapping.Intercept);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
