using Defacer.Dicom.Data;
using Defacer.Dicom.Files;
using Defacer.Testing;
using Xunit;

namespace Defacer.Dicom.Tests.Files;

public sealed class DicomReaderTests
{
    [Fact]
    public void Read_UnknownVR_TakesTheLongForm()
    {
        // (0009,0002) ZZ, reserved, length 2.
        byte[] bytes = [0x09, 0, 0x02, 0, (byte)'Z', (byte)'Z', 0, 0, 2, 0, 0, 0, 1, 2];

        AssertIdentical(bytes, DicomTransferSyntax.ExplicitVRLittleEndian);
    }

    [Fact]
    public void Read_UnknownVRInShortForm_IsSeen()
    {
        // (0009,0002) ZZ, 16-bit length 2, value; then (0010,0010) PN.
        byte[] bytes =
        [
            0x09, 0, 0x02, 0, (byte)'Z', (byte)'Z', 2, 0, 1, 2,
            0x10, 0, 0x10, 0, (byte)'P', (byte)'N', 0, 0,
        ];

        Assert.Equal(2, AssertIdentical(bytes, DicomTransferSyntax.ExplicitVRLittleEndian).Count);
    }

    [Fact]
    public void Read_ReservedBytesAndDelimiterLengths_AreKept()
    {
        byte[] bytes =
        [
            0x08, 0, 0x40, 0x11, (byte)'S', (byte)'Q', 0xAB, 0xCD, 0xFF, 0xFF, 0xFF, 0xFF, // SQ, reserved not zero
            0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, // item
            0xFE, 0xFF, 0x0D, 0xE0, 0x07, 0, 0, 0, // its delimiter with a length
            0xFE, 0xFF, 0xDD, 0xE0, 0x09, 0, 0, 0, // the sequence's
        ];

        AssertIdentical(bytes, DicomTransferSyntax.ExplicitVRLittleEndian);
        AssertIdentical(bytes, DicomTransferSyntax.ExplicitVRLittleEndian, clone: true);
    }

    [Fact]
    public void Read_DuplicatesOutOfOrderAndOddLengths_AreKept()
    {
        byte[] bytes =
        [
            0x10, 0, 0x20, 0, (byte)'L', (byte)'O', 3, 0, 1, 2, 3,
            0x10, 0, 0x10, 0, (byte)'P', (byte)'N', 1, 0, 65,
            0x10, 0, 0x10, 0, (byte)'P', (byte)'N', 1, 0, 66,
        ];

        AssertIdentical(bytes, DicomTransferSyntax.ExplicitVRLittleEndian);
    }

    [Fact]
    public void Read_ItemsInOtherEncoding_AreSeenAndKept()
    {
        byte[] bytes =
        [
            0x08, 0, 0x40, 0x11, (byte)'S', (byte)'Q', 0, 0, 18, 0, 0, 0,
            0xFE, 0xFF, 0x00, 0xE0, 10, 0, 0, 0, // item of 10 bytes
            0x08, 0, 0x50, 0x11, 2, 0, 0, 0, (byte)'1', 0, // (0008,1150) in implicit VR
        ];

        var dataset = AssertIdentical(bytes, DicomTransferSyntax.ExplicitVRLittleEndian);

        var item = dataset.GetItems(DicomTag.ReferencedImageSequence)[0];
        Assert.Equal("1", item.GetString(DicomTag.ReferencedSOPClassUID));
    }

    [Fact]
    public void Read_KnownSequenceHiddenInUN_ShowsItsItems()
    {
        byte[] bytes =
        [
            0x08, 0, 0x40, 0x11, (byte)'U', (byte)'N', 0, 0, 18, 0, 0, 0,
            0xFE, 0xFF, 0x00, 0xE0, 10, 0, 0, 0,
            0x10, 0, 0x10, 0, 2, 0, 0, 0, (byte)'D', (byte)'O', // (0010,0010) in implicit VR
        ];

        var dataset = AssertIdentical(bytes, DicomTransferSyntax.ExplicitVRLittleEndian);

        Assert.Equal("DO", dataset.GetItems(DicomTag.ReferencedImageSequence)[0].GetString(DicomTag.PatientName));
    }

    [Fact]
    public void Open_LargeSequenceHiddenInUN_ShowsItsItems()
    {
        using var folder = new TemporaryFolder();
        var item = new DicomDataset(
            new DicomElement(new DicomTag(0x0009, 0x1002), DicomVR.OB, new byte[100_000]),
            new DicomElement(DicomTag.PatientName, DicomVR.PN, "DOE "u8.ToArray()));
        using var stream = new MemoryStream();
        DicomWriter.Write(
            stream,
            new DicomDataset(new DicomSequence(DicomTag.ReferencedImageSequence, item)),
            DicomTransferSyntax.ImplicitVRLittleEndian);
        var hidden = new DicomElement(new DicomTag(0x0009, 0x1001), DicomVR.UN, stream.ToArray().AsMemory(8));
        new DicomFile(DicomFileMeta.Create("1.2", "1.3", DicomTransferSyntax.ExplicitVRLittleEndian),
            new DicomDataset(hidden))
            .Save(folder["a.dcm"]);

        var dataset = DicomFile.Open(folder["a.dcm"]).Dataset;

        Assert.Equal("DOE", Assert.Single(dataset.GetItems(hidden.Tag)).GetString(DicomTag.PatientName));
    }

