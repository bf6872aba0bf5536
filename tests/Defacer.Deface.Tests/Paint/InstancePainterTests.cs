using Defacer.Deface.Fill;
using Defacer.Deface.Paint;
using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Dicom.Pixels;
using Defacer.Imaging.Geometry;
using Defacer.Imaging.Volumes;
using FsCheck.Xunit;
using Xunit;

namespace Defacer.Deface.Tests.Paint;

public class InstancePainterTests
{
    private const int Rows = 6, Columns = 5;

    [Property(MaxTest = 60)]
    public bool Paint_AnyMask_ChangesOnlyMaskedPixels(int seed, bool signed, byte bits)
    {
        var (file, labels) = Make(seed, signed, 8 + (bits % 9));
        var painted = Paint(file, labels, seed % 2000);
        var (before, after) = (Pixels(file), Pixels(painted));
        return Enumerable.Range(0, labels.Length).All(i =>
            labels[i] != 0 || before.AsSpan(i * 2, 2).SequenceEqual(after.AsSpan(i * 2, 2)));
    }

    [Property(MaxTest = 60)]
    public bool Paint_AnyMask_SetsEveryMaskedPixelToTheFill(int seed)
    {
        var (file, labels) = Make(seed, isSigned: false, 12);
        var painted = Paint(file, labels, 77);
        var stored = new StoredValues(PixelDescription.From(painted.Dataset)!);
        var pixels = Pixels(painted);
        return Enumerable.Range(0, labels.Length).All(i => labels[i] == 0 || stored.Get(pixels, i) == 77);
    }

    [Fact]
    public void Paint_FillBeyondWhatCanBeStored_IsClipped()
    {
        var (file, labels) = Make(1, isSigned: false, 12);
        Array.Fill(labels, (byte)1);
        var painted = Paint(file, labels, -1000);
        Assert.All(Enumerable.Range(0, labels.Length), i => Assert.Equal(0, Pixels(painted)[i * 2]));
    }

    [Fact]
    public void Paint_OverlayInHighBits_IsClearedEverywhereAndValuesStay()
    {
        var (file, labels) = Make(3, isSigned: false, 12);
        Array.Clear(labels);
        var element = file.Dataset.GetElement(DicomTag.PixelData)!;
        var bytes = element.Value.ToArray();
        for (var i = 1; i < bytes.Length; i += 2)
        {
            bytes[i] |= 0x80;
        }

        file.Dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, bytes));
        file.Dataset.AddOrUpdateUS(new DicomTag(0x6000, 0x0100), 16);
        file.Dataset.AddOrUpdateUS(new DicomTag(0x6000, 0x0102), 15);
        var painted = Paint(file, labels, 0);
        Assert.Equal(bytes.Select((b, i) => i % 2 == 1 ? (byte)(b & 0x7F) : b), Pixels(painted));
        Assert.DoesNotContain(painted.Dataset, item => item.Tag.Group == 0x6000);
    }

    [Fact]
    public void Paint_StaleAttributesAndPictures_GoAtEveryDepth()
    {
        var (file, labels) = Make(4, isSigned: false, 12);
        var dataset = file.Dataset;
        dataset.AddOrUpdate(DicomTag.ImageType, DicomVR.CS, "ORIGINAL", "PRIMARY", "M");
        dataset.AddOrUpdateUS(DicomTag.SmallestImagePixelValue, 9);
        dataset.AddOrUpdateUS(DicomTag.LargestPixelValueInSeries, 4000);
        dataset.AddOrUpdate(new DicomSequence(DicomTag.IconImageSequence, new DicomDataset()));
        dataset.AddOrUpdate(new DicomElement(new DicomTag(0x5000, 0x3000), DicomVR.OW, new byte[4]));
        dataset.AddOrUpdate(new DicomSequence(
            DicomTag.ReferencedImageSequence, new DicomDataset(new DicomSequence(DicomTag.IconImageSequence, new DicomDataset()))));
        var painted = Paint(file, labels, 5).Dataset;
        Assert.Equal(["DERIVED", "PRIMARY", "M"], painted.GetStrings(DicomTag.ImageType));
        Assert.False(painted.Contains(DicomTag.IconImageSequence));
        Assert.False(painted.Contains(DicomTag.LargestPixelValueInSeries));
        Assert.False(painted.Contains(new DicomTag(0x5000, 0x3000)));
        Assert.False(painted.GetItems(DicomTag.ReferencedImageSequence)[0].Contains(DicomTag.IconImageSequence));
        Assert.True(painted.GetInt(DicomTag.SmallestImagePixelValue) <= 5);
        Assert.True(dataset.Contains(DicomTag.IconImageSequence));
    }

    private static DicomFile Paint(DicomFile file, byte[] labels, double value)
    {
        var geometry = new VolumeGeometry(Columns, Rows, new Vector3(1, 0, 0), new Vector3(0, 1, 0), [new Vector3(0, 0, 0)]);
        var stack = new SeriesStack(geometry, [new FrameLocation(0, 0)], "MR", null, "1.2", string.Empty, []);
        var paint = new StackPaint(stack, new MaskVolume(geometry, labels), new ConstantFill(value));
        return new InstancePainter([paint]).Paint(file, 0, TestContext.Current.CancellationToken);
    }

    private static byte[] Pixels(DicomFile file) => file.Dataset.GetElement(DicomTag.PixelData)!.Value.ToArray();

    private static (DicomFile File, byte[] Labels) Make(int seed, bool isSigned, int bits)
    {
        var random = new Random(seed);
        var (pixels, labels) = (new byte[Rows * Columns * 2], new byte[Rows * Columns]);
        random.NextBytes(pixels);
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)random.Next(3);
        }

        var dataset = new DicomDataset();
        dataset.AddOrUpdate(DicomTag.Modality, DicomVR.CS, "MR");
        dataset.AddOrUpdateUS(DicomTag.SamplesPerPixel, 1);
        dataset.AddOrUpdate(DicomTag.PhotometricInterpretation, DicomVR.CS, "MONOCHROME2");
        dataset.AddOrUpdateUS(DicomTag.Rows, Rows);
        dataset.AddOrUpdateUS(DicomTag.Columns, Columns);
        dataset.AddOrUpdateUS(DicomTag.BitsAllocated, 16);
        dataset.AddOrUpdateUS(DicomTag.BitsStored, (ushort)bits);
        dataset.AddOrUpdateUS(DicomTag.HighBit, (ushort)(bits - 1));
        dataset.AddOrUpdateUS(DicomTag.PixelRepresentation, (ushort)(isSigned ? 1 : 0));
        dataset.AddOrUpdate(new DicomElement(DicomTag.PixelData, DicomVR.OW, pixels));
        var meta = new DicomDataset();
        meta.AddOrUpdate(DicomTag.TransferSyntaxUID, DicomVR.UI, DicomTransferSyntax.ExplicitVRLittleEndian.UID);
        return (new DicomFile(meta, dataset), labels);
    }
}
