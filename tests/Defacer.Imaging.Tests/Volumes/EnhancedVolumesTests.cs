using Defacer.Dicom.Files;
using Defacer.Imaging.Volumes;
using Xunit;
using static Defacer.Imaging.Tests.Volumes.SyntheticEnhanced;

namespace Defacer.Imaging.Tests.Volumes;

public sealed class EnhancedVolumesTests
{
    [Fact]
    public void Load_FramesOutOfOrder_AreSortedAndScaledEach()
    {
        // Sagittal, rows towards the feet: the normal points to the patient's right, so slices fall along X.
        IReadOnlyList<DicomFile> files = [Make([new Frame(0, 10), new Frame(4, 100), new Frame(2, 1000)])];
        var stack = Assert.Single(SeriesVolumes.Build(files).Stacks);
        var volume = VolumeLoader.Load(stack, files, CancellationToken.None);

        Assert.Equal([new FrameLocation(0, 1), new FrameLocation(0, 2), new FrameLocation(0, 0)], stack.Frames);
        Assert.Equal([4, 2, 0], stack.Geometry.SliceOrigins.Select(o => o.X));
        Assert.Equal(2, stack.Geometry.SliceSpacingMm, 1e-9);
        Assert.Equal((2, 3), (stack.Geometry.ColumnStep.Length, stack.Geometry.RowStep.Length));
        Assert.Equal(
            [200.5f, 3000.5f, 10.5f],
            Enumerable.Range(0, 3).Select(s => volume.Voxels[volume.Geometry.Index(1, 1, s)]));
    }

    [Fact]
    public void Build_TemporalPositionsInterleaved_SeparatesThem()
    {
        var frames = from z in Enumerable.Range(0, 5)
                     from t in Enumerable.Range(1, 3)
                     select new Frame(z, TemporalPosition: t);
        var stacks = SeriesVolumes.Build([Make([.. frames])]).Stacks;

        Assert.Equal(["TemporalPosition 1", "TemporalPosition 2", "TemporalPosition 3"], stacks.Select(s => s.Key));
        Assert.Equal([13, 10, 7, 4, 1], stacks[1].Frames.Select(f => f.Frame));
    }

    [Fact]
    public void Build_OverlappingStacks_AreKeptApartByStackId()
    {
        Frame[] frames = [.. Enumerable.Range(0, 6).Select(i => new Frame(i, StackId: "a")),
            .. Enumerable.Range(0, 6).Select(i => new Frame(i + 3.5, StackId: "b"))];
        var stacks = SeriesVolumes.Build([Make(frames)]).Stacks;

        Assert.Equal([6, 6], stacks.Select(s => s.Geometry.Slices));
        Assert.All(stacks, s => Assert.True(s.Geometry.IsEvenlySpaced));
    }

    [Fact]
    public void Build_OneVolumeAnInstance_SeparatesInstances()
    {
        DicomFile Volume() => Make([new Frame(0), new Frame(1), new Frame(2)]);
        var volumes = SeriesVolumes.Build([Volume(), Volume()]);

        Assert.Empty(volumes.Problems);
        Assert.Equal([0, 1], volumes.Stacks.Select(s => s.Frames.Select(f => f.Instance).Distinct().Single()));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public void Build_FewerGroupsThanFrames_IsNoGeometry(int items)
    {
        var volumes = SeriesVolumes.Build([Make([new Frame(0), new Frame(1), new Frame(2)], items)]);

        Assert.Empty(volumes.Stacks);
        Assert.Equal(SeriesCause.NoGeometry, Assert.Single(volumes.Problems).Cause);
    }
}
