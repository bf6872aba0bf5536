using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Imaging.Volumes;
using Xunit;
using static Defacer.Imaging.Tests.Volumes.SyntheticSlices;

namespace Defacer.Imaging.Tests.Volumes;

public sealed class SeriesVolumesTests
{
    [Fact]
    public void Build_ShuffledAgainstItsNumbers_SortsByPosition()
    {
        // Numbers run against the positions, and the distance attribute says something else.
        double[] heights = [6, 0, 9, 3, 12];
        var wrong = Set(DicomTag.SpacingBetweenSlices, DicomVR.DS, "99");
        var stack = Assert.Single(Build([.. heights.Select(z => Slice(z, 100 - (int)z, change: wrong))]).Stacks);

        Assert.Equal([1, 3, 0, 2, 4], stack.Frames.Select(f => f.Instance));
        Assert.Equal(3, stack.Geometry.SliceSpacingMm, 1e-9);
        Assert.Equal(1, stack.Geometry.ColumnStep.Length, 1e-9);
        Assert.Equal(2, stack.Geometry.RowStep.Length, 1e-9);
    }

    [Theory]
    [InlineData("EchoTime", "DS", "4.6", "9.2")]
    [InlineData("ImageType", "CS", @"ORIGINAL\PRIMARY\M", @"ORIGINAL\PRIMARY\P")]
    [InlineData("TemporalPositionIdentifier", "IS", "1", "2")]
    [InlineData("DiffusionBValue", "FD", "", "")]
    [InlineData("ConvolutionKernel", "SH", "H30s", "H60s")]
    public void Build_TwoVolumesAtTheSamePositions_SeparatesThem(string keyword, string vr, string first, string second)
    {
        var tag = DicomTag.Parse(keyword);
        Action<DicomDataset> With(string text, double number) => vr == "FD"
            ? d => d.AddOrUpdate(new DicomElement(tag, DicomVR.FD, BitConverter.GetBytes(number)))
            : Set(tag, DicomVR.Find(vr)!, text.Split('\\'));
        var volumes = Build(
        [
            .. from i in Enumerable.Range(0, 5)
               from change in new[] { With(first, 0), With(second, 1000) }
               select Slice(i * 3, i, change: change),
        ]);

        Assert.Empty(volumes.Problems);
        Assert.Equal(2, volumes.Stacks.Count);
        Assert.Equal([0, 2, 4, 6, 8], volumes.Stacks[0].Frames.Select(f => f.Instance));
        Assert.Equal([1, 3, 5, 7, 9], volumes.Stacks[1].Frames.Select(f => f.Instance));
        Assert.NotEqual(volumes.Stacks[0].Key, volumes.Stacks[1].Key);
    }

    [Fact]
    public void Build_TwoEchoesInMagnitudeAndPhase_SeparatesFourVolumes()
    {
        var volumes = Build(
        [
            .. from z in Enumerable.Range(0, 4) from echo in new[] { "2", "4" } from part in new[] { "M", "P" }
               select Slice(z, 1, change: d =>
               {
                   Set(DicomTag.EchoTime, DicomVR.DS, echo)(d);
                   Set(DicomTag.ImageType, DicomVR.CS, "ORIGINAL", "PRIMARY", part)(d);
                   Set(DicomTag.AcquisitionTime, DicomVR.TM, $"1200{z:00}")(d);
               }),
        ]);

        Assert.Empty(volumes.Problems);
        Assert.Equal(4, volumes.Stacks.Count);
        Assert.All(volumes.Stacks, s => Assert.Equal(4, s.Geometry.Slices));
    }

    [Fact]
    public void Build_RepetitionsWithoutAttribute_SeparatesByInstanceNumber()
    {
        var volumes = Build([.. Enumerable.Range(0, 12).Select(i => Slice((i % 4) * 2, i + 1))]);

        Assert.Empty(volumes.Problems);
        Assert.Equal(3, volumes.Stacks.Count);
        Assert.Equal([4, 5, 6, 7], volumes.Stacks[1].Frames.Select(f => f.Instance));
    }

    [Fact]
    public void Build_OneSliceTwice_IsADuplicatePosition()
    {
        var volumes = Build([Slice(0, 1), Slice(2, 2), Slice(4, 3), Slice(2, 2)]);

        Assert.Empty(volumes.Stacks);
        var problem = Assert.Single(volumes.Problems);
        Assert.Equal(SeriesCause.DuplicatePosition, problem.Cause);
        Assert.Equal([0, 1, 2, 3], problem.Instances);
    }