    [Fact]
    public void Read_BytesInUNThatAreNoSequence_StayBytes()
    {
        byte[] bytes =
        [
            0x08, 0, 0x40, 0x11, (byte)'U', (byte)'N', 0, 0, 10, 0, 0, 0,
            0xFE, 0xFF, 0x00, 0xE0, 99, 0, 0, 0, 1, 2, // an item longer than the value
        ];

        var dataset = AssertIdentical(bytes, DicomTransferSyntax.ExplicitVRLittleEndian);

        Assert.NotNull(dataset.GetElement(DicomTag.ReferencedImageSequence));
    }

    [Fact]
    public void Read_ImplicitUSOrSS_FollowsPixelRepresentation()
    {
        byte[] bytes =
        [
            0x28, 0, 0x03, 0x01, 2, 0, 0, 0, 1, 0, // (0028,0103) = 1
            0x28, 0, 0x06, 0x01, 2, 0, 0, 0, 0xFF, 0xFF, // (0028,0106) US or SS
        ];

        var dataset = AssertIdentical(bytes, DicomTransferSyntax.ImplicitVRLittleEndian);

        Assert.Equal(-1, dataset.GetInt(DicomTag.SmallestImagePixelValue));
    }

    [Fact]
    public void Read_PrivateElementInImplicit_TakesTheVROfItsCreator()
    {
        byte[] creator = [0x29, 0, 0x10, 0, 18, 0, 0, 0, .. "SIEMENS CSA HEADER"u8];
        byte[] type = [0x29, 0, 0x08, 0x10, 4, 0, 0, 0, .. "IMA "u8];

        var dataset = AssertIdentical([.. creator, .. type], DicomTransferSyntax.ImplicitVRLittleEndian);

        Assert.Equal(DicomVR.CS, dataset.GetElement(new DicomTag(0x0029, 0x1008))!.VR);
    }

    [Fact]
    public void Read_MoreItemsThanAllowed_IsRefused()
    {
        var bytes = new byte[8 * 100];
        for (var i = 0; i < 100; i++)
        {
            bytes[i * 8] = 0x10;
        }

        Assert.Throws<DicomFormatException>(() => DicomReader.Read(
            new MemoryStream(bytes),
            DicomTransferSyntax.ImplicitVRLittleEndian,
            new DicomReadOptions { MaxItems = 99 }));
    }

    [Fact]
    public void DeepNest_WithinTheLimit_SurvivesCopyMeasureAndWrite()
    {
        const int Depth = 50_000;
        var root = new DicomDataset();
        var level = root;
        for (var i = 0; i < Depth; i++)
        {
            var next = new DicomDataset();
            level.AddOrUpdate(new DicomSequence(DicomTag.ContentSequence, next));
            level = next;
        }

        using var stream = new MemoryStream();
        DicomWriter.Write(stream, root.Clone(), DicomTransferSyntax.ExplicitVRLittleEndian);
        stream.Position = 0;
        var read = DicomReader.Read(
            stream, DicomTransferSyntax.ExplicitVRLittleEndian, new DicomReadOptions { MaxDepth = Depth });

        Assert.Equal(Depth * 20L, DicomWriter.MeasureLength(read, DicomTransferSyntax.ExplicitVRLittleEndian));
        Assert.Same(Defacer.Dicom.Text.DicomCharacterSet.Default, read.CharacterSet);
    }

    [Fact]
    public void Read_BigEndian_SwapsValuesByTheirVR()
    {
        byte[] bytes =
        [
            0, 0x28, 0, 0x10, (byte)'U', (byte)'S', 0, 2, 0x01, 0x02,
            0, 0x28, 0, 0x30, (byte)'D', (byte)'S', 0, 2, (byte)'1', (byte)'2',
            0x7F, 0xE0, 0, 0x10, (byte)'O', (byte)'W', 0, 0, 0, 0, 0, 4, 1, 2, 3, 4,
        ];

        var dataset = DicomReader.Read(new MemoryStream(bytes), DicomTransferSyntax.ExplicitVRBigEndian);

        Assert.Equal(0x0102, dataset.GetInt(DicomTag.Rows));
        Assert.Equal("12", dataset.GetString(DicomTag.PixelSpacing));
        Assert.Equal([2, 1, 4, 3], dataset.GetElement(DicomTag.PixelData)!.Value.ToArray());
    }

    private static DicomDataset AssertIdentical(byte[] bytes, DicomTransferSyntax syntax, bool clone = false)
    {
        var dataset = DicomReader.Read(new MemoryStream(bytes), syntax);
        using var stream = new MemoryStream();
        DicomWriter.Write(stream, clone ? dataset.Clone() : dataset, syntax);
        Assert.Equal(bytes, stream.ToArray());
        return dataset;
    }
}
