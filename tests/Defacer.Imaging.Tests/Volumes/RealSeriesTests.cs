using System.Buffers.Binary;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;
using Xunit;

namespace Defacer.Imaging.Tests.Volumes;

/// <summary>The facts of the shared series, as their README and an independent dump give them.</summary>
public sealed class RealSeriesTests
{
    // Spacing: between columns, between rows, median between slices. Normal: the axis that it is nearest to.
    [Theory]
    [InlineData("mr-t1-sag-adult-hfs", 256, 256, 35, 1.015625, 1.015625, 4.8, "X-", "MR", true)]
    [InlineData("mr-t1-sag-adult-hfdl", 256, 256, 35, 1.015625, 1.015625, 4.8, "X-", "MR", true)]
    [InlineData("mr-t1-sag-child-3y", 256, 256, 192, 0.859375, 0.859375, 0.9, "X-", "MR", true)]
    [InlineData("mr-t1-enhanced-multiframe", 128, 128, 96, 2, 2, 2, "X-", "MR", true)]
    [InlineData("mr-pd-ax-thick-partial-face", 256, 256, 20, 0.859375, 0.859375, 6.97, "Z+", "MR", false)]
    [InlineData("mr-t1-ax-already-defaced", 274, 384, 96, 0.7, 0.667, 2.67, "Z+", "MR", true)]
    [InlineData("ct-head-neck-full-face", 511, 511, 90, 1, 1, 3, "Z+", "CT", true)]
    [InlineData("ct-head-tilt-partial-face", 512, 512, 28, 0.488, 0.488, 4.0, "Z+", "CT", false)]
    [InlineData("ct-chest-thick", 512, 512, 10, 0.646, 0.646, 24, "Z+", "CT", true)]
    [InlineData("mr-fruit-tagged-refaced", 256, 256, 196, 1.055, 1.055, 1.2, "X-", "MR", true)]
    [InlineData("mr-cylinder-jpegll-fragments", 128, 128, 96, 2, 2, 2, "X-", "MR", true)]
    [InlineData("pet-wholebody-head", 128, 128, 299, 3.538, 3.538, 3.375, "Z+", "PT", true)]
    public void Build_RealSeries_HasItsGeometry(
        string name,
        int columns,
        int rows,
        int slices,
        double columnMm,
        double rowMm,
        double sliceMm,
        string normal,
        string modality,
        bool even)
    {
        var volumes = SeriesVolumes.Build(RealSeries.Open(name));

        Assert.Empty(volumes.Problems);
        var stack = Assert.Single(volumes.Stacks);
        Assert.Equal(modality, stack.Modality);
        Assert.Empty(stack.Key);
        Assert.Equal((columns, rows, slices), (stack.Geometry.Columns, stack.Geometry.Rows, stack.Geometry.Slices));
        Assert.Equal(columnMm, stack.Geometry.ColumnStep.Length, 0.001);
        Assert.Equal(rowMm, stack.Geometry.RowStep.Length, 0.001);
        Assert.Equal(sliceMm, stack.Geometry.SliceSpacingMm, 0.03);
        Assert.Equal(normal, NearestAxis(stack.Geometry.Normal));
        Assert.Equal(even, stack.Geometry.IsEvenlySpaced);
        Assert.Equal(slices, stack.Frames.Distinct().Count());
    }

    [Fact]
    public void Build_TiltedUnevenCT_KeepsShearAndTruePositions()
    {
        var stack = Assert.Single(SeriesVolumes.Build(RealSeries.Open("ct-head-tilt-partial-face")).Stacks);

        // Table positions of the dump: 4.22, 1.14 and 7.38 mm apart along the table, sheared by 18.5 degrees.
        var z = stack.Geometry.SliceOrigins.Select(o => o.Z).ToList();
        Assert.Equal(4.22, z[1] - z[0], 0.001);
        Assert.Equal(1.14, z[14] - z[13], 0.001);
        Assert.Equal(7.38, z[15] - z[14], 0.001);
        Assert.Contains(stack.Warnings, w => w.Contains("18.5 degrees", StringComparison.Ordinal));
        Assert.Contains(stack.Warnings, w => w.Contains("unevenly", StringComparison.Ordinal));
    }