    [Fact]
    public void Build_ThreePlaneLocaliser_GivesAStackForEachPlane()
    {
        var volumes = Build(
        [
            Slice(0, 1), Slice(10, 2),
            Slice(0, 3, change: Set(DicomTag.ImageOrientationPatient, DicomVR.DS, "0", "1", "0", "0", "0", "-1")),
            Slice(0, 4, change: Set(DicomTag.ImageOrientationPatient, DicomVR.DS, "1", "0", "0", "0", "0", "-1")),
        ]);

        Assert.Empty(volumes.Problems);
        Assert.Equal([2, 1, 1], volumes.Stacks.Select(s => s.Geometry.Slices));
        Assert.Equal(3, volumes.Stacks.Select(s => s.Key).Distinct().Count());
    }

    [Fact]
    public void Build_RadialSlices_AreMixedOrientations()
    {
        var volumes = Build(
        [
            .. Enumerable.Range(0, 18).Select(i => Slice(0, i, change: d =>
            {
                var (sin, cos) = Math.SinCos(i * Math.PI / 18);
                string[] orientation = [$"{cos:0.000000}", $"{sin:0.000000}", "0", "0", "0", "-1"];
                Set(DicomTag.ImageOrientationPatient, DicomVR.DS, orientation)(d);
            })),
        ]);

        Assert.Empty(volumes.Stacks);
        Assert.Equal(SeriesCause.MixedOrientation, Assert.Single(volumes.Problems).Cause);
    }

    [Theory]
    [InlineData("ImagePositionPatient", @"NaN\0\0")]
    [InlineData("ImagePositionPatient", @"0\0\1e300")]
    [InlineData("ImagePositionPatient", @"0\0")]
    [InlineData("ImageOrientationPatient", @"1\0\0\1\0\0")]
    [InlineData("ImageOrientationPatient", @"0\0\0\0\0\0")]
    [InlineData("ImageOrientationPatient", @"1\0\0\0\1\Infinity")]
    [InlineData("PixelSpacing", @"0\1")]
    [InlineData("PixelSpacing", @"-1\1")]
    [InlineData("PixelSpacing", "")]
    public void Build_ImpossibleGeometry_IsNoGeometry(string keyword, string value)
    {
        void Change(DicomDataset d) => d.AddOrUpdate(DicomElement.FromText(DicomTag.Parse(keyword), DicomVR.DS, value));
        var volumes = Build([Slice(0, 1), Slice(1, 2, change: Change)]);

        var problem = Assert.Single(volumes.Problems);
        Assert.Equal(SeriesCause.NoGeometry, problem.Cause);
        Assert.Equal([1], problem.Instances);
        Assert.Equal([0], Assert.Single(volumes.Stacks).Frames.Select(f => f.Instance));
    }

    [Fact]
    public void Build_Mosaic_IsNeverOneSlice()
    {
        var mosaic = Set(DicomTag.ImageType, DicomVR.CS, "ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC");
        var volumes = Build([Slice(0, 1, change: mosaic)]);

        Assert.Empty(volumes.Stacks);
        Assert.Equal(SeriesCause.Mosaic, Assert.Single(volumes.Problems).Cause);
    }

    [Fact]
    public void Build_WhatIsNoGreyImage_IsAProblemEach()
    {
        var colour = Slice(0, 1, change: d =>
        {
            d.AddOrUpdateUS(DicomTag.SamplesPerPixel, 3);
            Set(DicomTag.PhotometricInterpretation, DicomVR.CS, "RGB")(d);
            d.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, new byte[Rows * Columns * 6]));
        });
        var report = Slice(0, 2, change: d => d.Remove(DicomTag.PixelData));
        var cut = Slice(0, 3, change: d => d.AddOrUpdate(Pixels([1, 2])));
        var video = Slice(0, 4);
        video.FileMetaInfo.AddOrUpdate(DicomTag.TransferSyntaxUID, DicomVR.UI, "1.2.840.10008.1.2.4.100");

        Assert.Equal(
            [
                SeriesCause.NotAnImage, SeriesCause.PixelData,
                SeriesCause.UnsupportedPixels, SeriesCause.UndecodableSyntax,
            ],
            Build([report, cut, colour, video]).Problems.Select(p => p.Cause));
    }

    private static SeriesVolumes Build(IReadOnlyList<DicomFile> files) => SeriesVolumes.Build(files);
}