    [Fact]
    public void Build_EnhancedDiffusion_SeparatesThirteenVolumes()
    {
        var volumes = SeriesVolumes.Build(RealSeries.Open("mr-dti-enhanced-4d"));

        Assert.Empty(volumes.Problems);
        Assert.Equal(13, volumes.Stacks.Count);
        Assert.All(volumes.Stacks, s => Assert.Equal(40, s.Geometry.Slices));
        Assert.Equal(520, volumes.Stacks.SelectMany(s => s.Frames).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 13).Select(i => $"TemporalPosition {i}"), volumes.Stacks.Select(s => s.Key));
    }

    [Theory]
    [InlineData("mr-t1-sag-adult-hfs", 12)]
    [InlineData("mr-t1-sag-child-3y", 100)]
    [InlineData("ct-head-tilt-partial-face", 5)]
    [InlineData("ct-head-tilt-partial-face", 20)]
    [InlineData("ct-head-neck-full-face", 40)]
    [InlineData("mr-pd-ax-thick-partial-face", 10)]
    [InlineData("pet-wholebody-head", 60)]
    public void Build_RealSeriesWithoutOneSlice_IsAGap(string name, int missing)
    {
        var complete = RealSeries.Open(name);
        var stack = Assert.Single(SeriesVolumes.Build(complete).Stacks);
        var left = complete.Where((_, i) => i != stack.Frames[missing].Instance).ToList();

        var volumes = SeriesVolumes.Build(left);

        Assert.Empty(volumes.Stacks);
        var problem = Assert.Single(volumes.Problems);
        Assert.Equal(SeriesCause.Gap, problem.Cause);
        Assert.Contains($"after slice {missing}", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(left.Count, problem.Instances.Count);
    }

    [Fact]
    public void Build_ReportedMissingSlice_IsAGapOfEightMillimetres()
    {
        var problem = Assert.Single(SeriesVolumes.Build(RealSeries.OpenBug("15-missing-slice")).Problems);

        Assert.Equal(SeriesCause.Gap, problem.Cause);
        Assert.Contains("8 mm after slice 37", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_SagittalWithRowsRunningUp_KeepsPatientAxes()
    {
        var volumes = SeriesVolumes.Build(RealSeries.OpenBug("21-sagittal-flipped"));

        Assert.Empty(volumes.Problems);
        var geometry = Assert.Single(volumes.Stacks).Geometry;
        Assert.Equal("Z+", NearestAxis(geometry.RowStep));
        Assert.Equal("Y+", NearestAxis(geometry.ColumnStep));
        Assert.Equal("X+", NearestAxis(geometry.Normal));
    }

    [Theory]
    [InlineData("pet-wholebody-head")]
    [InlineData("ct-head-neck-full-face")]
    [InlineData("ct-head-tilt-partial-face")]
    [InlineData("mr-t1-sag-adult-hfs")]
    [InlineData("mr-t1-enhanced-multiframe")]
    [InlineData("mr-dti-enhanced-4d")]
    public void Load_RealSeries_GivesTheRescaledValuesOfEachFrame(string name)
    {
        var instances = RealSeries.Open(name);
        foreach (var stack in SeriesVolumes.Build(instances).Stacks.Take(2))
        {
            var volume = VolumeLoader.Load(stack, instances, CancellationToken.None);
            for (var slice = 0; slice < stack.Geometry.Slices; slice++)
            {
                AssertSlice(instances, stack, volume, slice);
            }
        }
    }

    // Reads the bytes of native little endian 16-bit pixels on its own.
    private static void AssertSlice(IReadOnlyList<DicomFile> instances, SeriesStack stack, Volume volume, int slice)
    {
        var (instance, frame) = stack.Frames[slice];
        var dataset = instances[instance].Dataset;
        var signed = dataset.GetInt(DicomTag.PixelRepresentation) == 1;
        var slope = dataset.GetDouble(DicomTag.RescaleSlope) ?? 1;
        var intercept = dataset.GetDouble(DicomTag.RescaleIntercept) ?? 0;
        var pixels = stack.Geometry.Rows * stack.Geometry.Columns;
        var bytes = dataset.GetElement(DicomTag.PixelData)!.Value.Span.Slice(frame * pixels * 2, pixels * 2);
        for (var i = 0; i < pixels; i += 97)
        {
            double stored = signed
                ? BinaryPrimitives.ReadInt16LittleEndian(bytes[(i * 2)..])
                : BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]);
            Assert.Equal((float)((stored * slope) + intercept), volume.Voxels[(slice * pixels) + i]);
        }
    }

    private static string NearestAxis(Vector3 v)
    {
        var (x, y, z) = (Math.Abs(v.X), Math.Abs(v.Y), Math.Abs(v.Z));
        var (axis, value) = x > y && x > z ? ("X", v.X) : y > z ? ("Y", v.Y) : ("Z", v.Z);
        return axis + (value > 0 ? "+" : "-");
    }
}
